/**
 * Starting other programs from the scripts.
 */
import { spawn } from "node:child_process"
import { delimiter, join } from "node:path"
import { root } from "./workspace.js"

export interface Result {
  readonly code: number
  readonly stdout: string
  /** Both streams, in the order in which they came. */
  readonly output: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly shell?: boolean
}

/** Says what is wrong and ends the script. */
export const fail: (...problems: ReadonlyArray<string>) => never = (...problems) => {
  for (const problem of problems) console.error(problem)
  process.exit(1)
}

/** Runs a program to its end and collects what it prints. Programs of `node_modules/.bin` are found by name. */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: RunOptions = {}
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      shell: options.shell ?? false,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...options.env,
        PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter)
      }
    })
    let stdout = ""
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, output }))
  })

/** Like {@link run}, for a step that has to succeed. */
export const runOrFail = async (
  command: string,
  args: ReadonlyArray<string>,
  options?: RunOptions
): Promise<string> => {
  const { code, output, stdout } = await run(command, args, options)
  if (code === 0) return stdout
  fail(`${command} ${args.join(" ")} exited with ${code}\n${output}`)
}

/** The pnpm that runs us, so that there is one version of it; `npx` when we were started without one. */
export const pnpm = (args: ReadonlyArray<string>, options?: RunOptions): Promise<string> => {
  const self = process.env["npm_execpath"]
  return self !== undefined && /pnpm[^/\\]*$/.test(self)
    ? /\.[cm]?js$/.test(self)
      ? runOrFail(process.execPath, [self, ...args], options)
      : runOrFail(self, args, options)
    : runOrFail("npx", ["-y", "pnpm@10", ...args], options)
}
