# cancel and purge.

# The end is written down, and nothing of the tree is left.
is_over() {
  job_state
  case $state in done | lost*) ! lock_is_held && ! unit_may_be_up ;; *) false ;; esac
}

# What is not there may be on its way: a start whose connection died stages all the same. Its place is taken by a
# folder that no start can have made, and from then on it never begins.
bury() {
  grave=$state_dir/jobs/.new.$job.$nonce
  must mkdir "$grave"
  { printf '%s\n' 'sum never' 'mode session' >"$grave/spec" && echo 143 >"$grave/rc"; } ||
    refuse job.host-failed "cannot write $grave"
  must_settle "$grave/spec" "$grave/rc" "$grave"
  must mv "$grave" "$dir"
  must_settle "$state_dir/jobs"
}

# Ends the job by its own runner's rules, in a session of its own: a connection that breaks now does not stop
# it half-way. Where no jobs are kept nothing can be on its way: the lease comes first, and makes their folder.
cancel() {
  dir=$state_dir/jobs/$job
  if [ ! -d "$dir" ] && [ -d "$state_dir/jobs" ]; then
    lock_host -x
    [ -d "$dir" ] || bury
    exec 8>&-
  fi
  [ -d "$dir" ] || refuse job.absent
  load_spec
  ! was_buried || refuse job.absent
  if ! is_over; then
    setsid sh "$dir/run" "$dir" end </dev/null >/dev/null 2>&1 &
    waited=0
    until is_over || [ "$waited" -ge $((grace * 20 + 200)) ]; do
      sleep 0.1
      waited=$((waited + 1))
      # A systemd without an answer may be busy for a moment, or dead for good.
      [ "$unit_state" != unknown ] || { sleep 2 && waited=$((waited + 200)); }
    done
    [ "$unit_state" != unknown ] || refuse job.no-systemd
    ! was_buried || refuse job.absent
  fi
  reply
  say_state
  end_reply
}

# What has just ended may need a moment until its unit is down.
is_over_soon() {
  waited=0
  until is_over; do
    [ "$waited" -lt 20 ] || return 1
    sleep 0.1
    waited=$((waited + 1))
  done
}

# Sets units_up, once for all jobs of systemd: with many it is asking that costs time.
list_units() {
  [ -z "$units_listed" ] || return 0
  units_up=$(ask_systemd list-units --plain --no-legend --state=active,activating,deactivating "mxodus-$lease_run.*") ||
    refuse job.no-systemd
  units_listed=yes
}

# may_go: asks systemd only about jobs whose units were up.
may_go() {
  case $keep in *" ${dir##*/} "*) return 1 ;; esac
  load_spec
  [ "$mode" != systemd ] || list_units
  job_state
  if [ "$state" = claimed ] && ! unit_may_be_up; then
    # Its launch failed, or was cut off: first it is made sure that it never begins.
    sh "$dir/run" "$dir" end </dev/null >/dev/null 2>&1 8>&-
    job_state
  fi
  case $state in done | lost*) ;; *) return 1 ;; esac
  case $mode:$units_up in
    systemd:*"mxodus-${dir##*/}.service"* | session:*) is_over_soon ;;
  esac
}

# Renamed first: what is half removed is no job any more. The name of a run holds no dot, so that no other's begins
# with it; the names of jobs hold nothing that a shell would split or expand.
# shellcheck disable=SC2086
purge() {
  lock_host -x
  need_own_lease
  names='' units='' units_up='' units_listed=''
  for dir in "$state_dir/jobs/$lease_run".*; do
    if [ ! -d "$dir" ] || ! may_go; then continue; fi
    [ ! -d "$secrets" ] || must rm -rf "$secrets"
    names="$names ${dir##*/}"
    [ "$mode" != systemd ] || units="$units mxodus-${dir##*/}.service"
  done
  if [ -n "$names" ]; then
    gone=$state_dir/jobs/.new.purged.$nonce
    must mkdir "$gone"
    cd "$state_dir/jobs" || refuse job.host-failed "cannot enter $state_dir/jobs"
    must mv $names "$gone"
    must rm -rf "$gone"
  fi
  [ -z "$units" ] || systemctl reset-failed $units 2>/dev/null
  # What starts that were cut off have staged. One that is still at it finds nothing to claim.
  rm -rf "$state_dir/jobs/.new.$lease_run".* "${run_dir:?}/.new.$lease_run".*
  reply
  end_reply
}
