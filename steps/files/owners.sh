# Who owns what under a path, in one pass; only sums leave the host. Needs there.sh. Arguments: path, user, group ("" for any),
# private (no, others, group). Prints lines "WORD …", then "samples" and NUL-separated paths of what is wrong.
path=$1 user=$2 group=$3 private=$4
number_of() { # passwd|group NAME
  case $2 in '' | *[!0-9]*) getent "$1" "$2" | cut -d: -f3 ;; *) echo "$2" ;; esac
}
uid='' gid=''
if [ -n "$user" ]; then uid=$(number_of passwd "$user"); [ -n "$uid" ] || { echo 'no user'; exit; }; fi
if [ -n "$group" ]; then gid=$(number_of group "$group"); [ -n "$gid" ] || { echo 'no group'; exit; }; fi
echo "want $uid:$gid"
there "$path" && [ -d "$path" ] && [ ! -L "$path" ] || { echo 'no folder'; exit; }

# find's own %u and %g look a name up for every file, which takes five times as long as all the rest.
name_of() { # passwd|group NUMBER
  name=$(getent "$1" "$2" | cut -d: -f1)
  echo "${name:-$2}"
}
sums=$({ find "$path" -ignore_readdir_race -printf '%U %G %m %y\n'; echo "exit $?"; } |
  awk -v uid="$uid" -v gid="$gid" -v private="$private" '
    $1 == "exit" { print "exit", $2; next }
    {
      total++
      owners[$1 ":" $2]++
      bad = (uid != "" && $1 != uid) || (gid != "" && $2 != gid)
      if (bad) misowned++
      if ($4 != "l" && private != "no") {
        digits = "00" $3
        others = substr(digits, length(digits)) + 0
        group = substr(digits, length(digits) - 1, 1) + 0
        if (others > 0 || (private == "group" && group > 0)) { open++; bad = 1 }
      }
      if (bad) wrong++
    }
    END {
      for (owner in owners) print "owner", owner, owners[owner]
      printf "sums %d %d %d %d\n", total, wrong, misowned, open
    }' | {
  named=0
  while read -r word numbers rest; do
    names=''
    if [ "$word" = owner ]; then
      names=" $numbers"
      named=$((named + 1))
      [ $named -gt 50 ] || names=" $(name_of passwd "${numbers%:*}"):$(name_of group "${numbers#*:}")"
    fi
    echo "$word $numbers$names${rest:+ $rest}"
  done
})
printf '%s\nsamples\n' "$sums"
[ "$(printf '%s\n' "$sums" | sed -n 's/^sums [0-9]* \([0-9]*\) .*/\1/p')" != 0 ] || exit 0

set -- ! -name '*'
[ -z "$uid" ] || set -- "$@" -o ! -uid "$uid"
[ -z "$gid" ] || set -- "$@" -o ! -gid "$gid"
[ "$private" != others ] || set -- "$@" -o ! -type l -perm /007
[ "$private" != group ] || set -- "$@" -o ! -type l -perm /077
find "$path" -ignore_readdir_race \( "$@" \) -print0 2>/dev/null | head -c 4096
