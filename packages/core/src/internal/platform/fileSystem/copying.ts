/** Copying a tree as `cp` of Node does: what is there is kept or replaced file by file, links stay links. */
import { normalize } from "./host.js"

/** Sets `$t` to where the link `$1` leads, as a path from the root. */
const target = `to() {
t=$(readlink "$1" && echo .) || exit 1
t=\${t%??}
case $t in /*) ;; *) t=\${1%/*}/$t;; esac
t=$(printf %s "$t/" | sed -e 's#/\\(\\./\\)*#/#g' -e ':a' -e 's#///*#/#g' -e 's#^/\\.\\./#/#' -e 's#/[^/][^/]*/\\.\\./#/#' -e 'ta')
[ "$t" = / ] || t=\${t%/}
}`

const stamp = (preserves: boolean): string => (preserves ? `\ntouch -r "$1" "$2" || exit 1` : "")

const copyTree = (overwrite: boolean, preserves: boolean): string => `cpy() {
if there "$2"; then
[ "$(stat -c %d:%i "$1")" = "$(stat -c %d:%i "$2")" ] && die ERR_FS_CP_EINVAL
if dir "$1"; then dir "$2" || die ERR_FS_CP_DIR_TO_NON_DIR
elif dir "$2"; then die ERR_FS_CP_NON_DIR_TO_DIR
fi
set -- "$1" "$2" ""
else set -- "$1" "$2" new
fi
if [ -L "$1" ]; then
if [ -L "$2" ]; then
to "$2"; v=$t
to "$1"
case $v/ in "$t"/*) die ERR_FS_CP_EINVAL;; esac
case $t/ in "$v"/*) [ -d "$2" ] && die ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY;; esac
rm -f "$2" || exit 1
elif [ -z "$3" ]; then die EEXIST
else to "$1"
fi
ln -s -- "$t" "$2" || exit 1
elif [ -d "$1" ]; then
[ -z "$3" ] || mkdir "$2" || exit 1
[ -r "$1" ] && [ -x "$1" ] || die EACCES
for f in "$1"/* "$1"/.[!.]* "$1"/..?*; do
there "$f" || continue
cpy "$f" "$2/\${f##*/}" || exit 1
done
[ -z "$3" ] || chmod "0$(stat -c %a "$1")" "$2" || exit 1
elif [ -p "$1" ]; then die ERR_FS_CP_FIFO_PIPE
elif [ -S "$1" ]; then die ERR_FS_CP_SOCKET
elif [ ! -f "$1" ]; then die ERR_FS_CP_UNKNOWN
else
if [ -z "$3" ]; then
${overwrite ? 'rm -f "$2" || exit 1' : "return 0"}
fi
cat "$1" >"$2" || exit 1
chmod "0$(stat -c %a "$1")" "$2" || exit 1${stamp(preserves)}
fi
}`

/** For two paths from the root. */
export const copyScript = (
  from: string,
  to: string,
  options: { readonly overwrite: boolean; readonly preserveTimestamps: boolean }
): string => {
  const source = normalize(from)
  const destination = normalize(to)
  const intoItself =
    destination !== source && `${destination}/`.startsWith(source === "/" ? "/" : `${source}/`)
  return `${target}
${copyTree(options.overwrite, options.preserveTimestamps)}
is "$p"
e=$(stat -c %i "$q" 2>&1) || case $e in *": No such file or directory") ;; *) echo "$e" >&2; exit 1;; esac
${intoItself ? 'dir "$p" && { there "$q" && ! dir "$q" && die ERR_FS_CP_DIR_TO_NON_DIR; die ERR_FS_CP_EINVAL; }\n' : ""}there "$q" || [ -d "\${q%/*}/" ] || mkdir -p "\${q%/*}" || exit 1
cpy "$p" "$q"`
}
