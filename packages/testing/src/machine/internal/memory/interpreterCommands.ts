/**
 * The shell's `node` and `python3`.
 *
 * @since 0.1.0
 */
import type { Command, ResolvedCommandContext } from "just-bash"
import type { Program, ProgramResult } from "./interpreter.js"

/** Bytes as the shell carries them: one character each. */
const toBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

const fromBytes = (bytes: Uint8Array): string => {
  let text = ""
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192))
  }
  return text
}

const programOf = (args: ReadonlyArray<string>, ctx: ResolvedCommandContext): Program => ({
  args,
  cwd: ctx.cwd,
  environment: ctx.exportedEnv ?? Object.fromEntries(ctx.env),
  stdin: toBytes(ctx.stdin as unknown as string),
  signal: ctx.signal
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  names: ReadonlyArray<string>,
  run: (program: Program) => Promise<ProgramResult>
): ReadonlyArray<Command> =>
  names.map((name) => ({
    name,
    trusted: true,
    execute: async (args, ctx) => {
      const { exitCode, stderr, stdout } = await run(programOf(args, ctx))
      return {
        stdout: fromBytes(stdout),
        stdoutKind: "bytes" as const,
        stdoutEncoding: "binary" as const,
        stderr: new TextDecoder().decode(stderr),
        exitCode
      }
    }
  }))
