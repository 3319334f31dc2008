# Reads $job_secrets secrets from stdin: "NAME BYTES" lines, where BYTES is in the escapes of printf's %b. Stages
# everything, then claims the job's directory with one rename.

stage_job() {
  stage=$state_dir/jobs/.new.$job.$nonce
  secret_stage=$run_dir/.new.$job.$nonce
  trap drop_stage EXIT
  trap 'exit 1' HUP INT PIPE TERM  # of which not every shell runs the first
  must mkdir -p "$stage/work"
  has_secrets=
  # A connection that breaks looks like the end of the input.
  while [ "$job_secrets" -gt 0 ]; do
    read -r name bytes || refuse job.cut-off
    stage_secret
    job_secrets=$((job_secrets - 1))
  done
  stage_text script "$job_script"
  stage_text run "$job_runner"
  stage_text env "$job_env"
  must mkfifo "$stage/pipe" "$stage/bell"
  : >"$stage/lock"
  : >"$stage/output"
  printf '%-63s\n' '' >"$stage/rc.room" || refuse job.host-failed "cannot write $stage/rc.room"
  write_spec
  must_settle "$stage/spec" "$stage/script" "$stage/run" "$stage/env" "$stage/rc.room" "$stage/work" "$stage"
}

stage_text() { printf '%s' "$2" >"$stage/$1" || refuse job.host-failed "cannot write $stage/$1"; }

drop_stage() {
  if [ -d "$stage" ] || [ -d "$secret_stage" ]; then rm -rf "$stage" "$secret_stage"; fi
}

stage_secret() {
  if [ -z "$has_secrets" ]; then
    mkdir -p "$run_dir" 2>/dev/null
    [ "$(stat -f -c %T "$run_dir" 2>/dev/null)" = tmpfs ] || refuse job.no-tmpfs "$run_dir"
    must mkdir "$secret_stage"
    has_secrets=yes
  fi
  printf '%b' "$bytes" >"$secret_stage/$name" || refuse job.host-failed "cannot write secrets to $run_dir"
}

write_spec() {
  read_boot
  printf '%s\n' "sum $job_sum" "title $job_title" "mode $mode" "boot $this_boot" \
    "claim_age $claim_age" "grace $grace" "kill_after $job_kill_after" "output_limit $output_limit" \
    "secrets ${has_secrets:+$run_dir/$job}" "enter $job_enter" >"$stage/spec" ||
    refuse job.host-failed "cannot write $stage/spec"
}


# The runner takes its place by itself, and only one ever can: launching twice runs the script once.
launch_job() {
  exec 9<>"$dir/bell"
  launched=yes
  if [ -n "$has_secrets" ]; then
    rm -rf "${run_dir:?}/$job"
    must mv "$secret_stage" "$run_dir/$job"
  fi
  if [ "$mode" = systemd ]; then launch_unit; else launch_session; fi
}

# The end of what was launched here, or 0.2 s: what is over by then is told at once, and no look has to follow. The
# runner rings, which is not lost while somebody holds the bell: that is descriptor 9, and then the sleep.
await_end() {
  sleep 0.2 >&9 2>/dev/null 8>&- 9>&- &
  { exec 9>&- && read -r _; } <"$dir/bell"
  { kill $! && wait $!; } 2>/dev/null
}

await_runner() {
  waited=0
  until [ -e "$dir/runner" ]; do
    [ "$waited" -lt 250 ] || refuse job.not-begun "its runner did not come up within 10 s"
    sleep 0.04
    waited=$((waited + 1))
  done
}

launch_session() {
  env -i HOME="${HOME:-/}" USER="${USER:-}" LOGNAME="${LOGNAME:-}" PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" \
    setsid sh "$dir/run" "$dir" run </dev/null >/dev/null 2>&1 8>&- 9>&- &
}

# Never --collect: it makes systemd forget a failed unit and why it ended. What runs when the unit is over costs
# systemd as much as the unit: only where a killed runner leaves something behind. Replaces its shell.
# shellcheck disable=SC2086 # the resources are words
run_unit() {
  exec systemd-run --quiet --unit="$unit" --description="mxodus: $job_title" \
    --setenv=HOME="${HOME:-/root}" --setenv=USER="${USER:-root}" --setenv=LOGNAME="${LOGNAME:-root}" \
    -p Nice=10 -p IOSchedulingClass=best-effort -p IOSchedulingPriority=7 $unit_resources \
    -p KillMode=control-group -p TimeoutStopSec=$((grace + 10)) \
    ${has_secrets:+-p "ExecStopPost=/bin/sh $dir/run $dir stopped"} \
    /bin/sh "$dir/run" "$dir" run 2>&1 8>&- 9>&-
}

# A unit that failed keeps its name until it is reset. The weights came with systemd 232, OOMPolicy with 243.
launch_unit() {
  unit=mxodus-$job.service
  unit_resources='-p CPUWeight=20 -p IOWeight=20 -p OOMPolicy=continue'
  said=$(run_unit) && return
  case $said in *'Unknown assignment'*) unit_resources='' ;; esac
  systemctl reset-failed "$unit" 2>/dev/null
  said=$(run_unit) || [ -e "$dir/runner" ] || unit_is_up || launch_failed
}

# systemd may have taken a request that it did not answer in time, and make the unit later: a launch is said to have
# failed only once it is certain that the job never begins. Where it has begun meanwhile, the launch has not failed.
launch_failed() {
  if sh "$dir/run" "$dir" forestall "it was not begun: $said" </dev/null >/dev/null 2>&1 8>&-; then
    refuse job.launch-failed "$said"
  fi
  [ -e "$dir/runner" ] || refuse job.not-begun "$said"
}

# Made durable by the runner before the script begins: a claim that a power loss takes back never began. One rename
# that cannot replace a folder; a mv without -T leaves the claim to start_again, under a lock that is not shared.
claim_job() { [ ! -d "$dir" ] && mv -T "$stage" "$dir" 2>/dev/null; }

start_again() {
  if [ -d "$dir" ]; then
    load_spec
    ! was_buried || refuse job.buried
    [ "$sum" = "$job_sum" ] || refuse job.conflict
    [ -e "$dir/runner" ] || unit_is_up || launch_job
  else
    must mv "$stage" "$dir"
    launch_job
  fi
}

start() {
  need_tools
  mode=session
  if [ "$uid" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then mode=systemd; fi
  dir=$state_dir/jobs/$job
  launched=
  stage_job
  # Units of several jobs come up at the same time. Of two starts of one job, one finds the folder and waits until
  # the other has launched it.
  lock_host -s
  need_lease
  if claim_job; then
    launch_job
  else
    lock_host -x
    need_lease
    start_again
  fi
  # Every later start finds the runner, or sees a unit that is up.
  [ "$mode" = systemd ] || await_runner
  exec 8>&-
  [ -z "$launched" ] || await_end
  await_runner
  reply
  say_state
  end_reply
}
