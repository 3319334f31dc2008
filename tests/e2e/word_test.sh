#!/usr/bin/env bash
# What a run does with the words of people, and with their absence: a change that only a person can make, a cancel that
# nobody was there to hear, a rollback of what never began, an API that does not answer.
# shellcheck disable=SC2154 # $said and $code come from mx
# shellcheck disable=SC2016 # mxodus expands it
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

server=198.51.100.54

# playbook NAME: writes ~/case/NAME.yaml, its steps from stdin.
playbook() {
  {
    printf 'mxodus: 1\nname: %s\nsecrets:\n  dns_token: {file: ~/.secrets/dns_token}\n  typed: {prompt: "The key"}\n' "$1"
    printf 'hosts:\n  new: {become: sudo}\ndns:\n  by_hand: {provider: manual, zone: move.test}\n'
    printf '  gone: {provider: powerdns, url: "http://198.51.100.99:8081", zone: move.test, token: "${secrets.dns_token}"}\nsteps:\n'
    cat
  } | as_op tee "case/$1.yaml" >/dev/null
}

# publish ADDRESS: what the person does.
publish() {
  lab exec laptop curl -sS --fail -X PATCH -H 'X-API-Key: labkey' "http://$server:8081/api/v1/servers/localhost/zones/move.test." \
    -d '{"rrsets": [{"name": "mail.move.test.", "type": "A", "ttl": 8, "changetype": "REPLACE",
                     "records": [{"content": "'"$1"'", "disabled": false}]}]}'
}
# shellcheck disable=SC2317 # wait_until calls it
both_serve() {
  local at
  for at in $server 198.51.100.58; do [[ $(lab exec laptop dig +short +norecurse "@$at" mail.move.test A) == "$1" ]] || return; done
}
on_new() { lab exec new-mx "$@"; }

# A job that lasts until it is released, and beside it a gate with a change behind it.
asking() {
  playbook asking <<'STEPS'
  lasting: {uses: command, host: new, needs: [], with: {effect: change, script: "until [ -e /var/tmp/case/release ]; do sleep 0.2; done"}}
  go: {uses: approve, needs: [], with: {question: "Go on?"}}
  behind: {uses: command, host: new, needs: [go], with: {effect: change, argv: [touch, /var/tmp/case/behind]}}
STEPS
}
state_is() { [[ $(state_of "$1") == "$2" ]]; }

case_a_word_from_a_second_terminal_is_taken_up_while_the_run_goes_on() {
  local run code=0
  forget_runs
  asking
  as_op mxodus run case/asking.yaml --yes </dev/null >/dev/null 2>&1 &
  run=$!
  wait_until 60 state_is go gate
  wait_until 60 state_is lasting running
  mx approve go
  expect_said 0
  # The job is not released yet, so nobody but the process that follows it can have begun the change.
  wait_until 60 state_is behind 'done'
  on_new test -e /var/tmp/case/behind
  expect_eq 'the job' running "$(state_of lasting)"
  on_new touch /var/tmp/case/release
  wait "$run" || code=$?
  expect_eq 'exit code of the run' 0 "$code"
}

case_a_no_stops_what_is_behind_it_until_it_is_asked_again() {
  forget_runs
  asking
  on_new touch /var/tmp/case/release
  mx run case/asking.yaml --yes
  expect_said 4 'mxodus approve go'
  mx reject go --why 'the fibre is back in an hour'
  mx resume
  expect_said 1 'the fibre is back in an hour' 'mxodus explain go'
  mx explain go
  expect_said 0 'mxodus retry go'
  expect_exit 1 on_new test -e /var/tmp/case/behind
  mx retry go
  mx resume
  expect_said 4 'mxodus approve go'
  mx approve go
  mx resume
  expect_said 0
  on_new test -e /var/tmp/case/behind
}

case_a_question_about_what_was_skipped_is_asked_of_nobody_and_holds_what_is_behind_it() {
  forget_runs
  playbook unread <<'STEPS'
  look: {uses: command, host: new, with: {effect: observe, argv: [cat, /var/tmp/case/room]}}
  go: {uses: approve, with: {question: "There are ${steps.look.stdout} GiB left. Go on?"}}
  behind: {uses: command, host: new, with: {effect: change, argv: [touch, /var/tmp/case/behind]}}
STEPS
  mx run case/unread.yaml --yes
  expect_said 1 'look'
  mx skip look --why 'there is room'
  mx resume
  expect_said 4 'go is blocked: it cannot ask' 'mxodus explain go'
  mx approve go
  mx resume
  expect_said 4 'go is blocked: it cannot ask'
  on_new test ! -e /var/tmp/case/behind

  on_new sh -c 'echo 7 >/var/tmp/case/room'
  mx retry look
  mx resume
  expect_said 4 'mxodus approve go'
  on_new test ! -e /var/tmp/case/behind
  mx approve go
  mx resume
  expect_said 0
  on_new test -e /var/tmp/case/behind
}

