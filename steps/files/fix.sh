# The job of files.ownership: sets owner, group and mode of what differs, after having written down what it was.
# Environment: path uid gid private what. The record is kept where jobs are, which nobody but who runs them can write:
# in a folder for the run and for `what` is asked, one folder for each try, and in it the path and one file of
# NUL-separated names for each former owner and mode.
#
# Whoever owns the files may rename and replace them at any moment. So nothing is reached by a path: find goes from
# folder to folder and runs chown and chmod in the very folder that it looks at.
set -u
umask 077
refuse() { printf 'mxodus: refused: %s\n' "$1"; exit 93; }
keep() { # FILE: adds the names on stdin to a file of the record
  cat >>"$record/$1" && sync "$record/$1" || refuse "$record cannot be written"
}
[ -d "$path" ] && [ ! -L "$path" ] || refuse "$path is no folder"
above=$(cd -P -- "${path%/*}/" && pwd -P) && cd -P -- "$path" && root=$(pwd -P) || refuse "$path cannot be entered"
[ "$root" = "${above%/}/${path##*/}" ] || refuse "$path is no folder any more"

run=${MXODUS_JOB##*/jobs/}
records=${MXODUS_JOB%/jobs/*}/owners/${run%%.*}.$what
mkdir -p -- "$records" || refuse "$records cannot be made"
try=1
until mkdir -- "$records/$try" 2>/dev/null; do
  [ -d "$records/$try" ] || refuse "$records cannot be written"
  try=$((try + 1))
done
record=$records/$try
printf '%s\n' "$root" | keep root || exit

set -- ! -name '*'
[ -z "$uid" ] || set -- "$@" -o ! -uid "$uid"
[ -z "$gid" ] || set -- "$@" -o ! -gid "$gid"
find . \( "$@" \) -printf '%U:%G\n' | sort -u >"$record/owners" || refuse 'the owners cannot be read'
while IFS=: read -r old_uid old_gid; do
  find . -uid "$old_uid" -gid "$old_gid" \( "$@" \) -print0 | keep "owner-$old_uid:$old_gid" || exit
done <"$record/owners"

keep_modes() { # TEST…: of what find finds with them
  find . ! -type l "$@" -printf '%m\n' | sort -u >"$record/modes" || refuse 'the modes cannot be read'
  while read -r old_mode; do
    find . ! -type l "$@" -perm "$old_mode" -print0 | keep "mode-$old_mode" || exit
  done <"$record/modes"
}
# chown takes set-user-ID and set-group-ID from a file, not from a folder.
keep_modes ! -type d -perm /6000 \( "$@" \)
mask='' closed=''
[ "$private" != others ] || { mask=007 closed=o=; }
[ "$private" != group ] || { mask=077 closed=go=; }
[ -z "$mask" ] || keep_modes -perm "/$mask"
rm -f -- "$record/owners" "$record/modes"

# A link is changed itself, never what it points to.
find . \( "$@" \) -execdir chown -h -- "$uid${gid:+:$gid}" {} + || exit
[ -z "$mask" ] || find . ! -type l -perm "/$mask" -execdir chmod -- "$closed" {} +
