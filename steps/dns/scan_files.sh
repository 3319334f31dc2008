# What files hold that globs name: NAME NUL STATE NUL CONTENT NUL for each, its NULs taken out.
# $1 bytes of one file, $2 bytes of all, then the globs. They are expanded here and never parsed as shell text.
one=$1 all=$2
shift 2
IFS=
sum=0 count=0
look() {
  [ -f "$1" ] || { printf 'special\0\0'; return; }
  [ -r "$1" ] || { printf 'unreadable\0\0'; return; }
  size=$(wc -c <"$1") && size=$((size)) || { printf 'unreadable\0\0'; return; }
  state=read
  [ "$size" -le "$one" ] || { state=cut; size=$one; }
  sum=$((sum + size)) count=$((count + 1))
  if [ "$sum" -gt "$all" ] || [ "$count" -gt 1000 ]; then printf 'left\0\0'; return; fi
  plain=$(head -c "$size" <"$1" | tr -d '\000' | wc -c)
  [ "$((plain))" -eq "$size" ] || { printf 'binary\0\0'; return; }
  printf '%s\0' "$state"
  head -c "$size" <"$1" | tr -d '\000'
  printf '\0'
}
for glob; do
  found=
  for file in $glob; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    found=yes
    [ ! -d "$file" ] || continue
    printf '%s\0' "$file"
    look "$file"
  done
  [ -n "$found" ] || printf '%s\0absent\0\0' "$glob"
done
