# Stored in the job's directory, so that a job ends by the rules it was started with. Called as
# `sh run DIR run` (the runner), `sh run DIR timer`, `sh run DIR end [NOTE]` (ends the tree), `sh run DIR forestall
# NOTE` (succeeds where it has not begun, and then it never will), `sh run DIR stopped` (systemd: a unit with secrets
# is over).
dir=$1

# take_place PID START: takes the runner's place, once for ever: a hard link cannot replace one that is there,
# and appears with its content.
take_place() {
  read_boot
  printf '%s\n' "$1 $2" "$this_boot" >"$dir/runner.$$" && ln "$dir/runner.$$" "$dir/runner" 2>/dev/null
}

# Sets uptime, in whole seconds; the clock on the wall may be set while a job runs.
read_uptime() { uptime='' && read -r uptime _ </proc/uptime && uptime=${uptime%.*}; }

drop_secrets() { [ -z "$secrets" ] || rm -rf "$secrets"; }
note() { printf '[mxodus: %s]\n' "$1" >>"$dir/output"; }

# Copies stdin to the output until its limit, then drops the rest so that the job goes on. A dd of whole blocks
# writes what it reads at once, which `head -c` does not; its count keeps each round below the limit.
keep_output() {
  trap '' HUP INT TERM
  size=0
  while [ "$size" -lt "$output_limit" ]; do
    room=$((output_limit - size)) block=65536
    [ "$room" -ge "$block" ] || block=$room
    count=$((room / block))
    [ "$count" -le 256 ] || count=256
    dd bs="$block" count="$count" 2>/dev/null >>"$dir/output" || break
    [ -s "$dir/output" ] || return 0
    before=$size
    size=$(wc -c <"$dir/output")
    [ "$size" -gt "$before" ] || return 0
  done
  dropped=$(dd bs=65536 count=1 2>/dev/null | wc -c)
  [ "$dropped" -gt 0 ] || return 0
  note "output beyond $((size)) bytes is dropped; the job goes on"
  while [ "$dropped" -gt 0 ]; do
    : >"$dir/heartbeat"
    dropped=$(dd bs=65536 count=16 2>/dev/null | wc -c)
  done
}

# The script in a session of its own: its leader's number is the group's. Whatever names the job's environment
# holds, it is read when ours are no longer needed.
run_script() {
  cd "$dir/work" || exit 126
  export MXODUS_JOB="$dir/work"
  [ -z "$secrets" ] || export MXODUS_SECRETS="$secrets"
  set -- "$dir/script" "$enter"
  # shellcheck source=/dev/null
  . "$dir/env"
  # The files of a job are those of the host's daemons too: only ours are nobody else's business.
  umask 022
  [ -z "$2" ] || eval "exec setsid $2 sh -s" <"$1"
  exec setsid sh "$1"
}

# write_end STATUS [SECONDS]: into the room that was kept for it, because the job may have filled the disk. What the disk
# does not keep is told all the same, for else the job would run for ever. A power loss may leave the name without the
# status: blanks (has_ended).
write_end() {
  printf '%-63s\n' "$*" 1<>"$dir/rc.room" || return
  mv -f "$dir/rc.room" "$dir/rc" || return
  settle "$dir/rc" "$dir" || :
}

# never_begin NOTE: the end of a job whose place this process has taken, and whose script it does not begin.
never_begin() {
  [ -z "$1" ] || note "$1"
  write_end 143
  drop_secrets
}

