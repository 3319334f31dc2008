# What stands where a restore is to go. Needs there.sh. Arguments: the target and the mark beside it. Prints lines "WORD …".
target=$1 mark=$2
if ! there "$target"; then
  echo 'kind absent'
elif [ -L "$target" ] || [ ! -d "$target" ]; then
  echo 'kind other'
else
  first=$(find "$target" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit) || exit 95
  if [ -z "$first" ]; then echo 'kind empty'; else echo 'kind folder'; fi
fi
if [ -f "$mark" ] && [ ! -L "$mark" ] && [ -d "$target" ]; then
  said=$(head -c 8192 "$mark" | sed -n '1s/^/what /p; 2s/^/state /p; 4s/^/restored /p; 5s/^/held /p')
  printf '%s\n' "$said"
  # What is to be gone on with is counted for its room alone: that is not worth waiting for. 0 is no limit.
  limit=20
  case $said in *'
state complete'*) limit=0 ;; esac
  (cd "$target" && {
    timeout $limit find . -mindepth 1 -path ./lost+found -prune -o -printf '%y %s\n'
    [ $? -ne 124 ] || echo late
  }) | awk '
    $1 == "late" { late = 1; next }
    $1 == "f" { files++; bytes += $2; next } $1 == "d" { folders++; next } { others++ }
    END { if (late) print "uncounted"; else printf "count %d %d %d %.0f\n", files, folders, others, bytes }'
  [ $limit -ne 0 ] || [ -z "$(find "$target" -newer "$mark" -print -quit)" ] || echo touched
fi
place=$target
until there "$place" && [ -e "$place" ]; do place=$(dirname "$place"); done
printf 'room %s\n' "$(stat -f -c '%a %S %d %c' "$place")"
