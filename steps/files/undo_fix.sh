# Gives back the owners and modes that the job of files.ownership wrote down. Environment: record. What is gone
# meanwhile is passed over.
set -u
refuse() { printf 'mxodus: refused: %s\n' "$1"; exit 93; }
[ -d "$record" ] || refuse "$record is gone, and with it what the owners were"
give_back() { # COMMAND… : runs it with those of the NUL-separated paths on stdin that are still there
  xargs -0 -r sh -c 'command=$1 wish=$2; shift 2; n=$#
    while [ "$n" -gt 0 ]; do
      if [ -e "$1" ] || [ -L "$1" ]; then set -- "$@" "$1"; fi
      shift; n=$((n - 1))
    done
    [ $# -eq 0 ] || exec $command -- "$wish" "$@"' sh "$@"
}
for file in "$record"/owner-*; do
  [ -e "$file" ] || continue
  give_back 'chown -h' "${file##*/owner-}" <"$file" || exit
done
for file in "$record"/mode-*; do
  [ -e "$file" ] || continue
  give_back chmod "${file##*/mode-}" <"$file" || exit
done
rm -rf -- "$record"
