/**
 * The command line that puts a process into a session of its own.
 *
 * @since 0.1.0
 */
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import { basename, delimiter, dirname, join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"

/**
 * The home directory of every session.
 *
 * @since 0.1.0
 * @category constants
 */
export const home = "/home/wuying"

/**
 * Where the X server of a session is once its desktop has started; no other session can reach it.
 *
 * @since 0.1.0
 * @category constants
 */
export const display = ":0"

/** Where the agent and the kernels are inside a session. */
const AGENT_DIRECTORY = "/opt/agentbay"
/** Where the socket on which the host listens is inside a session; `assets/agent-connect.mjs` knows it too. */
const BRIDGE_DIRECTORY = "/run/agentbay"
/** Where Node.js is inside a session when the host keeps it outside `/usr`. */
const NODE_DIRECTORY = "/opt/node"

/**
 * What programs below `/usr` read from `/etc`. Nothing else of the host's configuration is shown; in particular
 * not `/etc/ssl/private`, which a host running as root could read.
 */
const SHARED_CONFIGURATION = [
  "alternatives",
  "ca-certificates.conf",
  "fonts",
  "gai.conf",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "magic",
  "matplotlibrc",
  "mime.types",
  "pki/tls/certs",
  "R",
  "ssl/certs",
  "ssl/openssl.cnf",
  "timezone"
]

/** What the host knows of its fonts; without it the first program of a session with text on the screen takes seconds. */
const FONT_CACHE = "/var/cache/fontconfig"

/** The same of programs whose directory carries a version. */
const VERSIONED_CONFIGURATION = /^(java-\d+-openjdk|python\d[\d.]*)$/

const sharedConfiguration = (): ReadonlyArray<string> => [
  ...SHARED_CONFIGURATION,
  ...fs.readdirSync("/etc").filter((name) => VERSIONED_CONFIGURATION.test(name))
]

const ownFiles = (hostname: string): ReadonlyArray<readonly [path: string, content: string]> => [
  [
    "passwd",
    "root:x:0:0:root:/root:/usr/sbin/nologin\n" +
      `wuying:x:1000:1000:wuying:${home}:/bin/bash\n` +
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
  ],
  ["group", "root:x:0:\nwuying:x:1000:\nnogroup:x:65534:\n"],
  ["hosts", `127.0.0.1\tlocalhost ${hostname}\n::1\tlocalhost\n`],
  ["hostname", `${hostname}\n`],
  ["resolv.conf", ""],
  ["nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"],
  ["shells", "/bin/sh\n/bin/bash\n"]
]

/**
 * A host name made of a session id: letters, digits and hyphens, at most 63 of them.
 *
 * @since 0.1.0
 * @category constructors
 */
export const hostnameOf = (sessionId: string): string =>
  sessionId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "") || "session"

/**
 * Fills an empty directory so that it can be the root of a session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const prepareRoot = (root: string, hostname: string): void => {
  for (const path of [home, "tmp", "var/tmp", "var/log", "var/cache", "run", "mnt", "opt", "srv", "etc"]) {
    fs.mkdirSync(join(root, path), { recursive: true, mode: 0o755 })
  }
  for (const path of ["tmp", "var/tmp"]) fs.chmodSync(join(root, path), 0o1777)
  for (const [name, content] of ownFiles(hostname)) fs.writeFileSync(join(root, "etc", name), content)
  const osRelease = "/etc/os-release"
  if (fs.existsSync(osRelease)) fs.copyFileSync(osRelease, join(root, osRelease))
}

/** The directories beside `/usr` that hold programs: links into `/usr` on most systems, real ones on others. */
const systemDirectories = (): ReadonlyArray<string> =>
  ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => {
    const stats = fs.lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return []
    return stats.isSymbolicLink() ? ["--symlink", fs.readlinkSync(path), path] : ["--ro-bind", path, path]
  })

/**
 * The Node.js that runs the agent: the one of this process, or, under another runtime, the one of the system.
 *
 * @since 0.1.0
 * @category getters
 */
export const findNode = (): string | undefined =>
  /^node(js)?$/.test(basename(process.execPath))
    ? process.execPath
    : ["/usr/bin/node", "/usr/local/bin/node", "/usr/bin/nodejs"].find((path) => fs.existsSync(path))

/**
 * The path of `bwrap`, looked for as a shell would.
 *
 * @since 0.1.0
 * @category getters
 */
