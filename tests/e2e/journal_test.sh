#!/usr/bin/env bash
# The journal's disk is full, or the journal is damaged: nothing acts without a durable intent, and what is wrong
# is named.
# shellcheck disable=SC2016,SC2317 # inner shells expand; wait_until calls what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

# --- a disk without room ---------------------------------------------------------------------------------------

# From here on the operator's state is on a disk of its own, of 400 KiB.
on_a_small_disk() {
  forget_runs
  lab exec laptop sh -c 'mkdir -p /home/op/.local/state/mxodus && chown -R op:op /home/op/.local &&
    mount -t tmpfs -o size=400k,uid=$(id -u op),mode=700 tmpfs /home/op/.local/state/mxodus'
  trap 'lab exec laptop umount /home/op/.local/state/mxodus' EXIT
}
fill() {
  as_op sh -c 'head -c 1M /dev/zero >.local/state/mxodus/filler 2>/dev/null || true'
  expect_eq 'room left' 0 "$(as_op df --output=avail .local/state/mxodus | tail -n1 | tr -d ' ')"
}
make_room() { as_op rm .local/state/mxodus/filler; }
first_has_ended() { lab exec new-mx sh -c 'ls /var/lib/mxodus/jobs/*.first.1/rc'; }

case_no_run_begins_on_a_full_disk() {
  on_a_small_disk
  fill
  mx run "$jobs" --yes
  expect_said 1 'cannot write /home/op/.local/state/mxodus/.*: No space left on device' 'make room'
  expect_eq 'jobs' 0 "$(jobs_of first)"
  make_room
  release
  mx run "$jobs" --yes
  expect_said 0
  expect_eq 'done once' 'first second' "$(done_on_host)"
}

case_a_disk_that_fills_during_a_run_ends_it_before_the_next_intent() {
  local run
  on_a_small_disk
  as_op mxodus run "$jobs" --yes >"/tmp/mxodus-journal-$$" 2>&1 </dev/null &
  run=$!
  wait_until 30 first_runs
  fill
  release
  code=0
  wait "$run" || code=$?
  said=$(tr -s ' \n' ' ' <"/tmp/mxodus-journal-$$")
  rm "/tmp/mxodus-journal-$$"
  expect_said 1 'journal.db: the disk is full' 'make room and resume' 'Next: mxodus resume'
  expect_eq 'jobs of the second step' 0 "$(jobs_of second)"
  mx status
  expect_said 0 'cut off: no process drives it'
  make_room
  mx resume
  expect_said 0
  expect_eq 'done once each' 'first second' "$(done_on_host)"
  expect_eq 'jobs of the first step' 1 "$(jobs_of first)"
}

case_a_disk_that_is_full_at_resume_lets_nothing_act() {
  local run
  on_a_small_disk
  as_op mxodus run "$jobs" --yes >/dev/null 2>&1 </dev/null &
  run=$!
  wait_until 30 first_runs
  lab exec laptop pkill -KILL -x mxodus
  wait "$run" || true
  release
  wait_until 10 first_has_ended
  fill
  mx resume
  expect_said 1 'the disk is full' 'make room'
  expect_eq 'jobs of the second step' 0 "$(jobs_of second)"
  make_room
  mx resume
  expect_said 0
  expect_eq 'done once each' 'first second' "$(done_on_host)"
}

# --- a damaged journal -----------------------------------------------------------------------------------------

# A run that waits at its gate, and whose journal may be damaged.
parked_run() {
  forget_runs
  mx run /mxodus/tests/e2e/playbooks/revision.yaml --yes
  expect_said 4
}
# sql TEXT: on the journal, as a careless hand would.
sql() { as_op sh -c 'sqlite3 ~/.local/state/mxodus/runs/*/journal.db "$1"' sh "$1"; }
sum() { as_op sh -c 'sha256sum ~/.local/state/mxodus/runs/*/journal.db'; }

# expect_damage LAST WHAT: every command that reads the journal says so, and the file stays as it is.
expect_damage() {
  local words before
  before=$(sum)
  for words in status resume log report 'approve go'; do
    # shellcheck disable=SC2086 # words
    mx $words
    expect_said 5 "journal.db is damaged: .*$2.*The last good event is number $1;" 'the file was left as it is'
  done
  expect_eq 'journal' "$before" "$(sum)"
  expect_eq 'jobs' 0 "$(jobs_of last)"
}

case_an_edited_event_is_named() {
  parked_run
  expect_eq 'rows changed' 1 "$(sql "DROP TRIGGER event_is_never_changed; UPDATE event SET data = replace(data, 'first', 'worst') WHERE n = 2; SELECT changes()")"
  expect_damage 1 'event 2 is not what was written'
}

case_a_flipped_byte_is_named() {
  parked_run
  # The letter before "argv" in the third event, past SQLite.
  as_op sh -c 'file=$(ls ~/.local/state/mxodus/runs/*/journal.db) && sqlite3 $file "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null &&
    at=$(grep -abo "echo first" $file | head -n1 | cut -d: -f1) && printf Z | dd of=$file bs=1 seek=$at conv=notrunc status=none'
  expect_eq 'the byte' 1 "$(as_op sh -c 'grep -ac "Zcho first" ~/.local/state/mxodus/runs/*/journal.db')"
  expect_damage '[0-9]+' 'event [0-9]+ is not what was written'
}

case_events_missing_at_the_end_are_noticed() {
  parked_run
  local last
  last=$(sql 'SELECT max(n) FROM event')
  sql 'DROP TRIGGER event_is_never_removed; DELETE FROM event WHERE n = (SELECT max(n) FROM event)'
  expect_damage "$((last - 1))" "events after $((last - 1)) are missing"
}

case_a_file_that_is_no_database_any_more_is_left_alone() {
  parked_run
  as_op sh -c 'printf XXXX | dd of="$(ls ~/.local/state/mxodus/runs/*/journal.db)" bs=1 conv=notrunc status=none'
  expect_damage 0 'it cannot be opened'
}

run_cases "$@"
