# Gives back the owners and modes that the job of files.ownership wrote down. Environment: what. The last try is taken
# back first, so that what was wrong twice ends as it was before the first. Ends with 94 where something is not any
# more where it was: it is passed over, and listed in the record.
set -u
umask 077
refuse() { printf 'mxodus: refused: %s\n' "$1"; exit 93; }
run=${MXODUS_JOB##*/jobs/}
records=${MXODUS_JOB%/jobs/*}/owners/${run%%.*}.$what
[ -d "$records" ] || refuse "$records is gone, and with it what the owners were"
missed=$records/passed-over
: >"$missed" || refuse "$records cannot be written"

# Every name is taken in its own folder, which is entered and then seen to be the one meant: with a path, whoever may
# replace a folder by a link would choose which file gets the owner.
give_back() { # COMMAND WISH: to those of the NUL-separated names on stdin that are there
  xargs -0 -r -n 500 sh -c '
    root=$1 missed=$2 command=$3 wish=$4 folder="" entered="" ran=0
    shift 4
    run() { shift $(($1 + 1)); [ $# -eq 0 ] || $command -- "$wish" "$@"; }
    is_there() {
      [ -n "$entered" ] || return 1
      if [ -L "$1" ]; then [ "$command" != chmod ]; else [ -e "$1" ]; fi
    }
    left=$#
    while [ "$left" -gt 0 ]; do
      name=$1
      shift
      left=$((left - 1))
      if [ "${name%/*}" != "$folder" ]; then
        run $((left + ran)) "$@" || exit
        ran=$(($# - left)) folder=${name%/*} entered=""
        whole=$root${folder#.}
        if cd -P -- "$whole" 2>/dev/null && [ "$(pwd -P)" = "$whole" ]; then entered=yes; fi
      fi
      if is_there "./${name##*/}"; then set -- "$@" "./${name##*/}"; else printf "%s\0" "$name" >>"$missed"; fi
    done
    run "$ran" "$@"' sh "$root" "$missed" "$@"
}
for try in $(ls -- "$records" | grep -x '[0-9]*' | sort -rn); do
  root=$(cat -- "$records/$try/root")
  case $root in /?*) ;; *) refuse "$records/$try does not say which folder it is of" ;; esac
  for file in "$records/$try"/owner-*; do
    [ ! -e "$file" ] || give_back 'chown -h' "${file##*/owner-}" <"$file" || exit
  done
  for file in "$records/$try"/mode-*; do
    [ ! -e "$file" ] || give_back chmod "${file##*/mode-}" <"$file" || exit
  done
done
if [ -s "$missed" ]; then
  sort -zu -o "$missed" -- "$missed"
  printf 'mxodus: %d entries are not any more where they were and were passed over, all others have got back what they had; %s names them\n' \
    "$(tr -cd '\0' <"$missed" | wc -c)" "$missed"
  exit 94
fi
rm -rf -- "$records"