run_job() {
  # Not ignored, which the script would inherit, but outlived: somebody must write down the end.
  trap interrupted=yes HUP INT TERM
  exec 7>>"$dir/lock"
  flock -n 7 || exit 0
  proc_stat $$ || proc_start=-
  if ! take_place $$ "$proc_start"; then
    [ ! -s "$dir/rc" ] || drop_secrets
    exit 0
  fi
  read_uptime && begun=$uptime
  # Durable with the claim before the script begins, so that nothing begun can be taken for never begun.
  if ! settle "$dir/runner" "$dir" "${dir%/*}"; then
    never_begin "it was not begun: the disk does not keep its records"
    exit 0
  fi
  if [ "$mode" = session ]; then
    renice -n 10 -p $$ >/dev/null 2>&1
    ionice -c 2 -n 7 -p $$ >/dev/null 2>&1
    # Waits for the last of the tree, so that the secrets go even where the runner is killed.
    if [ -n "$secrets" ]; then
      (trap '' HUP INT TERM && flock "$dir/lock" true && drop_secrets) 7>&- &
    fi
  fi
  keep_output <"$dir/pipe" 7>&- &
  pump=$!
  run_script </dev/null >"$dir/pipe" 2>&1 &
  child=$!
  exec 7>&-
  # Not durable: no process outlives the boot.
  if proc_stat "$child"; then printf '%s\n' "$child $proc_start" >"$dir/child"; fi
  start_timer
  # A trap ends `wait` too, with more than 128: then it is asked again. Where the child was gone already and is forgotten
  # (127), the answer before was its end.
  rc=
  until
    before=$rc interrupted=
    wait "$child"
    rc=$?
    [ "$rc" -le 128 ] || [ -z "$interrupted" ]
  do ! kill -0 "$child" 2>/dev/null || rc=; done
  [ "$rc" != 127 ] || rc=${before:-127}
  stop_timer
  drain
  drop_secrets
  took=
  if [ -n "$uptime" ] && read_uptime; then took=$((uptime - begun)); fi
  # A full disk may become free again; a folder that is gone does not come back.
  until write_end "$rc" $took || [ ! -d "$dir" ]; do sleep 5 || break; done
  # Whoever opens a fifo for both waits for nobody.
  echo 1<>"$dir/bell"
}

# Waits until the output is written; not for ever, because what the script left behind may hold it open.
drain() {
  patience=200 waited=0
  while kill -0 "$pump" 2>/dev/null && [ "$waited" -lt "$patience" ]; do
    # Mostly it ends within the first of these.
    if [ "$waited" -lt 3 ]; then sleep 0.01; else sleep 0.05; fi
    waited=$((waited + 1))
    if [ "$waited" = 3 ] && lock_is_held; then patience=10; fi
  done
}

# A session of its own: whoever ends it, ends its sleep too.
start_timer() {
  timer=
  [ -n "$kill_after" ] || return 0
  setsid sh "$dir/run" "$dir" timer &
  timer=$!
}

# The group is there once setsid has run; KILL ends it whole, whatever it has come to.
stop_timer() {
  [ -n "$timer" ] || return 0
  until kill -KILL "-$timer" 2>/dev/null || ! kill -0 "$timer" 2>/dev/null; do sleep 0.01; done
}

# Who holds the job's lock open: all of its tree that did not close it. The kernel names it without links.
tree() {
  real=$(cd "$dir" && pwd -P) || return
  # shellcheck disable=SC2012 # one process for all, and the kernel's names hold nothing odd
  ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v lock=" -> $real/lock" '
    /^\/proc\// { split($0, part, "/"); pid = part[3] }
    substr($0, length($0) - length(lock) + 1) == lock && !seen[pid]++ { print pid }'
}

# The group by the short form of kill: dash reads the number behind `-s NAME` as an option.
signal_tree() {
  if is_alive "$dir/child"; then kill "-$1" "-$alive_pid" 2>/dev/null; fi
  for pid in $(tree); do kill "-$1" "$pid" 2>/dev/null; done
}

# is_gone SECONDS: within that time, nothing of the tree was left.
is_gone() {
  waited=0
  while is_alive "$dir/child" || lock_is_held; do
    [ "$waited" -lt $(($1 * 10)) ] || return 1
    sleep 0.1
    waited=$((waited + 1))
  done
}

# forestall [NOTE]: in its own name, so that it is seen to be busy until the end is written. Without a note it leaves a
# mark: this is no end of a job, but none (was_buried).
forestall() {
  proc_stat $$ || proc_start=-
  take_place $$ "$proc_start" || return
  # Not `:`, with which a redirection that fails would end the shell.
  [ -n "${1:-}" ] || true >"$dir/never"
  never_begin "${1:-}"
}

end_job() {
  signal_tree TERM
  if ! is_gone "$grace"; then
    signal_tree KILL
    is_gone 5 || return 1
  fi
  drop_secrets
}

load_spec
case $2 in
  run) run_job ;;
  timer)
    sleep "$kill_after"
    setsid sh "$dir/run" "$dir" end "ended by its time limit of $kill_after s" &
    ;;
  end)
    [ -z "${3:-}" ] || [ -s "$dir/rc" ] || note "$3"
    # A job that has not begun never will.
    forestall || end_job
    ;;
  forestall) forestall "$3" ;;
  stopped) drop_secrets ;;
esac
