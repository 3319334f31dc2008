#!/usr/bin/env bash
# Two laptops and one host: who holds it, who is refused, and what a take-over means to the one who had it.
# shellcheck disable=SC2317 # wait_until calls what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

lease() { lab exec new-mx sed -n "s/^$1 //p" /var/lib/mxodus/lease; }

# as_anna CMD...: another person on another laptop: a user, a home and a host name of her own.
as_anna() {
  # shellcheck disable=SC2016 # "$@" is the inner shell's
  lab exec laptop unshare --uts sh -c 'hostname annas-laptop && cd /home/anna &&
    exec setpriv --reuid anna --regid anna --init-groups --reset-env env LANG=C.UTF-8 "$@"' sh "$@"
}
anna() {
  code=0
  said=$(as_anna mxodus "$@" </dev/null 2>&1) || code=$?
  said=$(tr -s ' \n' ' ' <<<"$said")
}
newcomer() {
  lab exec laptop sh -c 'id anna >/dev/null 2>&1 || useradd --create-home anna
    rm -rf /home/anna/.local && cp -r /home/op/.ssh /home/op/.config /home/anna/ && chown -R anna:anna /home/anna'
  expect_eq 'her name' anna "$(as_anna whoami)"
  expect_eq 'her laptop' annas-laptop "$(as_anna hostname)"
}

# interrupt USER PROCESS: Ctrl-C on the laptop, for the mxodus that PROCESS here has begun.
interrupt() {
  lab exec laptop pkill -INT -u "$1" -x mxodus
  wait "$2" || expect_eq "exit code of $1" 130 $?
}

# A run of op that holds new-mx and whose first job is under way, left there with Ctrl-C.
op_holds_the_host() {
  forget_runs
  newcomer
  as_op mxodus run "$jobs" --yes >/dev/null 2>&1 </dev/null &
  wait_until 30 first_runs
  interrupt op $!
  expect_eq 'holder' op "$(lease who)"
}

case_the_second_laptop_is_refused_with_the_name_of_the_first_and_begins_nothing() {
  op_holds_the_host
  anna run "$jobs" --yes
  expect_said 5 'host new is held by run [0-9a-f-]+ of op on laptop \(token [0-9]+\)' 'mxodus end' '--take-over [0-9]+ --why'
  expect_eq 'jobs' 1 "$(jobs_of first)"
  expect_eq 'holder' op "$(lease who)"
  release
  mx resume
  expect_said 0
  expect_eq 'done' 'first second' "$(done_on_host)"
  anna resume
  expect_said 0
}

case_a_take_over_of_another_token_is_refused() {
  op_holds_the_host
  anna run "$jobs" --yes --take-over 17 --why 'guessed'
  expect_said 5 'held by run [0-9a-f-]+ of op on laptop'
  expect_eq 'holder' op "$(lease who)"
}

anna_holds() { [[ $(lease who) == anna ]] && [[ $(jobs_of first) == 2 ]]; }
expect_op_began_no_second() {
  expect_eq "op's second job" 0 "$(jobs_begun new-mx | grep -c "^$(run_field "s['run']").second" || true)"
}

case_a_laptop_that_still_drives_its_run_is_refused_the_next_start_after_a_take_over() {
  local op anna
  forget_runs
  newcomer
  as_op mxodus run "$jobs" --yes >"/tmp/mxodus-owners-$$" 2>&1 </dev/null &
  op=$!
  wait_until 30 first_runs
  anna run "$jobs" --yes --stay 1s
  expect_said 5
  as_anna mxodus resume --take-over "$(lease token)" --why 'op is on a train' >/dev/null 2>&1 </dev/null &
  anna=$!
  wait_until 30 anna_holds
  expect_match 'op still drives' '[0-9]' "$(lab exec laptop pgrep -u op -x mxodus)"
  release
  code=0
  wait "$op" || code=$?
  said=$(tr -s ' \n' ' ' <"/tmp/mxodus-owners-$$")
  rm "/tmp/mxodus-owners-$$"
  # Anna's run may have ended before op's asks.
  expect_said 5 'host new was taken over' '--take-over [0-9]+ --why'
  expect_op_began_no_second
  wait "$anna"
  expect_eq 'done' 'first first second' "$(done_on_host)"
}

case_after_a_take_over_the_host_refuses_the_first_laptops_next_job() {
  local token
  op_holds_the_host
  token=$(lease token)
  anna run "$jobs" --yes --stay 1s
  expect_said 5
  as_anna mxodus resume --take-over "$token" --why 'op is on a train' >/dev/null 2>&1 </dev/null &
  wait_until 30 anna_holds
  interrupt anna $!
  release
  mx resume
  expect_said 5 'host new was taken over: it is held by run [0-9a-f-]+ of anna on annas-laptop' '--take-over [0-9]+ --why'
  expect_op_began_no_second
  anna resume
  expect_said 0
  expect_eq 'done' 'first first second' "$(done_on_host)"
  expect_match 'the record' 'op is on a train' "$(as_anna mxodus log --json)"
  # The host is free again, but the first laptop has not seen what the second did.
  mx resume
  expect_said 5 'host new was taken over from this run and is free again' '--take-over [0-9]+ --why'
  token=$(sed -n 's/.*--take-over \([0-9]*\) .*/\1/p' <<<"$said")
  mx resume --take-over "$token" --why 'seen what anna did'
  expect_said 0
  expect_eq 'done' 'first first second second' "$(done_on_host)"
}

run_cases "$@"
