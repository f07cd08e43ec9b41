/**
 * What runs inside the session: scripts for any POSIX shell (dash, busybox, bash, mksh).
 *
 * A process has a directory of its own, mode 700:
 *
 * - `run/pid`: the process, as `<pid> <start time>`. The directory `run` appears in one step before the command runs; a
 *   *file* of that name in its place says that the command never ran and never will.
 * - `stdout`, `stderr`: what it has printed. `command`: the command line.
 * - `exit.<status>`: how it ended; made by renaming `pending`, which works on a full disk as well.
 * - `supervisor`: the process that waits for the end. `pump`: the one that carries standard input.
 * - `in/<offset>`: a link to the piece of standard input that begins there; a link to the empty `in/end` is its end.
 *   Pieces, not a pipe: writing one twice has the effect of writing it once, and never blocks.
 * - `stdin`: the pipe from the pump to the process. `bell`: the pipe that wakes the pump. `over`: it may go.
 *
 * The variables of these scripts must not reach the command, whose environment may use the same names: until it runs,
 * only positional parameters are set.
 */
import { quote } from "../quote.js"
import type { Encoding } from "./encoding.js"

/** Every answer begins with this, whatever the shell or the service prints before. */
export const marker = "@agentbay"

const say = `say() { printf '${marker} %s\\n' "$*"; exit 0; }`

/** Of a process: a pid alone may belong to another one by now. */
const identity = `"$$" "$(sed 's/.*) //' "/proc/$$/stat" | cut -d' ' -f20)"`

/** 0: the process noted in file `$1` lives; 1: it has ended; 2: its number belongs to another process. */
const is = `is() { q=
{ read -r q r <"$d/$1"; } 2>/dev/null || return 1
l=$(cat "/proc/$q/stat" 2>/dev/null) || return 1
l=\${l##*) }
set -- $l
[ "\${20}" = "$r" ] || return 2
case $1 in Z|X) return 1;; esac; }`

const ring = `is pump && printf '\\n' >"$d/bell"`

/** Copies the pieces of standard input in their order, until the end, or until nobody reads any more. */
const pump = `printf '%s %s\\n' ${identity} >"$1/pump"
n=0
while :; do
f="$1/in/$n"
if [ -e "$f" ]; then
[ -s "$f" ] || exit 0
cat "$f" || exit 0
l=$(wc -c <"$f") && n=$((n + l)) || exit 1
elif [ -e "$1/over" ]; then exit 0
else read -r _ <"$1/bell"; fi
done`

/** Becomes the command, unless somebody has decided that it never ran. */
const child = `mkdir "$1/new" && printf '%s %s\\n' ${identity} >"$1/new/pid" && mv "$1/new" "$1/run" || exit 127
[ -z "$3" ] || CDPATH= cd -- "$3" || exit 126
exec "$2" -c "$4"`

/**
 * Waits for the command in the foreground: a shell lets what it starts in the background ignore SIGINT. The command
 * leads a session of its own, so that a signal reaches all of it and nothing else.
 */
const supervisor = `printf '%s %s\\n' ${identity} >"$1/supervisor"
if [ "$5" = pipe ]; then
setsid sh -c "$8" agentbay "$1" </dev/null >"$1/stdin" 2>/dev/null 3<>"$1/bell" &
setsid sh -c "$7" agentbay "$@" <"$1/stdin" >"$1/stdout" 2>"$1/stderr"
else
setsid sh -c "$7" agentbay "$@" </dev/null >"$1/stdout" 2>"$1/stderr"
fi
x=$? d=$1
mv "$d/pending" "$d/exit.$x"
: >"$d/over"
${is}
${ring}`

export interface Launch {
  readonly directory: string
  readonly command: string
  readonly shell: string
  /** Empty: where the shell of the session starts. */
  readonly cwd: string
  readonly stdin: "pipe" | "none"
}

const waitForRun = `i=0
until [ -e "$d/run" ] || [ $i -ge 150 ]; do i=$((i + 1)); sleep 0.1 2>/dev/null || sleep 1; done
( set -C; : >"$d/run" ) 2>/dev/null
[ -d "$d/run" ] || { [ -d "$d" ] && say abandoned; say gone; }`

const isOther = (command: string): string => `[ "$(cat "$d/command"; echo .)" != ${command} ] && say other`

const report = `read -r q r <"$d/run/pid"
e=none; command -v base64 >/dev/null 2>&1 && e=base64
printf '${marker} started %s %s\\n' "$q" "$e"`

