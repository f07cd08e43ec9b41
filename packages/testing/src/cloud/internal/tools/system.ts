/** The tools for the load and the environment of a session. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { failed, type ToolHandlers, yes } from "./handler.js"

export const systemHandlers: ToolHandlers<"get_metrics" | "set_env" | "get_env"> = {
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
    ),
  set_env: ({ envs }, { environment }) =>
    Effect.suspend(() => {
      const wrong = envs.find(({ key, value }) => key === "" || /[=\0]/.test(key) || value.includes("\0"))
      if (wrong !== undefined) {
        return Effect.fail(failed(`not an environment variable: ${JSON.stringify(wrong.key)}`))
      }
      for (const { key, value } of envs) environment.variables.set(key, value)
      environment.informed.clear()
      return Effect.succeed(yes)
    }),
  get_env: ({ keys }, { environment }) =>
    Effect.sync(() =>
      Object.fromEntries(
        [...environment.variables].filter(
          ([key]) => keys === undefined || keys.length === 0 || keys.includes(key)
        )
      )
    )
}
