#!/usr/bin/env bash
# The whole move, with mxodus killed again and again at moments that a printed seed decides.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
case_limit=3000
# shellcheck source=tests/e2e/move.sh
source "${0%/*}/move.sh"

# The more kills, the sooner each must come, or the move has ended before the last of them.
kills_wanted=10 latest=40
[[ -z ${MXODUS_LONG:-} ]] || kills_wanted=50 latest=10
seed=${MXODUS_SEED:-$RANDOM}

# Which steps began a job on the host, and how many times each.
jobs_by_step() { jobs_begun "$1" | sed -E 's/^[^.]+\.//; s/\.[0-9]+$//' | sort | uniq -c | sort -rn; }

# resume_killed_after SECONDS: true when the process was still there to be killed.
resume_killed_after() {
  local code=0
  as_op timeout --signal=KILL "$1" mxodus resume --now --stay 20s >/dev/null 2>&1 || code=$?
  case $code in
    137) return 0 ;;
    0 | 4) last_code=$code; return 1 ;;
    *) fail "resume ended with $code: $(as_op mxodus status 2>&1)"; exit 1 ;;
  esac
}

# Once the new host is in service the blacklist forgets it and the old host comes back.
let_the_world_move() {
  [[ $(state_of start_postfix) == 'done' ]] || return 0
  lab exec dns lab-dnsbl remove 198.51.100.20
  lab heal old-mx
}

case_a_move_killed_at_random_moments_ends_the_same_and_begins_every_job_once() {
  local kills=0 rounds=0 last_code=4 pause
  RANDOM=$seed
  echo "# seed $seed, $kills_wanted kills"
  lab cut old-mx
  lab exec dns lab-dnsbl add 198.51.100.20
  as_op mxodus run "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" --yes </dev/null >/dev/null 2>&1 || [[ $? == 4 ]]
  while ((last_code == 4)); do
    ((++rounds < 40 + 4 * kills_wanted)) || fail "the move has not ended after $rounds rounds"
    answer_gates
    # In tenths of a second: some fall before the first connection, some into the middle of whatever lasts.
    pause=$((RANDOM % latest + 2))
    ((kills < kills_wanted)) || pause=6000
    if resume_killed_after "$((pause / 10)).$((pause % 10))"; then kills=$((kills + 1)); fi
    let_the_world_move
  done
  echo "# $kills kills in $rounds rounds"
  expect_eq 'exit code' 0 "$last_code"
  ((kills >= kills_wanted)) || fail "only $kills kills took hold"
  expect_moved
  expect_match 'jobs begun' ' 1 restore' "$(jobs_by_step new-mx)"
  expect_eq 'jobs begun twice' '' "$(for host in new-mx old-mx backup; do jobs_by_step "$host" | awk '$1 > 1'; done)"
}

run_cases "$@"
