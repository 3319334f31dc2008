#!/usr/bin/env bash
# A restore that is cut off while it is at work. The other lines and longer cuts are in long/.
# shellcheck disable=SC2016 # the hosts' shells expand
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/cut.sh
source "${0%/*}/cut.sh"
case_limit=600

case_the_new_hosts_line_is_cut_for_20_seconds() { line_is_cut new-mx 20; }

case_the_new_host_loses_power_and_what_it_did_is_looked_at_after_its_boot() {
  begin_slow_restore
  lab stop new-mx
  wait_until 90 status_says 'no answer +restore'
  lab start new-mx
  lab unthrottle backup
  expect_exit_code 6
  # The store shows that the restore is not done; of a command only a human can say.
  status_says 'failed +restore +.*rebooted'
  status_says 'in doubt +counting'
  expect_eq 'restores begun' 1 "$(jobs_of restore)"
  in_home 'mxodus retry restore --why "new lost its power" && mxodus retry counting && mxodus resume --now'
  expect_every_message
  expect_eq 'restores begun' 2 "$(jobs_of restore)"
}

case_the_old_host_comes_back_and_changes_wait_for_a_word() {
  begin_slow_restore old-mx
  lab heal old-mx
  wait_until 90 status_says 'your turn +host.old'
  expect_match 'what is said first' 'host.old' "$(in_home 'mxodus status 2>/dev/null' | sed -n 2p)"
  lab unthrottle backup
  expect_exit_code 4
  expect_exit 1 lab exec new-mx test -e /var/vmail/settled
  in_home 'mxodus approve host.old && mxodus resume --now'
  lab exec new-mx test -e /var/vmail/settled
  expect_whole_and_begun_once
}

run_cases "$@"
