# Takes a restore back, where nothing has touched it since. Environment: target mark what.
set -u
refuse() { printf 'mxodus: refused: %s\n' "$1"; exit 93; }

[ -f "$mark" ] && [ ! -L "$mark" ] && [ "$(sed -n 1p "$mark")" = "$what" ] && [ "$(sed -n 2p "$mark")" = complete ] ||
  refuse "$target was not restored by this step"
[ -z "$(find "$target" -newer "$mark" -print -quit)" ] || refuse "$target has changed since it was restored"
counted=$( (cd "$target" && find . -mindepth 1 -path ./lost+found -prune -o -printf '%y %s\n') | awk '
  $1 == "f" { files++; bytes += $2; next } $1 == "d" { folders++; next } { others++ }
  END { printf "%d %d %d %.0f\n", files, folders, others, bytes }')
[ "$counted" = "$(sed -n 4p "$mark")" ] || refuse "$target does not hold what was restored any more"

find "$target" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf -- {} + || exit
if [ "$(sed -n 3p "$mark")" = absent ]; then
  rmdir -- "$target/lost+found" 2>/dev/null
  rmdir -- "$target" || exit
fi
rm -f -- "$mark"
