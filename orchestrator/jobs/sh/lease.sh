# One lease a host, in $state_dir/lease: token, run, laptop, lineage, who. Written and read under the
# host's lock, which every start takes too: after a take-over has answered, no older start gets through.

# lock_host -s shares it with other starts, lock_host -x is alone.
lock_host() {
  [ -d "$state_dir/jobs" ] || must mkdir -p "$state_dir/jobs"
  # A redirection that fails ends the shell.
  [ -w "$state_dir/lock" ] || must touch "$state_dir/lock"
  exec 8>>"$state_dir/lock"
  flock "$1" 8
}

load_lease() {
  held_token='' held_run='' held_laptop='' held_lineage='' held_who=''
  [ -s "$state_dir/lease" ] || return 1
  while read -r key value; do
    case $key in
      token) held_token=$value ;;
      run) held_run=$value ;;
      laptop) held_laptop=$value ;;
      lineage) held_lineage=$value ;;
      who) held_who=$value ;;
    esac
  done <"$state_dir/lease"
}

# A run that was taken over stays refused when the new owner has gone: it has not seen what that one changed.
# $state_dir/taken has a line for each: the run, the token that it had, the token that took over, and the run that it
# was where that is another. Only taken back here it is forgotten: a higher token may come from a take-over elsewhere.
was_taken_over() {
  taken_by=
  [ -s "$state_dir/taken" ] || return 1
  while read -r taken_run taken_token taken_next taken_for; do
    [ "$taken_run" = "$lease_run" ] || continue
    if [ "$lease_token" -le "$taken_token" ] || [ -n "$taken_for" ]; then taken_by=$taken_next; fi
  done <"$state_dir/taken"
  [ -n "$taken_by" ]
}

take_lease() {
  [ "$take_over" = "$held_token" ] || refuse lease.held
  taker=$lease_run
  [ "$held_run" != "$lease_run" ] || taker=
  must put "$state_dir/taken" \
    "$(cat "$state_dir/taken" 2>/dev/null; echo "$held_run $held_token $lease_token $taker")"
}

# An older token of this run stays refused.
take_back() {
  was_taken_over || return 0
  must put "$state_dir/taken" "$(
    while read -r taken_run taken_token taken_next taken_for; do
      [ "$taken_run" != "$lease_run" ] || taken_for=
      echo "$taken_run $taken_token $taken_next $taken_for"
    done <"$state_dir/taken"
  )"
  taken_by=
}

say_lease() {
  [ -z "${taken_by:-}" ] || say lease.taken "$taken_by"
  load_lease || return 0
  say lease.token "$held_token"
  say lease.run "$held_run"
  say lease.laptop "$held_laptop"
  say lease.lineage "$held_lineage"
  say lease.who "$held_who"
}

# Ends the call unless the lease given is the one that the host holds. The order tells a take-over from a
# stranger, also where whoever took over has gone.
need_lease() {
  if ! load_lease || [ "$held_run" != "$lease_run" ]; then
    ! was_taken_over || refuse lease.stale
    [ -n "$held_run" ] || refuse lease.none
    refuse lease.held
  fi
  [ "$lease_token" = "$held_token" ] || refuse lease.stale
  [ "$held_laptop" = "$lease_laptop" ] || refuse lease.held
}

write_lease() {
  must put "$state_dir/lease" "token $lease_token
run $lease_run
laptop $lease_laptop
lineage $lease_lineage
who $lease_who"
}

# A second start of ours that asks at the same moment, or a crash before the first was written down, finds the
# take-over made; and a run that takes over one host goes on with the new token on those that it holds already.
is_ours() {
  [ "$held_run" = "$lease_run" ] && [ "$held_laptop" = "$lease_laptop" ] && [ "$held_token" -le "$lease_token" ]
}

acquire() {
  lock_host -x
  if load_lease && is_ours; then
    : # renewed
  elif [ -n "$take_over" ]; then
    if load_lease; then
      take_lease
    elif was_taken_over && [ "$take_over" != "$taken_by" ]; then
      refuse lease.stale
    fi
    take_back
  else
    ! was_taken_over || refuse lease.stale
    ! load_lease || need_lease
  fi
  write_lease
  # What an interrupted start left half-way; nobody but such a start makes these names.
  find "$state_dir/jobs" "$run_dir" -maxdepth 1 -name '.new.*' -mmin +60 -exec rm -rf {} + 2>/dev/null
  reply
  end_reply
}

# What a run leaves behind it clears also with the higher token that a take-over of another host has given it.
need_own_lease() {
  if load_lease && is_ours; then return 0; fi
  need_lease
}

release() {
  lock_host -x
  if load_lease; then
    need_own_lease
    must rm -f "$state_dir/lease"
    must_settle "$state_dir"
  fi
  reply
  end_reply
}

holder() {
  reply
  say_lease
  end_reply
}
