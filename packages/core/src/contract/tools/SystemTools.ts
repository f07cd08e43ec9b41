/**
 * The tools of `wuying_system`.
 *
 * Source: session core modules, section 14; newer features, section 5.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { LooseNumber, LooseText, withAliases } from "../Wire.js"

const number = Schema.optional(LooseNumber)

/**
 * Memory and disk in bytes, rates in kilobytes per second, use in percent. Older services use other spellings of
 * the network figures.
 *
 * @since 0.1.0
 * @category schemas
 */
export const MetricsText = Schema.parseJson(
  withAliases(
    Schema.Struct({
      cpu_count: number,
      cpu_used_pct: number,
      mem_total: number,
      mem_used: number,
      disk_total: number,
      disk_used: number,
      rx_rate_kbyte_per_s: number,
      tx_rate_kbyte_per_s: number,
      rx_used_kbyte: number,
      tx_used_kbyte: number,
      timestamp: Schema.optional(LooseText)
    }),
    {
      rx_rate_kbyte_per_s: ["rx_rate_kbps", "rx_rate_KBps"],
      tx_rate_kbyte_per_s: ["tx_rate_kbps", "tx_rate_KBps"],
      rx_used_kbyte: ["rx_used_kb", "rx_used_KB"],
      tx_used_kbyte: ["tx_used_kb", "tx_used_KB"]
    }
  )
)

/**
 * @since 0.1.0
 * @category tools
 */
export const getMetrics = Tool.make({
  name: "get_metrics",
  server: "wuying_system",
  description: "Reports the use of processor, memory, disk and network.",
  args: Schema.Struct({}),
  result: MetricsText,
  idempotent: true
})

/**
 * Sets environment variables of the session.
 *
 * @since 0.1.0
 * @category tools
 */
export const setEnv = Tool.make({
  name: "set_env",
  server: "wuying_system",
  description: "Sets environment variables of the session.",
  args: Schema.Struct({
    envs: Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.String }))
  }),
  idempotent: true
})

/**
 * Reads environment variables that were set: those of `keys`, or all. What is not set is missing in the answer.
 *
 * @since 0.1.0
 * @category tools
 */
export const getEnv = Tool.make({
  name: "get_env",
  server: "wuying_system",
  description: "Reads environment variables of the session.",
  args: Schema.Struct({ keys: Schema.optional(Schema.Array(Schema.String)) }),
  result: Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String })),
  idempotent: true
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  get_metrics: getMetrics,
  set_env: setEnv,
  get_env: getEnv
} as const
