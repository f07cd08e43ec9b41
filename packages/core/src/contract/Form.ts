/**
 * The urlencoded form of the control API, for whoever stands on the service's side of it.
 *
 * @since 0.1.0
 */
export {
  /**
   * Reads a form or query string: `+` and `%20` are spaces, indexed names become lists in the order of their
   * indexes. For names given twice the last value counts.
   *
   * @since 0.1.0
   * @category decoding
   */
  decodeForm,
  /**
   * Percent-encoded UTF-8 joined by `&`; a space is `%20`.
   *
   * @since 0.1.0
   * @category encoding
   */
  encodeForm,
  /**
   * Parameters by wire name: text, or a list of texts that travels as `Name.1`, `Name.2`, …
   *
   * @since 0.1.0
   * @category models
   */
  type Parameters
} from "../internal/form.js"
