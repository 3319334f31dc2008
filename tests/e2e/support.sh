# shellcheck shell=bash
# What end-to-end tests in the lab begin with. A test script defines functions case_*, whose names are
# sentences, and ends with `run_cases "$@"`. tests/run gives each script a lab in its provisioned state;
# its cases run in the order of the file, each in a process of its own, and print `ok NAME` or `not ok NAME`.
set -Eeuo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Seconds that one case may take; a script with longer ones sets its own.
case_limit=${case_limit:-300}

lab() { "$checkout/docker/lab" "$@"; }

# as_op CMD...: as the operator, in the operator's home on the laptop.
# shellcheck disable=SC2016 # "$@" is the inner shell's
as_op() { lab exec -u op laptop sh -c 'cd && exec "$@"' sh "$@"; }

fail() {
  printf '%s\n' "$*" >&2
  return 1
}

# expect_eq WHAT EXPECTED ACTUAL
expect_eq() {
  [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# expect_match WHAT REGEX ACTUAL
expect_match() {
  [[ $3 =~ $2 ]] || fail "$1: '$3' does not match '$2'"
}

# expect_exit CODE CMD...
expect_exit() {
  local expected=$1 actual=0
  shift
  "$@" || actual=$?
  expect_eq "exit code of '$*'" "$expected" "$actual"
}

# units_started HOST [FILE]: those since the cursor in FILE, by systemd's own record, one a line. journalctl is not left to choose among the events: where
# it does, it loses the first one after a cursor.
units_started() {
  # shellcheck disable=SC2016 # the host's shell expands it
  lab exec "$1" sh -c 'journalctl --sync; after=$(cat "$1" 2>/dev/null || true)
    journalctl -q -o json --output-fields=UNIT,MESSAGE_ID ${after:+"--after-cursor=$after"}' sh "${2:-/var/tmp/case/journal}" |
    sed -nE '/"MESSAGE_ID":"39f53479d3a045ac8e11786248231fbf"/ s/.*"UNIT":"([^"]+)".*/\1/p'
}

# jobs_begun HOST: the name of every job that began there since the last forget_runs, one a line. Folders would not do: they
# go with the end of their run.
jobs_begun() { units_started "$1" | sed -nE 's/^mxodus-(.*)\.service$/\1/p'; }

# wait_until SECONDS CMD...: repeats CMD until it succeeds.
wait_until() {
  local seconds=$1 deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || { fail "within $seconds s this did not become true: $*"; return 1; }
    sleep 0.2
  done
}

# list_cases [REGEX]: those whose script's or own name matches, in the order of the file, which `declare -F` does not keep.
list_cases() {
  local name
  grep -oE '^case_[a-z0-9_]+\(\)' "$0" | while read -r name; do
    name=${name%'()'}
    [[ ! "$(basename "$0") ${name#case_}" =~ ${1:-.} ]] || echo "${name#case_}"
  done
}

# run_case NAME: in a new process, so that `set -e` holds in it and nothing leaks into the next. Of a case that passes,
# the lines that begin with "# " are shown.
run_case() {
  local log sentence started=$SECONDS
  sentence="$(basename "$0" _test.sh): ${1//_/ }"
  log=$(mktemp)
  if timeout --kill-after=10 "$case_limit" "$0" --case "$1" > "$log" 2>&1 </dev/null; then
    echo "ok $sentence ($((SECONDS - started)) s)"
    sed -n 's/^# /   /p' "$log"
    rm "$log"
  else
    echo "not ok $sentence ($((SECONDS - started)) s)"
    sed 's/^/  | /' "$log" | tail -n 60
    rm "$log"
    return 1
  fi
}

# run_cases [--list [REGEX] | --only REGEX | --case NAME]
run_cases() {
  local name failed=0
  case ${1:-} in
    --list) list_cases "${2:-}" ;;
    --case)
      trap 'echo "failed in line $LINENO: $BASH_COMMAND" >&2' ERR
      "case_$2"
      ;;
    *)
      for name in $(list_cases "${2:-}"); do run_case "$name" || failed=1; done
      return "$failed"
      ;;
  esac
}
