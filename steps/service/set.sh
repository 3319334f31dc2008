# The job of service.state, and its undo: brings a unit to a state and waits until it is really there.
# Environment: unit; active_unit, whose state counts; state (running, stopped or empty), enabled and masked (yes, no,
# runtime for until the next boot, or empty), ports, within (seconds). Ends with 0 when it is so, 94 when it was not so
# in time, 93 where there is no such unit to mask.
set -u
say() { printf 'mxodus: %s\n' "$1"; }

# systemd keeps what holds until the next boot apart: without --runtime it is left standing.
case $masked in no | runtime) systemctl unmask -- "$unit" && systemctl unmask --runtime -- "$unit" || exit ;; esac
[ "$enabled" != yes ] || systemctl enable -- "$unit" || exit
case $state in
  running) systemctl start --no-block -- "$unit" || say "systemctl start $unit ended with $?" ;;
  stopped) systemctl stop -- "$unit" || say "systemctl stop $unit ended with $?" ;;
esac
case $enabled in no | runtime) systemctl disable -- "$unit" && systemctl disable --runtime -- "$unit" || exit ;; esac
[ "$enabled" != runtime ] || systemctl enable --runtime -- "$unit" || exit
# systemctl makes a mask for a misspelt unit too, and calls it done.
case $masked in yes | runtime)
  if [ "$(systemctl show -p LoadState --value -- "$unit")" = not-found ]; then
    say "there is no unit $unit to mask; name the unit that exists"
    exit 93
  fi
  ;;
esac
[ "$masked" != yes ] || systemctl mask -- "$unit" || exit
[ "$masked" != runtime ] || systemctl mask --runtime -- "$unit" || exit
# Stopped once more: a socket or a timer may have started it since. Not masked before it is stopped for the first time:
# a masked unit is stopped without its own ExecStop and KillSignal.
case $state:$masked in stopped:yes | stopped:runtime) systemctl stop -- "$unit" || say "systemctl stop $unit ended with $?" ;; esac
[ -n "$state" ] || exit 0

# systemctl says success too early: postfix.service has ended when its daemons still begin, or still run.
as_wanted() {
  active=$(systemctl show -p ActiveState --value -- "$active_unit")
  case $state:$active in running:active | stopped:inactive | stopped:failed) ;; *) return 1 ;; esac
  [ -n "$ports" ] || return 0
  listening=$(ss -Hltn | awk '{ sub(/.*:/, "", $4); print $4 }') || return 1
  for port in $ports; do
    if printf '%s\n' "$listening" | grep -qx "$port"; then
      [ "$state" = running ] || return 1
    else
      [ "$state" = stopped ] || return 1
    fi
  done
}
# A unit that dies at once and is started again is active in between, each time as another invocation.
looks=1
[ "$state" != running ] || looks=4
good=0 waited=0 invocation=''
while :; do
  before=$invocation
  invocation=$(systemctl show -p InvocationID --value -- "$active_unit")
  if ! as_wanted; then good=0; elif [ "$invocation" = "$before" ]; then good=$((good + 1)); else good=1; fi
  [ "$good" -lt "$looks" ] || break
  if [ "$waited" -ge $((within + looks - 1)) ]; then
    say "after $within s $active_unit is $active, listening on: $(printf '%s\n' "${listening-}" | sort -nu | tr '\n' ' ')"
    systemctl status --no-pager --lines=20 -- "$active_unit"
    exit 94
  fi
  sleep 1
  waited=$((waited + 1))
done
say "$active_unit is $active"