/**
 * Makes the directory, which only one can do, and starts the command detached; where the directory is there already,
 * finds what it belongs to. The first \`setsid\` becomes the leader of a group, for which reason the second one forks.
 */
export const startScript = ({ command, cwd, directory, shell, stdin }: Launch): string =>
  `set -- ${[directory, shell, cwd, command, stdin, supervisor, child, pump].map(quote).join(" ")}
${say}
if [ ! -d "$1" ]; then
command -v setsid >/dev/null 2>&1 || say unsupported setsid
command -v mkfifo >/dev/null 2>&1 || say unsupported mkfifo
[ -r "/proc/$$/stat" ] || say unsupported /proc
command -v "$2" >/dev/null 2>&1 || say shell
[ -z "$3" ] || ( CDPATH= cd -- "$3" ) >/dev/null 2>&1 || say cwd
fi
if ( umask 077; mkdir "$1" ) 2>/dev/null; then
set -- "$@" "$( { mkdir "$1/in" && mkfifo "$1/bell" "$1/stdin" && : >"$1/in/end" && : >"$1/pending" && : >"$1/stdout" && : >"$1/stderr" && printf %s "$4" >"$1/new.command" && mv "$1/new.command" "$1/command"; } 2>&1 )"
[ -e "$1/command" ] || { rm -rf "$1"; say failed "$9"; }
[ "$5" = pipe ] || ln -s end "$1/in/0"
setsid setsid sh -c "$6" agentbay "$@" </dev/null >/dev/null 2>&1
elif [ ! -d "$1" ]; then say failed "$(mkdir "$1" 2>&1)"
fi
d=$1
${waitForRun}
${isOther('"$4."')}
${report}`

const begin = (directory: string): string => `d=${quote(directory)}
${say}
${is}
ended() { x=; for g in "$d"/exit.*; do [ -e "$g" ] && x=\${g##*.}; done; [ -n "$x" ]; }
`

const running = `[ -d "$d/run" ] || { [ -d "$d" ] && say abandoned; say gone; }`

export const attachScript = (directory: string): string =>
  `${begin(directory)}[ -d "$d" ] || say gone
${waitForRun}
${report}
cat "$d/command"`

/** Pauses in seconds, short ones first: what comes soon is seen soon, what takes long costs little. */
const ladder = (seconds: number): string => {
  const steps = [0.02, 0.03, 0.05, 0.1, 0.1, 0.2, 0.2, 0.3]
  const kept: Array<number> = []
  for (let left = seconds * 100; left > 0; ) {
    const step = Math.min(Math.round((steps[kept.length] ?? 0.5) * 100), left)
    kept.push(step / 100)
    left -= step
  }
  return [...kept, 0].join(" ")
}

const look = `look() { ended; set -- $(stat -c %s "$d/stdout" "$d/stderr" 2>/dev/null || { wc -c <"$d/stdout"; wc -c <"$d/stderr"; }); a=$1 b=$2; }`

/** How an output is read: from `offset` on, at most `length` bytes. */
export interface Wanted {
  readonly offset: number
  readonly length: number
}

const block = 4096

/** Blocks, because `tail` may read everything that it skips; hexadecimal numbers take three times the room. */
const slice = (file: string, { length, offset }: Wanted): string => {
  const rest = offset % block
  const [skip, count] = [(offset - rest) / block, Math.ceil((rest + length) / block)]
  const path = `"$d/${file}"`
  const tail = `tail -c +${offset + 1} ${path}`
  return `case $e$k in
base64dd) dd if=${path} bs=${block} skip=${skip} count=${count} 2>/dev/null | tail -c +${rest + 1} | head -c ${length} | base64;;
base64) ${tail} | head -c ${length} | base64;;
*) ${tail} | head -c ${Math.ceil(length / 3)} | od -An -v -tx1;;
esac`
}

const content = (file: string, variable: string, wanted: Wanted | undefined): string =>
  wanted === undefined ? ":" : `if [ "$${variable}" -gt ${wanted.offset} ]; then ${slice(file, wanted)}; fi`

const beyond = (variable: string, wanted: Wanted | undefined): string =>
  wanted === undefined ? "" : ` || [ "$${variable}" -gt ${wanted.offset} ]`

/**
 * Waits, up to \`seconds\`, for the end of the process or for output beyond the offsets, and says how it stands: exit
 * status, \`lost\` or \`-\`, the sizes of both outputs, and what was wanted of them.
 */
