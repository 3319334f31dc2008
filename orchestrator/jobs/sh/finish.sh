# cancel and purge.

# The end is written down, and nothing of the tree is left.
is_over() {
  job_state
  case $state in done | lost*) ! lock_is_held && ! unit_is_up ;; *) false ;; esac
}

# Ends the job by its own runner's rules, in a session of its own: a connection that breaks now does not stop
# it half-way.
cancel() {
  dir=$state_dir/jobs/$job
  [ -d "$dir" ] || refuse job.absent
  if ! is_over; then
    setsid sh "$dir/run" "$dir" end </dev/null >/dev/null 2>&1 &
    waited=0
    until is_over || [ "$waited" -ge $((grace * 20 + 200)) ]; do
      sleep 0.1
      waited=$((waited + 1))
    done
  fi
  reply
  say_state
  end_reply
}

# Renamed first: what is half removed is no job any more.
purge() {
  dir=$state_dir/jobs/$job
  lock_host
  if [ -d "$dir" ]; then
    job_state
    case $state in done | lost*) ;; *) refuse job.running "$state" ;; esac
    [ -z "$secrets" ] || must rm -rf "$secrets"
    must mv "$dir" "$state_dir/jobs/.new.purged.$job.$nonce"
    must rm -rf "$state_dir/jobs/.new.purged.$job.$nonce"
    [ "$mode" != systemd ] || systemctl reset-failed "mxodus-$job.service" 2>/dev/null
  fi
  reply
  end_reply
}
