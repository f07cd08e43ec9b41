/**
 * The tool of `wuying_system`.
 *
 * Source: session core modules, section 14.
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
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  get_metrics: getMetrics
} as const