export const findProgram = (): string | undefined =>
  (process.env["PATH"] ?? "/usr/local/bin:/usr/bin")
    .split(delimiter)
    .map((directory) => join(directory, "bwrap"))
    .find((path) => {
      try {
        fs.accessSync(path, fs.constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/**
 * The arguments of `bwrap` up to the program to run, and the path of Node.js inside the session.
 *
 * Everything the session may write is below `root`; `/usr` and what belongs to it is there to read. The process
 * gets namespaces of its own for users, processes, network (a loopback device only), IPC and host name, keeps no
 * capability and sees none of the host's environment. `/proc` is read-only because a host running as root would
 * otherwise offer its kernel settings for writing. Descriptor 3 receives the process ids.
 *
 * @since 0.1.0
 * @category constructors
 */
export const sandbox = (options: {
  readonly root: string
  readonly hostname: string
  readonly node: string
  /** A directory of the host for sockets which the session may connect to. */
  readonly bridge?: string | undefined
}): { readonly arguments: ReadonlyArray<string>; readonly node: string } => {
  const { bridge, hostname, node, root } = options
  const foreign = !node.startsWith("/usr/")
  const nodeInside = foreign ? `${NODE_DIRECTORY}/bin/node` : node
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  const variables = {
    HOME: home,
    USER: "wuying",
    LOGNAME: "wuying",
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    DISPLAY: display,
    // Debian's own choice is a window, whether or not there is a screen; kernels show figures in their own way.
    MPLBACKEND: "Agg",
    PATH: foreign ? `${path}:${dirname(nodeInside)}` : path
  }
  return {
    node: nodeInside,
    arguments: [
      ...["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"],
      ...["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
      ...["--die-with-parent", "--new-session", "--hostname", hostname, "--info-fd", "3"],
      "--clearenv",
      ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value]),
      ...["--bind", root, "/", "--ro-bind", "/usr", "/usr"],
      ...systemDirectories(),
      ...sharedConfiguration().flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
      ...["--ro-bind-try", FONT_CACHE, FONT_CACHE],
      ...["--ro-bind", fileURLToPath(new URL("../../../../assets", import.meta.url)), AGENT_DIRECTORY],
      ...(foreign ? ["--ro-bind", node, nodeInside] : []),
      ...(bridge === undefined ? [] : ["--ro-bind", bridge, BRIDGE_DIRECTORY]),
      ...["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/proc"],
      ...["--chdir", home]
    ]
  }
}

/** Bit of `flags` in `/proc/<pid>/fdinfo` which says that a descriptor is closed when another program starts. */
const CLOSE_ON_EXEC = 0o2000000

/** Descriptors this process was itself started with, and which the programs it starts would inherit. */
const inheritedDescriptors = (): ReadonlyArray<number> =>
  fs
    .readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => {
      if (descriptor <= 3) return false
      try {
        const flags = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))
        return flags?.[1] !== undefined && (Number.parseInt(flags[1], 8) & CLOSE_ON_EXEC) === 0
      } catch {
        // The descriptor with which the directory was read is closed by now.
        return false
      }
    })

/**
 * Starts `bwrap` with pipes on descriptors 0 to 3. Its environment is empty, because it can be read from inside
 * the session in `/proc/1/environ`; and what else this process would hand down is covered with `/dev/null`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const launch = (
  bwrap: string,
  parameters: ReadonlyArray<string>
): {
  readonly process: ChildProcess
  readonly input: Writable
  readonly output: Readable
  readonly error: Readable
  readonly info: Readable
} => {
  const nothing = fs.openSync("/dev/null", "r+")
  try {
    const stdio: Array<"pipe" | "ignore" | number> = ["pipe", "pipe", "pipe", "pipe"]
    for (const descriptor of inheritedDescriptors()) {
      while (stdio.length < descriptor) stdio.push("ignore")
      stdio[descriptor] = nothing
    }
    const child = spawn(bwrap, parameters, { stdio, env: {}, cwd: "/" })
    const [input, output, error, info] = child.stdio as unknown as [Writable, Readable, Readable, Readable]
    for (const stream of [input, output, error, info]) stream.on("error", () => {})
    return { process: child, input, output, error, info }
  } finally {
    fs.closeSync(nothing)
  }
}

/**
 * The arguments after those of `sandbox` that start the agent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const agentCommand = (node: string): ReadonlyArray<string> => [
  "--",
  node,
  "--max-semi-space-size=1",
  `${AGENT_DIRECTORY}/agent.mjs`
]
