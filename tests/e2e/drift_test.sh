#!/usr/bin/env bash
# The world, the plan or the playbook differs from what was reviewed: refused with 5, and said how to go on.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

record() { lab exec laptop dig +short +norecurse @198.51.100.54 moved.lab.test A; }
serial() { lab exec laptop dig +short +norecurse @198.51.100.54 lab.test SOA | cut -d' ' -f3; }
# set_record ADDRESS: by hand, past mxodus.
set_record() {
  lab exec laptop curl -sS --fail -X PATCH -H 'X-API-Key: labkey' http://198.51.100.54:8081/api/v1/servers/localhost/zones/lab.test. -d \
    "{\"rrsets\": [{\"name\": \"moved.lab.test.\", \"type\": \"A\", \"ttl\": 60, \"changetype\": \"REPLACE\", \"records\": [{\"content\": \"$1\", \"disabled\": false}]}]}"
}

# A plan of the record, which stands at 198.51.100.1, in ~/case/reviewed.
plan_record() {
  forget_runs
  set_record 198.51.100.1
  take record
  mx plan case/record.yaml -o case/reviewed
  expect_said 0 '198\.51\.100\.20'
}

expect_no_run() { expect_eq runs '' "$(as_op sh -c 'ls ~/.local/state/mxodus/runs 2>/dev/null || true')"; }

case_a_record_changed_by_hand_between_plan_and_run_is_refused_and_both_states_are_shown() {
  local before
  plan_record
  set_record 198.51.100.77
  expect_eq 'by hand' 198.51.100.77 "$(record)"
  before=$(serial)
  mx run --plan case/reviewed
  expect_said 5 'not what was reviewed. Reviewed: [^.]*moved[^;]*198\.51\.100\.1 ' 'Now it would be: [^;]*198\.51\.100\.77 ' 'mxodus approve moved'
  expect_eq record 198.51.100.77 "$(record)"
  expect_eq serial "$before" "$(serial)"
  mx approve moved
  mx resume
  expect_said 0
  expect_eq 'record after the word' 198.51.100.20 "$(record)"
}

case_a_record_that_somebody_has_set_as_wished_is_no_drift() {
  plan_record
  set_record 198.51.100.20
  expect_eq 'by hand' 198.51.100.20 "$(record)"
  mx run --plan case/reviewed
  expect_said 0
}

case_a_plan_is_used_once() {
  plan_record
  mx run --plan case/reviewed
  expect_said 0
  set_record 198.51.100.1
  mx run --plan case/reviewed
  expect_said 5 'has begun run' 'used once'
  expect_eq record 198.51.100.1 "$(record)"
}

case_a_plan_that_was_made_before_another_run_is_refused() {
  plan_record
  mx run case/record.yaml --yes
  expect_said 0
  set_record 198.51.100.1
  mx run --plan case/reviewed
  expect_said 5 'after 0 runs of this playbook; by now it has had 1 run, the last is ' 'mxodus plan'
  expect_eq record 198.51.100.1 "$(record)"
}

case_an_edited_plan_is_refused() {
  plan_record
  as_op sed -i 's/198\.51\.100\.20/198.51.100.66/' case/reviewed
  as_op grep -q '198\.51\.100\.66' case/reviewed
  mx run --plan case/reviewed
  expect_said 5 'case/reviewed' 'edited' 'mxodus plan'
  expect_no_run
}

case_a_cut_plan_is_refused() {
  plan_record
  as_op truncate -s 300 case/reviewed
  mx run --plan case/reviewed
  expect_said 2 'case/reviewed' 'no whole plan|not a whole plan' 'mxodus plan'
  expect_no_run
}

case_a_stale_plan_is_refused() {
  plan_record
  as_op sh -c 'cp .config/mxodus/config.yaml case/config && echo "plan_max_age: 1s" >>.config/mxodus/config.yaml'
  trap 'as_op cp case/config .config/mxodus/config.yaml' EXIT
  sleep 1.1
  mx run --plan case/reviewed
  expect_said 5 'the plan is [0-9.]+ ?m?s old' 'limit 1s' 'make a new plan'
  expect_no_run
}

case_a_plan_beside_another_playbook_is_refused() {
  plan_record
  as_op sh -c 'sed "s/198.51.100.20/198.51.100.21/" case/record.yaml >case/other.yaml'
  mx run case/other.yaml --plan case/reviewed
  expect_said 5 'case/other.yaml differs from the playbook that was reviewed'
  expect_no_run
  mx run case/record.yaml --plan case/reviewed
  expect_said 0
}

# --- the playbook edited between run and resume ----------------------------------------------------------------

