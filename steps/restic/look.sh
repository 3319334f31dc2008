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
  head -c 8192 "$mark" | sed -n '1s/^/what /p; 2s/^/state /p; 4s/^/restored /p'
  (cd "$target" && find . -mindepth 1 -path ./lost+found -prune -o -printf '%y %s\n') | awk '
    $1 == "f" { files++; bytes += $2; next } $1 == "d" { folders++; next } { others++ }
    END { printf "count %d %d %d %.0f\n", files, folders, others, bytes }'
  [ -z "$(find "$target" -newer "$mark" -print -quit)" ] || echo touched
fi
place=$target
until there "$place" && [ -e "$place" ]; do place=$(dirname "$place"); done
printf 'room %s\n' "$(stat -f -c '%a %S %d %c' "$place")"
