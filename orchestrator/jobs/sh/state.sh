# What is known of the job in $dir. Only reads.

# How the job was started: mode, sum, boot, claim_age, grace, kill_after, output_limit, secrets, enter.
load_spec() {
  sum='' boot='' mode='' claim_age=0 grace=30 kill_after='' output_limit=0 secrets='' enter=''
  while read -r key value; do
    case $key in
      sum) sum=$value ;;
      boot) boot=$value ;;
      mode) mode=$value ;;
      claim_age) claim_age=$value ;;
      grace) grace=$value ;;
      kill_after) kill_after=$value ;;
      output_limit) output_limit=$value ;;
      secrets) secrets=$value ;;
      enter) enter=$value ;;
    esac
  done <"$dir/spec"
}

# has_ended: sets rc and, where the runner could tell, the seconds that it took.
has_ended() {
  rc='' took=''
  [ -s "$dir/rc" ] && read -r rc took _ <"$dir/rc" && [ -n "$rc" ]
}

# Ended before it came, or before it began (finish.sh): it never will.
was_buried() { [ "$sum" = never ] || [ -e "$dir/never" ]; }

# Held by every process of the job's tree: the kernel lets go of it when the last of them is gone.
lock_is_held() { [ -e "$dir/lock" ] && ! flock -n "$dir/lock" true; }

# Not for ever, as a systemd that has crashed keeps its callers waiting.
ask_systemd() { timeout 10 systemctl "$@" 2>/dev/null; }

# Sets unit_state: up where systemd still has processes of the job, or has not yet seen all of them end; and
# unit_result, why its unit failed, which systemd remembers. No here-document: to some shells that is a file in /tmp,
# and the disk may be full.
load_unit_state() {
  unit_state=down unit_result=
  [ "$mode" = systemd ] || return 0
  shown=$(ask_systemd show -p ActiveState -p Result "mxodus-${dir##*/}.service")
  case $shown in
    *ActiveState=active* | *ActiveState=activating* | *ActiveState=deactivating*) unit_state=up ;;
    *ActiveState=inactive*) ;;
    *ActiveState=failed*)
      unit_result=${shown##*Result=}
      unit_result=${unit_result%%[!a-z-]*}
      ;;
    *) unit_state=unknown ;;
  esac
}

unit_is_up() { load_unit_state && [ "$unit_state" = up ]; }
unit_may_be_up() { load_unit_state && [ "$unit_state" != down ]; }

# Who runs it: the boot in which the runner took its place.
load_runner() {
  {
    read -r _
    read -r boot
  } <"$dir/runner"
}

# Sets state. The order matters. An end that was written down counts whatever else is seen; without a runner
# the script has never begun; another boot ends every process, so that their numbers mean nothing any more;
# a living runner will write down the end; without it the tree may go on (seen by its first process, by the lock
# that all of them hold, or by its unit unless systemd says that it is down); and an end may have been written
# between these looks.
job_state() {
  state=absent unit_state=down unit_result=
  [ -d "$dir" ] || return 0
  load_spec
  if has_ended; then
    state='done'
  elif [ ! -e "$dir/runner" ]; then
    state=claimed
  elif load_runner && read_boot && [ "$boot" != "$this_boot" ]; then
    state='lost rebooted'
  elif is_alive "$dir/runner"; then
    state=running
  elif is_alive "$dir/child" || lock_is_held || unit_may_be_up; then
    state=orphan
  elif has_ended; then
    state='done'
  else
    state="lost killed $unit_result"
  fi
}

# The state and what goes with it, as lines of the reply.
say_state() {
  job_state
  [ "$state" = absent ] || ! was_buried || state=absent
  case $state in
    absent) say state absent && return 0 ;;
    claimed)
      # Younger than this it may be about to begin; older, whoever claimed it has died on the way.
      read_boot
      if [ $(($(date +%s) - $(stat -c %Y "$dir/spec"))) -gt "$claim_age" ] || [ "$boot" != "$this_boot" ]; then
        say state absent
      else
        say state starting
      fi
      return 0
      ;;
    done)
      say state "done $rc"
      if [ -n "$took" ] && [ ! -s "$dir/output" ]; then
        say output 0
        say elapsed "$took"
        return 0
      fi
      now=
      ;;
    *)
      say state "$state"
      now=$(date +%s)
      ;;
  esac
  # The output stops growing at its limit; then its pump touches "heartbeat" instead.
  beat=0
  # shellcheck disable=SC2046 # three words a file
  set -- $(cd "$dir" && stat -c '%s %Y %n' runner rc output heartbeat 2>/dev/null)
  while [ $# -ge 3 ]; do
    case $3 in
      runner) begun=$2 ;;
      rc) now=$2 ;;
      output) say output "$1" ;;
    esac
    case $3 in output | heartbeat) [ "$2" -le "$beat" ] || beat=$2 ;; esac
    shift 3
  done
  say elapsed $((now - begun))
  [ "$state" = 'done' ] || say heartbeat $((now - beat))
}
