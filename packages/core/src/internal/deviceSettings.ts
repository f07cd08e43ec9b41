/** Settings of an Android device, put into effect by commands; one that fails is a failure. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type SessionError, ToolError, type VpcUnavailable } from "../AgentBayError.js"
import * as MobileConfiguration from "../MobileConfiguration.js"
import type { SessionCommand } from "../session/SessionCommand.js"

export interface Device {
  readonly run: SessionCommand.Service["run"]
  readonly sessionId: string
  readonly operation: string
  /** How long each command may take; default 10 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/** How long one command may take, as in the official client that waits longest for what it has to wait for. */
const defaultTimeout = "10 seconds"

const apply = (
  { operation, run, sessionId, timeout = defaultTimeout }: Device,
  command: string
): Effect.Effect<void, SessionError | VpcUnavailable | ToolError> =>
  run(command, { timeout }).pipe(
    Effect.catchTags({
      InvalidArgument: Effect.die,
      CommandTimeout: ({ message, requestId }) =>
        Effect.fail(new ToolError({ operation, tool: "shell", sessionId, requestId, text: message }))
    }),
    Effect.flatMap(({ exitCode, requestId, stderr }) =>
      exitCode === 0
        ? Effect.void
        : Effect.fail(
            new ToolError({
              operation,
              tool: "shell",
              sessionId,
              requestId,
              text: `a setting of the device could not be applied: exit code ${exitCode}: ${stderr}`
            })
          )
    )
  )

/** Stops at the first setting that cannot be applied; those before it stay. */
export const applySettings = (device: Device, settings: MobileConfiguration.DeviceSettings) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.forEach(
      MobileConfiguration.toCommands(settings, Math.floor(now / 1000)),
      (command) => apply(device, command),
      { discard: true }
    )
  )

export const applySimulation = (device: Device, simulate: MobileConfiguration.SimulateConfig) => {
  const command = MobileConfiguration.toSimulationCommand(simulate)
  return command === undefined ? Effect.void : apply(device, command)
}
