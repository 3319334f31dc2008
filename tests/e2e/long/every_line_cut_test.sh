#!/usr/bin/env bash
# A restore that is cut off from every side, for longer, and comes to its end once.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/../support.sh"
# shellcheck source=tests/e2e/cut.sh
source "${0%/*}/../cut.sh"
case_limit=600

case_the_laptops_line_is_cut_for_20_seconds() { line_is_cut laptop 20; }
case_the_backups_line_is_cut_for_20_seconds() { line_is_cut backup 20; }
case_the_laptops_line_is_cut_for_90_seconds() { line_is_cut laptop 90; }
case_the_new_hosts_line_is_cut_for_90_seconds() { line_is_cut new-mx 90; }
case_the_backups_line_is_cut_for_90_seconds() { line_is_cut backup 90; }

case_the_laptop_sleeps_for_a_minute() {
  # shellcheck disable=SC2119 # no host is cut off from the beginning
  begin_slow_restore
  lab exec laptop pkill -STOP -x mxodus
  expect_match 'mxodus' '^T' "$(lab exec laptop ps -o stat= -C mxodus)"
  sleep 60
  lab unthrottle backup
  lab exec laptop pkill -CONT -x mxodus
  expect_exit_code 0
  expect_whole_and_begun_once
}

run_cases "$@"