export const lookScript = (
  directory: string,
  wanted: { readonly stdout: Wanted | undefined; readonly stderr: Wanted | undefined },
  seconds: number
): string => `${begin(directory)}${running}
${look}
for s in ${ladder(seconds)}; do
look
[ -n "$x" ]${beyond("a", wanted.stdout)}${beyond("b", wanted.stderr)} && break
is supervisor || is run/pid || { look; x=\${x:-lost}; break; }
[ $s = 0 ] && break
sleep $s 2>/dev/null || { sleep 1; break; }
done
e=hex k=
command -v base64 >/dev/null 2>&1 && e=base64
command -v dd >/dev/null 2>&1 && k=dd
printf '${marker} look %s %s %s %s\\n' "\${x:--}" "$a" "$b" "$e"
${content("stdout", "a", wanted.stdout)}
echo
echo -
${content("stderr", "b", wanted.stderr)}
exit 0`

const decoder: Readonly<Record<Encoding, (text: string) => string>> = {
  base64: (text) => `printf %s '${text}' | base64 -d`,
  none: (text) => `printf '${text}'`
}

/** Puts a link named by the offset; where there is one already, behind it, unless it is this very one. */
const append = (target: string, length: string): string => `while ! ln -s ${target} "$d/in/$o" 2>/dev/null; do
[ "$(readlink "$d/in/$o")" = ${target} ] && break
[ -s "$d/in/$o" ] || { [ -e "$d/in/$o" ] && say closed; say failed "cannot write $d/in/$o"; }
l=$(wc -c <"$d/in/$o")
o=$((o + l))
done
${ring}
say written $((o + ${length}))`

export interface Piece {
  /** No two pieces of one process have the same. */
  readonly name: string
  readonly encoding: Encoding
  readonly text: string
  /** Bytes. */
  readonly length: number
  /** Where standard input is known to go on, or before. */
  readonly offset: number
}

/**
 * A call that is repeated because its answer was lost may run beside its first self: each writes a file of its own, in
 * a directory that only one can make, and puts it in place whole.
 */
export const writeScript = (directory: string, { encoding, length, name, offset, text }: Piece): string =>
  `${begin(directory)}${running}
f="$d/in/.${name}" o=${offset} k=0
if [ ! -e "$f" ]; then
ended && say closed
until mkdir "$f.$k" 2>/dev/null || [ $k -ge 20 ]; do k=$((k + 1)); done
p="$f.$k/new"
${decoder[encoding](text)} >"$p" && [ $(wc -c <"$p") -eq ${length} ] && mv "$p" "$f" || say failed "cannot write $f"
rmdir "$f.$k"
fi
${append(`.${name}`, String(length))}`

export const closeScript = (directory: string, offset: number): string =>
  `${begin(directory)}${running}
ended && say written 0
o=${offset}
${append("end", "0")}`

export const signalScript = (directory: string, name: string): string =>
  `${begin(directory)}${running}
ended || ! is run/pid && say ended
kill -${name} "-$q" 2>/dev/null && say sent
say ended`

/** Ends the whole session that the command leads, also the groups in it that are not its own. */
const killAll = `is run/pid
if [ $? -lt 2 ] && [ -n "$q" ]; then
kill -KILL "-$q" 2>/dev/null
for g in /proc/[0-9]*/stat; do
{ read -r l <"$g"; } 2>/dev/null || continue
k=\${l%% *} l=\${l##*) }
set -- $l
[ "$4" = "$q" ] && kill -KILL "$k" 2>/dev/null
done
fi`

export const killScript = (directory: string): string => `${begin(directory)}${running}
${killAll}
say sent`

/**
 * Ends everything and removes the directory; a start that is under way comes to nothing. With a command, only a process
 * that runs it.
 */
export const releaseScript = (
  directory: string,
  command?: string
): string => `${begin(directory)}[ -d "$d" ] || say gone
${command === undefined ? "" : `[ -e "$d/command" ] && ${isOther(quote(`${command}.`))}`}
( set -C; : >"$d/run" ) 2>/dev/null
${killAll}
for s in ${ladder(3)}; do
ended && break
is supervisor || break
sleep $s 2>/dev/null || sleep 1
done
for f in supervisor pump; do is $f && kill -KILL "$q" 2>/dev/null; done
rm -rf "$d" 2>/dev/null || { sleep 1; rm -rf "$d"; }
[ -d "$d" ] && say failed "cannot remove $d"
say gone`