# A run of the playbook that has done `first` and stands at the gate.
run_to_gate() {
  forget_runs
  take revision
  mx run case/revision.yaml --yes
  expect_said 4 'mxodus approve go'
  expect_eq first 'done' "$(state_of first)"
}
edit() { as_op sed -i "$@" case/revision.yaml; }
go_on() { mx approve go; expect_said 0; mx resume; }

case_an_edit_that_touches_no_effect_is_a_new_revision() {
  run_to_gate
  edit -e 's/As it was/As it is/' -e 's/uses: command/&  # a remark/'
  go_on
  expect_said 0 'playbook was changed: nothing that matters'
  expect_eq 'done once each' 'first last' "$(done_on_host)"
}

case_an_edit_of_a_step_that_has_not_begun_is_a_new_revision() {
  run_to_gate
  edit 's/echo last/echo other/'
  # What was approved is no longer what stands behind the gate: it asks anew.
  go_on
  expect_said 4 'playbook was changed: last changed: with' 'go .*asks|asks .*go'
  expect_eq 'nothing more was done' first "$(done_on_host)"
  go_on
  expect_said 0
  expect_eq 'done once each' 'first other' "$(done_on_host)"
  mx log
  expect_said 0 'revision .*last'
}

# expect_conflict REGEX: resume refuses the edit, says so, and does nothing.
expect_conflict() {
  mx resume
  expect_said 5 "where the run has already been: .*$1" 'mxodus retry STEP or mxodus accept STEP'
  expect_eq 'nothing more was done' first "$(done_on_host)"
}

case_an_edit_of_a_finished_step_is_settled_by_retry() {
  run_to_gate
  edit 's/echo first/echo again/'
  expect_conflict 'first changed: with'
  mx retry first
  mx resume
  expect_said 4 'asks .*go|go .*asks'
  expect_eq 'done anew' 'first again' "$(done_on_host)"
  go_on
  expect_said 0
  expect_eq 'then the rest' 'first again last' "$(done_on_host)"
}

case_an_edit_of_a_finished_step_is_settled_by_accept() {
  run_to_gate
  edit 's/echo first/echo again/'
  expect_conflict 'first changed: with'
  mx accept first --why 'what it did is good enough'
  go_on
  expect_said 0
  expect_eq 'not done again' 'first last' "$(done_on_host)"
}

case_a_finished_step_renamed_is_settled_by_accept_and_keeps_what_it_did() {
  run_to_gate
  edit 's/^  first:/  begin:/'
  expect_conflict 'first renamed to begin'
  mx accept first --why 'it is called begin now'
  go_on
  expect_said 0
  expect_eq 'done once each' 'first last' "$(done_on_host)"
  expect_eq 'jobs under the new name' 0 "$(jobs_of begin)"
}

case_a_finished_step_renamed_is_settled_by_retry() {
  run_to_gate
  edit 's/^  first:/  begin:/'
  expect_conflict 'first renamed to begin'
  mx retry first
  mx resume
  expect_said 4
  go_on
  expect_said 0
  expect_eq 'done again' 'first first last' "$(done_on_host)"
}

case_a_finished_step_removed_is_settled_by_accept() {
  run_to_gate
  edit '/^  first:/,/^  go:/{/^  go:/!d}'
  expect_conflict 'first removed'
  mx accept first --why 'it has done its work'
  go_on
  expect_said 0
  expect_eq 'done' 'first last' "$(done_on_host)"
}

insert_early() {
  edit 's/^  first:/  early: {uses: command, host: new, with: {effect: change, argv: [sh, -c, "echo early >>\/var\/tmp\/case\/done"]}}\n&/'
}

case_a_new_step_before_a_finished_one_is_settled_by_accept_and_done_before_what_comes_next() {
  run_to_gate
  insert_early
  expect_conflict 'early added before first'
  mx accept first --why 'the order does not matter here'
  go_on
  expect_said 0
  expect_eq 'done' 'first early last' "$(done_on_host)"
}

case_a_new_step_before_a_finished_one_is_settled_by_retry_and_done_before_it() {
  run_to_gate
  insert_early
  expect_conflict 'early added before first'
  mx retry first
  mx resume
  expect_said 4
  expect_eq 'in the order that is written' 'first early first' "$(done_on_host)"
}

case_an_edit_behind_a_reviewed_plan_is_taken_up_only_when_it_is_named() {
  forget_runs
  take revision
  mx plan case/revision.yaml -o case/reviewed
  mx run --plan case/reviewed
  expect_said 4
  edit 's/echo last/echo other/'
  mx resume
  expect_said 4 'case/revision.yaml was changed, and the run goes on with what was reviewed in case/reviewed' '--playbook'
  mx resume --playbook case/revision.yaml
  expect_said 4 'playbook was changed: last changed: with'
  go_on
  expect_said 0
  expect_eq 'done' 'first other' "$(done_on_host)"
}

run_cases "$@"
