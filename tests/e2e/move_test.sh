#!/usr/bin/env bash
# The main job: playbooks/emergency-move.yaml from plan to report between two lab hosts, cut off on the way.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
case_limit=900

# shellcheck source=tests/e2e/move.sh
source "${0%/*}/move.sh"

restore_jobs() { lab exec new-mx sh -c 'ls /var/lib/mxodus/jobs 2>/dev/null | grep -c restore || true'; }
restore_is_at_work() { [[ $(restore_jobs) -ge 1 ]] && lab exec new-mx pgrep -x restic >/dev/null; }
is_done() { [[ $(state_of "$1") == 'done' ]]; }

case_doctor_finds_every_host_and_says_what_to_type() {
  local out
  out=$(as_op mxodus doctor "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" 2>&1)
  expect_match 'doctor' 'new +login +ok' "$out"
  expect_match 'doctor' 'Next: mxodus plan' "$out"
}

case_a_bad_playbook_is_refused_with_its_line_and_nothing_is_connected() {
  local out code=0
  as_op sh -c 'printf "mxodus: 1\nname: bad\nhosts: {new: {ssh: new}}\nsteps:\n  look:\n    uses: files.layot\n    hots: new\n" > bad.yaml'
  lab cut laptop
  out=$(as_op mxodus plan bad.yaml 2>&1) || code=$?
  lab heal laptop
  expect_eq 'exit code' 2 "$code"
  expect_match 'step type' 'bad.yaml:6:11' "$out"
  expect_match 'unknown key' 'bad.yaml:7:5' "$out"
}

case_planning_changes_nothing_on_host_or_in_dns() {
  local before after
  look() {
    lab exec new-mx sh -c 'find /var/vmail /etc /var/lib /root /home -xdev -newer /tmp/planned ! -path "*/systemd/*" ! -path "*/journal*" ! -path "*/log/*" 2>/dev/null | wc -l'
    lab exec dns dig +short SOA acme.test @198.51.100.54
    lab exec new-mx sh -c 'ls /var/lib/mxodus 2>/dev/null | wc -l'
  }
  lab cut old-mx
  lab exec dns lab-dnsbl add 198.51.100.20
  lab exec new-mx touch /tmp/planned
  before=$(look)
  as_op mxodus plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" >/tmp/mxodus-plan.$$ 2>&1
  after=$(look)
  expect_eq 'files, serial and jobs' "$before" "$after"
  expect_match 'the listing' '! blacklisted' "$(cat /tmp/mxodus-plan.$$)"
  expect_match 'the last line' 'Nothing has been changed' "$(cat /tmp/mxodus-plan.$$)"
  rm -f /tmp/mxodus-plan.$$
}

