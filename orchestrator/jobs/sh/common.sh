# Shared by every verb and by the runner. dash, busybox ash and bash alike; no tool beyond coreutils,
# util-linux (flock, setsid) or busybox.
umask 077

# Makes files and folders durable. A sync without arguments tells of no failure: it serves only where the tool takes
# none, not even what no disk can lose.
settle() { sync "$@" || { ! sync /dev 2>/dev/null && sync; }; }

# put FILE TEXT: whoever reads FILE sees all of TEXT or none of it, also after a power loss.
put() {
  printf '%s\n' "$2" >"$1.$$" && settle "$1.$$" && mv -f "$1.$$" "$1" && settle "${1%/*}"
}

# Sets this_boot: the kernel's boot id, and the start of PID 1, because a container that is started anew keeps the
# kernel's boot id.
read_boot() {
  boot_id=-
  [ ! -r /proc/sys/kernel/random/boot_id ] || read -r boot_id </proc/sys/kernel/random/boot_id
  proc_stat 1 || proc_start=-
  this_boot="$boot_id $proc_start"
}

# proc_stat PID: sets proc_state and proc_start (fields 3 and 22 of /proc/PID/stat). The name in field 2 may
# hold blanks, parentheses and newlines, so what counts begins after the last ")".
proc_stat() {
  [ -r "/proc/$1/stat" ] || return 1
  stat_text=
  while read -r stat_line; do stat_text="$stat_text $stat_line"; done 2>/dev/null <"/proc/$1/stat" || return 1
  stat_text=${stat_text##*)}
  # shellcheck disable=SC2086 # split into its fields
  set -- $stat_text
  [ $# -ge 20 ] || return 1
  proc_state=$1
  shift 19
  proc_start=$1
}

# is_alive FILE: the process that FILE names ("PID START …") still runs, and is not another with its number.
is_alive() {
  [ -s "$1" ] || return 1
  read -r alive_pid alive_start _ <"$1" || return 1
  proc_stat "$alive_pid" && [ "$proc_start" = "$alive_start" ] && [ "$proc_state" != Z ]
}
