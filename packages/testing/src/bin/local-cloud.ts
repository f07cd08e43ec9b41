#!/usr/bin/env node
/**
 * `pnpm local-cloud`: serves the local cloud until it is told to stop.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { localCloud } from "./internal/command.js"
import * as CliTerminal from "./internal/terminal.js"

const version = "0.1.0"

// `pnpm local-cloud -- --port 0` hands the dashes on.
const argv = process.argv.filter((argument, index) => index !== 2 || argument !== "--")

const program = Command.run(localCloud, { name: "AgentBay local cloud", version })(argv).pipe(
  Effect.provide(Layer.merge(CliTerminal.layer, CliConfig.layer({ showBuiltIns: false }))),
  // The parser has explained its own errors already.
  Effect.tapError((error) =>
    ValidationError.isValidationError(error) ? Effect.void : Console.error(error.message)
  )
)

const fiber = Effect.runFork(program)

// A second signal, as a shell and a package manager may both send one, must not cut the shutdown short.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    Effect.runFork(Fiber.interruptFork(fiber))
  })
}

fiber.addObserver((exit) => {
  if (Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause)) {
    process.exitCode = 0
    return
  }
  if (Cause.isDie(exit.cause)) console.error(Cause.pretty(exit.cause))
  process.exitCode = 1
})
