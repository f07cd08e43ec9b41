/** The tool that reports the load of a session. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { failed, type ToolHandlers } from "./handler.js"

export const systemHandlers: ToolHandlers<"get_metrics"> = {
  get_metrics: (_, { machine }) =>
    Effect.map(
      Effect.all([
        Effect.mapError(machine.metrics, (error) => failed(error.message)),
        Clock.currentTimeMillis
      ]),
      ([metrics, now]) => ({
        cpu_count: metrics.cpuCount,
        cpu_used_pct: metrics.cpuUsedPercent,
        mem_total: metrics.memoryTotalBytes,
        mem_used: metrics.memoryUsedBytes,
        disk_total: metrics.diskTotalBytes,
        disk_used: metrics.diskUsedBytes,
        // A machine has no network of its own.
        rx_rate_kbyte_per_s: 0,
        tx_rate_kbyte_per_s: 0,
        rx_used_kbyte: 0,
        tx_used_kbyte: 0,
        timestamp: new Date(now).toISOString()
      })
    )
}
