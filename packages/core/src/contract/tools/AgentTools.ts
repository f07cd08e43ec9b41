/**
 * The tools of the agents.
 *
 * @since 0.1.0
 */

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {} as const
