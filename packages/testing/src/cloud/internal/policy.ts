/** What of a sync policy the cloud acts on. Life cycles and strategies are read and ignored; archives are no files. */

interface WhiteRule {
  readonly matches: (relative: string) => boolean
}

export interface Unpacking {
  /** Into the folder in which the archive is, instead of one of its own. */
  readonly inPlace: boolean
  readonly keepArchive: boolean
}

export interface SyncPolicy {
  readonly autoDownload: boolean
  readonly autoUpload: boolean
  /** Whether a file that takes part travels to the context: archives leave some out. */
  readonly uploads: (relative: string) => boolean
  /** A file deleted in the session is deleted in the context too. */
  readonly propagateDeletion: boolean
  /** Where the files of the context were written from, when that is another path than the one they are mounted at. */
  readonly sourcePath: string | undefined
  /** What becomes of an archive, by its path relative to the mount, that has arrived in the session. */
  readonly unpacking: (relative: string) => Unpacking | undefined
  /** Whether a file, by its path relative to the mount, takes part. */
  readonly includes: (relative: string) => boolean
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const member = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)

const texts = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : []

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, "")

/** True for `path` itself and everything below it; the empty path has everything below it. */
const below = (path: string) => {
  const base = trimmed(path)
  return (relative: string) => base === "" || relative === base || relative.startsWith(`${base}/`)
}

const compile = (pattern: string): RegExp | undefined => {
  try {
    return new RegExp(pattern)
  } catch {
    return undefined
  }
}

const matcher = (pattern: string, isRegex: boolean): ((relative: string) => boolean) => {
  if (!isRegex) return below(pattern)
  const regex = compile(pattern)
  return (relative) => regex?.test(relative) ?? false
}

const whiteRule = (entry: unknown): ReadonlyArray<WhiteRule> => {
  const path = member(entry, "path")
  if (typeof path !== "string") return []
  const byRegex = member(entry, "isPathRegex") === true
  const includes = matcher(path, byRegex)
  // Excluded paths are relative to the path of their entry.
  const start = byRegex || trimmed(path) === "" ? "" : `${trimmed(path)}/`
  const excludes = texts(member(entry, "excludePaths"))
    .filter((exclude) => trimmed(exclude) !== "")
    .map((exclude) => matcher(exclude, member(entry, "isExcludeRegex") === true))
  return [
    {
      matches: (relative) =>
        includes(relative) &&
        !excludes.some((exclude) =>
          exclude(relative.startsWith(start) ? relative.slice(start.length) : relative)
        )
    }
  ]
}

/**
 * Archives are unpacked where the policy says so and names them one by one: what a white list merely covers may be a
 * file like any other, whatever its name.
 */
const unpackingOf = (policy: unknown): SyncPolicy["unpacking"] => {
  const extract = member(policy, "extractPolicy")
  const entries = member(member(policy, "bwList"), "whiteLists")
  const named = (Array.isArray(entries) ? entries : []).flatMap((entry) => {
    const path = member(entry, "path")
    return typeof path === "string" && member(entry, "isPathRegex") !== true ? [trimmed(path)] : []
  })
  return (relative) =>
    member(extract, "extract") === true && /\.zip$/i.test(relative) && named.includes(relative)
      ? {
          inPlace: member(extract, "extractToCurrentFolder") === true,
          keepArchive: member(extract, "deleteSrcFile") === false
        }
      : undefined
}

/** Reads a policy as clients send it: any member may be absent or null, which stands for the default. */
export const readPolicy = (policy: unknown): SyncPolicy => {
  const upload = member(policy, "uploadPolicy")
  const left =
    member(upload, "uploadMode") === "Archive"
      ? texts(member(upload, "archiveExcludePaths"))
          .filter((path) => trimmed(path) !== "")
          .map(below)
      : []
  const whiteLists = member(member(policy, "bwList"), "whiteLists")
  const rules = Array.isArray(whiteLists) ? whiteLists.flatMap(whiteRule) : []
  const source = member(member(policy, "mappingPolicy"), "path")
  return {
    autoDownload: member(member(policy, "downloadPolicy"), "autoDownload") !== false,
    autoUpload: member(upload, "autoUpload") !== false,
    uploads: (relative) => !left.some((isBelow) => isBelow(relative)),
    propagateDeletion: member(member(policy, "deletePolicy"), "syncLocalFile") !== false,
    // Only a path of this kind of system can be mapped without knowing the other one.
    sourcePath: typeof source === "string" && source.startsWith("/") ? source : undefined,
    unpacking: unpackingOf(policy),
    includes: rules.length === 0 ? () => true : (relative) => rules.some((rule) => rule.matches(relative))
  }
}