case_a_blocked_port_25_is_in_the_plan_and_its_task_ends_when_it_is_open() {
  local out
  unblock() { lab exec new-mx nft delete table inet fault 2>/dev/null || true; }
  trap unblock EXIT
  lab exec new-mx nft 'add table inet fault; add chain inet fault output { type filter hook output priority -10; }; add rule inet fault output tcp dport 25 counter drop'
  out=$(as_op mxodus plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" 2>/dev/null)
  expect_match 'dropped' 'packets [1-9]' "$(lab exec new-mx nft list table inet fault)"
  expect_match 'the look' '! port_25_out +would fail' "$out"
  expect_match 'the task' '\? open_port_25 +asks' "$out"
  as_op mxodus run "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" --yes --stay 5s </dev/null >/dev/null 2>&1 || [[ $? == 4 ]]
  go_on_until open_port_25
  expect_eq 'the task' gate "$(state_of open_port_25)"
  expect_eq 'what is behind it' pending "$(state_of go)"
  unblock
  as_op mxodus resume --now --stay 5s >/dev/null 2>&1 || [[ $? == 4 ]]
  expect_eq 'the task, once the port is open' 'done' "$(state_of open_port_25)"
  as_op mxodus end --why 'only this was to be seen' >/dev/null 2>&1 </dev/null
  as_op mxodus resume >/dev/null 2>&1 || [[ $? == 1 ]]
}

case_without_a_terminal_a_gate_parks_the_run_with_4() {
  local code=0
  as_op mxodus run "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" --yes </dev/null >/dev/null 2>&1 || code=$?
  expect_eq 'exit code' 4 "$code"
  expect_eq 'the gate' gate "$(state_of loss_window)"
}

case_a_killed_mxodus_finds_its_restore_again_and_starts_it_once() {
  lab throttle backup 6mbit
  go_on_until fence
  answer_gates
  as_op mxodus resume --now >/dev/null 2>&1 &
  local resumed=$!
  wait_until 60 restore_is_at_work
  lab exec laptop pkill -KILL -x mxodus
  wait "$resumed" || true
  expect_eq 'mxodus on the laptop' '' "$(lab exec laptop pgrep -x mxodus || true)"
  expect_match 'the restore goes on without it' restic "$(lab exec new-mx pgrep -a restic || true)"
  lab unthrottle backup
  as_op mxodus resume --now --stay 30s >/dev/null 2>&1 || [[ $? == 4 ]]
  wait_until 120 is_done restore
  expect_eq 'restores started' 1 "$(restore_jobs)"
}

case_the_move_ends_with_every_message_where_it_belongs() {
  local round code=4 moved=
  for ((round = 0; round < 30 && code == 4; round++)); do
    answer_gates
    code=0
    as_op mxodus resume --now --stay 40s >/dev/null 2>&1 || code=$?
    # Once all is asked and the blacklist still has the address, the world moves: the list forgets, the old host comes back.
    if [[ -z $moved && $(state_of delisted) != pending ]]; then
      expect_eq 'delisted, while it is listed' waiting "$(state_of delisted)"
      expect_eq 'listings' 1 "$(output_of delisted listed)"
      lab exec dns lab-dnsbl remove 198.51.100.20
      lab heal old-mx
      moved=yes
    fi
  done
  expect_eq 'exit code of the last resume' 0 "$code"
  expect_eq 'DKIM keys that fit' 1 "$(output_of dkim_key matching)"
  expect_eq 'listings that are left' 0 "$(output_of delisted listed)"
  expect_eq 'mailboxes that were counted' 20 "$(output_of all_users entries)"
  expect_match 'the next UID' 'uidnext=1000[0-9]+$' "$(lab exec new-mx doveadm mailbox status -u u01@acme.test uidnext INBOX)"
  expect_moved
}

case_afterwards_no_host_keeps_a_job_or_a_lease() {
  local host
  for host in new-mx old-mx backup; do
    expect_eq "left on $host" '' "$(lab exec "$host" sh -c 'cd /var/lib/mxodus 2>/dev/null && ls -A jobs && ls lease 2>/dev/null' || true)"
    expect_eq "units on $host" '' "$(lab exec "$host" systemctl list-units --all --plain --no-legend 'mxodus-*')"
  done
  expect_match 'but they were there' 'restore\.1' "$(jobs_begun new-mx)"
}

case_mail_from_outside_arrives_on_the_new_host_and_is_fetched_by_imap() {
  local token="moved-$RANDOM$RANDOM"
  lab exec outside swaks --silent 2 --to u01@acme.test --from alice@other.test --server mail.acme.test \
    --tls-optional --header "Subject: $token" --body hello
  imap() { lab exec outside curl -sS --user u01@acme.test:pw01 "imaps://imap.acme.test/INBOX$1"; }
  # shellcheck disable=SC2317 # wait_until calls it
  found() { imap "?SUBJECT%20$token" | grep -q 'SEARCH [0-9]'; }
  wait_until 30 found
  expect_match 'fetched' "Subject: $token" "$(imap ";MAILINDEX=$(imap "?SUBJECT%20$token" | tr -dc 0-9)")"
  expect_match 'delivered on new-mx' "$token" "$(lab exec new-mx sh -c "grep -rl $token /var/vmail/acme.test/u01 | head -1 | xargs -r grep -h Subject")"
}

case_the_report_says_who_decided_what_and_no_secret_is_written_down() {
  local run report
  run=$(status_field "s['run']")
  report=$(as_op mxodus report "$run")
  expect_match 'the loss window' 'Loss window: 5h' "$report"
  expect_match 'the gate' 'loss..?window .*approve .*op' "$report"
  expect_eq 'secrets on the laptop' '' "$(lab exec laptop sh -c 'grep -rlaE "labrestic|labkey" /home/op/.local || true')"
  expect_eq 'secrets on the host' '' "$(lab exec new-mx sh -c 'grep -rlaE "labrestic|labkey" /var/lib/mxodus /run/mxodus 2>/dev/null || true')"
}

case_a_report_for_publication_tells_no_person_address_or_key() {
  local run report
  run=$(status_field "s['run']")
  report=$(as_op mxodus report --redact "$run")
  expect_match 'the gate' 'approve .*person-[0-9]' "$report"
  expect_match 'what happened' 'address-[0-9].*' "$report"
  expect_match 'words' 'stop' "$report"
  expect_eq 'told' '' "$(grep -oE '198\.51\.100\.[0-9]+|2001:db8:[0-9a-f:]+|SHA256:[A-Za-z0-9+/]{20,}|[a-z0-9]+@acme\.test|\bop\b' <<<"$report" | sort -u)"
}

run_cases "$@"
