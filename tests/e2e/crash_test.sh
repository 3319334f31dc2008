#!/usr/bin/env bash
# mxodus killed at every named moment once, on a small run of jobs between laptop and host.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
case_limit=900

playbook=/mxodus/tests/e2e/playbooks/crash.yaml
points=$(grep -oE 'Point\{"[a-z-]+"' "$checkout/orchestrator/run/crash_point.cpp" | cut -d'"' -f2)

in_home() { lab exec -u op laptop sh -c "cd && $1"; }
lines_of() { lab exec new-mx sh -c "sort '$1' 2>/dev/null | uniq -c | tr -s '\n ' ' '"; }
serial() { lab exec dns dig +short SOA acme.test @198.51.100.54 | cut -d' ' -f3; }

# go_to_the_end POINT: begins a run that is killed there, and resumes until it ends.
go_to_the_end() {
  local code=0 process
  in_home "rm -rf .local/state/mxodus"
  in_home "MXODUS_CRASH_AT=$1 mxodus run $playbook -i name=$1 --yes" || code=$?
  if ((code == 4)); then
    in_home 'mxodus approve go'
    code=0
    in_home "MXODUS_CRASH_AT=$1 mxodus resume --now" || code=$?
  fi
  expect_eq "killed at $1: exit code" 137 "$code"
  for ((process = 0; process < 4; process++)); do
    code=0
    in_home 'mxodus resume --now' || code=$?
    ((code == 4)) || break
    in_home 'mxodus approve go'
  done
  expect_eq "resumed after $1: exit code" 0 "$code"
}

case_at_every_named_moment_nothing_begins_twice_and_the_end_is_the_same() {
  local point before
  for point in $points; do
    [[ $point != before-undo ]] || continue
    before=$(serial)
    go_to_the_end "$point"
    expect_eq "jobs of $point" ' 1 first 1 second ' "$(lines_of "/root/starts-$point")"
    expect_eq "changes of the zone, $point" 1 $(($(serial) - before))
  done
}

case_killed_before_an_undo_everything_is_taken_back_once() {
  local code=0
  in_home "rm -rf .local/state/mxodus; mxodus run $playbook -i name=taken-back --yes" || expect_eq 'exit code' 4 $?
  in_home 'mxodus approve go && mxodus resume --now'
  expect_match 'the record' moved "$(lab exec dns dig +short TXT taken-back.acme.test @198.51.100.54)"
  in_home 'MXODUS_CRASH_AT=before-undo mxodus rollback --yes' || code=$?
  expect_eq 'exit code' 137 "$code"
  in_home 'mxodus rollback --yes'
  expect_eq 'undone' ' 1 first 1 second ' "$(lines_of /root/undos)"
  expect_eq 'the record' '' "$(lab exec dns dig +short TXT taken-back.acme.test @198.51.100.54)"
}

run_cases "$@"
