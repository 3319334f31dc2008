#!/usr/bin/env bash
# A restore whose lines are cut, and that comes to its end once.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/../support.sh"
case_limit=400

playbook=/mxodus/tests/e2e/playbooks/restore.yaml
outcome=/tmp/mxodus-cut-outcome

restore_is_running() { lab exec new-mx pgrep -x restic >/dev/null; }
jobs_on_new() { lab exec new-mx sh -c 'ls /var/lib/mxodus/jobs 2>/dev/null | grep -c restore || true'; }

# A fresh target, a slow line, and the run in the background until restic is at work.
begin_slow_restore() {
  lab reset new-mx
  lab throttle backup 6mbit
  { as_op mxodus run "$playbook" --yes >/dev/null 2>&1; echo $? >"$outcome"; } &
  run_process=$!
  wait_until 60 restore_is_running
}

expect_whole_restore() {
  expect_eq 'exit code' 0 "$(cat "$outcome")"
  expect_eq 'messages' 4000 "$(lab exec new-mx sh -c "find /var/vmail -type f \( -path '*/cur/*' -o -path '*/new/*' \) | wc -l")"
  expect_eq 'restores started' 1 "$(jobs_on_new)"
}

cut_for() {
  lab cut "$1"
  sleep "$2"
  lab heal "$1"
  lab unthrottle backup
  wait "$run_process"
}

case_the_laptops_line_is_cut_for_20_seconds() {
  begin_slow_restore
  cut_for laptop 20
  expect_whole_restore
}

case_the_new_hosts_line_is_cut_for_20_seconds() {
  begin_slow_restore
  cut_for new-mx 20
  expect_whole_restore
}

run_cases "$@"