case_a_zone_without_an_api_is_changed_by_a_person_and_what_comes_after_waits() {
  forget_runs
  publish 198.51.100.10
  playbook asked <<'STEPS'
  switched: {uses: dns.records, with: {zone: by_hand, set: [{name: mail, type: A, data: 198.51.100.20}]}}
  after: {uses: command, host: new, with: {effect: change, argv: [touch, /var/tmp/case/after]}}
STEPS
  mx run case/asked.yaml --yes --stay 1s
  expect_said 4 'switched'
  expect_eq 'the change' gate "$(state_of switched)"
  expect_eq 'what comes after' pending "$(state_of after)"
  mx approve switched
  expect_said 5 'a word does not replace it'
  mx resume --stay 1s
  expect_said 4
  on_new test ! -e /var/tmp/case/after

  publish 198.51.100.20
  wait_until 20 both_serve 198.51.100.20
  mx resume
  expect_said 0
  on_new test -e /var/tmp/case/after
}

case_an_api_that_is_not_there_is_named_and_the_run_parks() {
  forget_runs
  playbook gone <<'STEPS'
  switched: {uses: dns.records, with: {zone: gone, set: [{name: mail, type: A, data: 198.51.100.20}]}}
STEPS
  mx run case/gone.yaml --yes --stay 1s
  expect_said 4 '198\.51\.100\.99'
  expect_eq 'the change' waiting "$(state_of switched)"
}

case_a_rollback_takes_nothing_back_that_another_run_has_made() {
  forget_runs
  playbook first <<'STEPS'
  make: {uses: command, host: new, with: {effect: change, argv: [mkdir, /var/tmp/case/made], undo: {argv: [rmdir, /var/tmp/case/made]}}}
  go: {uses: approve, with: {question: "Go on?"}}
STEPS
  as_op sh -c 'sed s/first/second/ case/first.yaml >case/second.yaml'
  mx run case/first.yaml --yes
  expect_said 4
  mx plan case/second.yaml
  expect_said 0 'new is held by run'
  mx run case/second.yaml --yes
  expect_said 5 'held'
  mx rollback --yes
  expect_said 5 'has not ended; say which'
  mx rollback "$(run_field "s['run']")" --yes
  expect_silent_on 'taken back [a-z]*made'
  on_new test -d /var/tmp/case/made
}

case_a_cancel_that_no_process_has_heard_ends_the_job_at_the_next_resume() {
  forget_runs
  playbook long <<'STEPS'
  two: {uses: command, host: new, with: {effect: change, argv: [sleep, "600"]}}
STEPS
  lab exec -u op laptop sh -c 'cd && setsid mxodus run case/long.yaml --yes >/dev/null 2>&1 </dev/null &'
  wait_until 30 on_new pgrep -f 'sleep 600'
  lab exec laptop pkill -KILL -u op -x mxodus
  mx cancel two --why enough
  expect_said 0
  on_new pgrep -f 'sleep 600'
  mx resume
  expect_said 1 'cancelled'
  expect_eq 'the step' cancelled "$(state_of two)"
  wait_until 10 not_on_new pgrep -f 'sleep 600'
}
# shellcheck disable=SC2317 # wait_until calls it
not_on_new() { ! on_new "$@"; }

case_a_clean_up_step_runs_where_a_step_has_failed() {
  forget_runs
  playbook cleaned <<'STEPS'
  bad: {uses: command, host: new, on_fail: [clean], with: {effect: change, argv: ["false"]}}
  clean: {uses: command, host: new, with: {effect: change, argv: [touch, /var/tmp/case/cleaned]}}
STEPS
  mx run case/cleaned.yaml --yes
  expect_said 1
  on_new test -e /var/tmp/case/cleaned
}

case_a_secret_that_nobody_is_there_to_type_parks_the_run_at_once() {
  forget_runs
  playbook typed <<'STEPS'
  use: {uses: command, host: new, with: {effect: change, argv: [touch, /var/tmp/case/used], secrets: {key: "${secrets.typed}"}}}
STEPS
  mx run case/typed.yaml --yes
  expect_said 4 'typed'
  expect_eq 'the step' waiting "$(state_of use)"
  on_new test ! -e /var/tmp/case/used
}

run_cases "$@"
