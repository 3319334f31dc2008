# Who owns what under a path, in one pass; only sums leave the host. Arguments: path, user, group ("" for any),
# private (no, others, group). Prints lines "WORD …", then "samples" and NUL-separated paths of what is wrong.
path=$1 user=$2 group=$3 private=$4
number_of() { # passwd|group NAME
  case $2 in '' | *[!0-9]*) getent "$1" "$2" | cut -d: -f3 ;; *) echo "$2" ;; esac
}
uid='' gid=''
if [ -n "$user" ]; then uid=$(number_of passwd "$user"); [ -n "$uid" ] || { echo 'no user'; exit; }; fi
if [ -n "$group" ]; then gid=$(number_of group "$group"); [ -n "$gid" ] || { echo 'no group'; exit; }; fi
echo "want $uid:$gid"
[ -d "$path" ] && [ ! -L "$path" ] || { echo 'no folder'; exit; }

{ find "$path" -ignore_readdir_race -printf '%U %G %u %g %m %y\n'; echo "exit $?"; } |
  awk -v uid="$uid" -v gid="$gid" -v private="$private" '
    $1 == "exit" { print "exit", $2; next }
    {
      total++
      owners[$1 ":" $2 " " $3 ":" $4]++
      bad = (uid != "" && $1 != uid) || (gid != "" && $2 != gid)
      if (bad) misowned++
      if ($6 != "l" && private != "no") {
        digits = "00" $5
        others = substr(digits, length(digits)) + 0
        group = substr(digits, length(digits) - 1, 1) + 0
        if (others > 0 || (private == "group" && group > 0)) { open++; bad = 1 }
      }
      if (bad) wrong++
    }
    END {
      for (owner in owners) print "owner", owner, owners[owner]
      printf "sums %d %d %d %d\n", total, wrong, misowned, open
    }'

set -- ! -name '*'
[ -z "$uid" ] || set -- "$@" -o ! -uid "$uid"
[ -z "$gid" ] || set -- "$@" -o ! -gid "$gid"
[ "$private" != others ] || set -- "$@" -o ! -type l -perm /007
[ "$private" != group ] || set -- "$@" -o ! -type l -perm /077
echo samples
find "$path" -ignore_readdir_race \( "$@" \) -print0 2>/dev/null | head -c 4096
