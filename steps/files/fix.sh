# The job of files.ownership: sets owner, group and mode of what differs, after having written down what it was.
# Environment: path uid gid private record. The record is a folder beside the path, one file of NUL-separated
# paths for each former owner and mode; a second try adds to it.
set -u
umask 077
refuse() { printf 'mxodus: refused: %s\n' "$1"; exit 93; }
keep() { # FILE: adds the paths on stdin to a file of the record, whole or not at all
  { cat -- "$record/$1" 2>/dev/null; cat; } >"$record/new" && sync "$record/new" && mv -- "$record/new" "$record/$1" ||
    refuse "$record cannot be written"
}
[ -d "$path" ] && [ ! -L "$path" ] || refuse "$path is no folder"
mkdir -p -- "$record" || refuse "$record cannot be made"

set -- ! -name '*'
[ -z "$uid" ] || set -- "$@" -o ! -uid "$uid"
[ -z "$gid" ] || set -- "$@" -o ! -gid "$gid"
find "$path" \( "$@" \) -printf '%U:%G\n' | sort -u >"$record/owners" || refuse 'the owners cannot be read'
while IFS=: read -r old_uid old_gid; do
  find "$path" -uid "$old_uid" -gid "$old_gid" \( "$@" \) -print0 | keep "owner-$old_uid:$old_gid" || exit
done <"$record/owners"

keep_modes() { # TEST…: of what find finds with them
  find "$path" ! -type l "$@" -printf '%m\n' | sort -u >"$record/modes" || refuse 'the modes cannot be read'
  while read -r old_mode; do
    find "$path" ! -type l "$@" -perm "$old_mode" -print0 | keep "mode-$old_mode" || exit
  done <"$record/modes"
}
# chown takes set-user-ID and set-group-ID from a file, not from a folder.
keep_modes ! -type d -perm /6000 \( "$@" \)
mask=''
[ "$private" != others ] || mask=007
[ "$private" != group ] || mask=077
[ -z "$mask" ] || keep_modes -perm "/$mask"
rm -f -- "$record/owners" "$record/modes"

# A link is changed itself, never what it points to.
find "$path" \( "$@" \) -print0 | xargs -0 -r chown -h -- "$uid${gid:+:$gid}" || exit
[ -z "$mask" ] || find "$path" ! -type l -perm "/$mask" -print0 |
  xargs -0 -r chmod -- "$([ $mask = 007 ] && echo o= || echo go=)"
