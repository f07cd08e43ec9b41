/**
 * All actions of the control API, by name.
 *
 * @since 0.1.0
 */
import * as ContextActions from "./actions/ContextActions.js"
import * as NetworkActions from "./actions/NetworkActions.js"
import * as SessionActions from "./actions/SessionActions.js"
import * as SkillActions from "./actions/SkillActions.js"
import * as ToolActions from "./actions/ToolActions.js"
import * as VolumeActions from "./actions/VolumeActions.js"

/**
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  ...SessionActions.all,
  ...ToolActions.all,
  ...ContextActions.all,
  ...NetworkActions.all,
  ...SkillActions.all,
  ...VolumeActions.all
} as const

/**
 * @since 0.1.0
 * @category models
 */
export type ActionName = keyof typeof all

/**
 * @since 0.1.0
 * @category models
 */
export type ActionByName<Name extends ActionName> = (typeof all)[Name]
