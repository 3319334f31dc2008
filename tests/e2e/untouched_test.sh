#!/usr/bin/env bash
# What only looks leaves every host, the backup and the DNS as they were. What counts that is seen to count.
# shellcheck disable=SC2154 # $said and $code come from mx
# shellcheck disable=SC2016 # the hosts' shells expand
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"
# shellcheck source=tests/e2e/move.sh
source "${0%/*}/move.sh"
case_limit=600

api=http://198.51.100.54:8081/api/v1/servers/localhost/zones/acme.test.

counted_hosts=(old-mx new-mx backup dns outside)

# From here on what is new counts.
mark() {
  local host
  for host in "${counted_hosts[@]}"; do
    lab exec "$host" sh -c 'sleep 0.05; touch /run/before; journalctl --sync
      journalctl -q -n1 -o export | sed -n s/^__CURSOR=//p >/run/before.cursor'
  done
}

# files_of HOST: new or changed since mark; but for what every login writes, every connection to Postfix and Dovecot,
# every query of PowerDNS, and BIND and Knot by themselves.
files_of() {
  lab exec "$1" sh -c 'find / -xdev -newer /run/before -type f ! -path "/proc/*" ! -path "/sys/*" ! -path "/run/*" \
    ! -path "/var/log/*" ! -path "/mxodus/*" ! -path /var/lib/postfix/prng_exch ! -path "/var/spool/postfix/pid/*" \
    ! -path "/var/lib/powerdns/pdns.sqlite3-???" ! -path "/var/cache/bind/*" ! -path "/var/lib/knot/*" 2>/dev/null
    find /run /dev/shm /tmp -newer /run/before -type f ! -path "/run/before*" ! -path "/run/systemd/*" ! -path "/run/log/*" \
    ! -path "/run/user/*" ! -path /run/utmp ! -path /run/motd.dynamic ! -path /run/dovecot/auth-token-secret.dat 2>/dev/null' | sort -u
}

# started_on HOST: the units that were started since mark; a login has a scope, a slice and a manager of its own.
started_on() {
  units_started "$1" /run/before.cursor | { grep -vE '^(session-|user-|user@|user-runtime-dir@|ssh@|.*\.scope$)' || true; } | sort -u
}

# left_on HOST: processes whose parents are gone, or that no login holds; a login's own manager ends some time after it.
left_on() { lab exec "$1" sh -c 'ps -eo ppid=,comm= | awk "\$1 == 1 && \$2 != \"systemd\" {print \$2}" | sort | uniq -c'; }

api_writes() {
  lab exec dns sh -c 'journalctl --sync; journalctl -q -u pdns -o cat --after-cursor="$(cat /run/before.cursor)"' | grep -cE '"?(PUT|PATCH|POST|DELETE) /api' || true
}
api_reads() {
  lab exec dns sh -c 'journalctl --sync; journalctl -q -u pdns -o cat --after-cursor="$(cat /run/before.cursor)"' | grep -cE '"?GET /api' || true
}

touched() {
  local host
  for host in "${counted_hosts[@]}"; do
    files_of "$host" | sed "s|^|$host: |"
    started_on "$host" | sed "s|^|$host: unit |"
  done
  echo "$(api_writes) writes by the API"
}

expect_untouched() { expect_eq "what $1 has touched" '0 writes by the API' "$(touched)"; }

case_what_counts_counts_a_file_a_unit_a_lock_of_the_backup_and_a_write_by_the_api() {
  local seen
  mark
  lab exec new-mx sh -c 'echo x >/var/tmp/touched; systemd-run --quiet --wait --unit=touched true'
  lab exec -u restic backup sh -c 'RESTIC_PASSWORD=labrestic restic --quiet --no-cache --repo /srv/restic/repo snapshots >/dev/null &&
    touch /srv/restic/repo/locks/touched && sleep 0.1'
  lab exec laptop curl -sS --fail -o /dev/null -X PUT -H 'X-API-Key: labkey' "$api/notify" || true
  seen=$(touched)
  lab exec backup rm /srv/restic/repo/locks/touched
  expect_match 'the file' 'new-mx: /var/tmp/touched' "$seen"
  expect_match 'the unit' 'new-mx: unit touched\.service' "$seen"
  expect_match 'the lock' 'backup: /srv/restic/repo/locks/' "$seen"
  expect_match 'the write' '1 writes by the API' "$seen"
}

case_planning_the_move_touches_nothing() {
  local left
  lab cut old-mx
  trap 'lab heal old-mx' EXIT
  mark
  left=$(left_on new-mx)
  mx plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)"
  expect_said 0 'Nothing has been changed'
  expect_untouched 'the plan'
  expect_eq 'processes of new-mx that nobody waits for' "$left" "$(left_on new-mx)"
  [[ $(api_reads) -gt 0 ]] || fail 'the plan has not even asked the API'
}

case_planning_while_the_old_host_answers_touches_nothing_there_either() {
  mark
  mx plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)"
  expect_said 0 'Nothing has been changed'
  expect_untouched 'the plan'
  lab exec old-mx sh -c 'journalctl --sync; journalctl -q -o cat --after-cursor="$(cat /run/before.cursor)"' |
    grep -E 'Accepted publickey|Disconnected from user' >/dev/null ||
    fail 'the plan has not logged in to the old host'
}

case_doctor_and_a_probe_touch_nothing() {
  mark
  mx doctor "$playbook" "${inputs[@]}" -i "outage_began=$(outage)"
  expect_said 0
  mx probe files.layout --host new present='[/etc/postfix]'
  expect_untouched 'doctor or probe'
}

# Which connections the laptop has begun, and what it has asked name servers; what ends an earlier connection is neither.
count_connections() {
  lab exec laptop nft 'add table inet seen; add chain inet seen output { type filter hook output priority -20; }
    add rule inet seen output oifname != "lo" tcp flags & (syn | ack) == syn counter
    add rule inet seen output oifname != "lo" udp dport 53 counter'
}
connections() { lab exec laptop nft list table inet seen | sed -nE 's/.*packets ([0-9]+).*/\1/p' | awk '{n += $1} END {print n + 0}'; }

case_a_bad_playbook_is_refused_with_line_and_column_and_nothing_is_connected() {
  local file bad=0
  trap 'lab exec laptop nft delete table inet seen' EXIT
  count_connections
  for file in "$checkout"/tests/unit/playbook/bad/*.yaml; do
    mx plan "/mxodus/${file#"$checkout/"}"
    expect_said 2 "${file##*/}:[0-9]+:[0-9]+"
    bad=$((bad + 1))
  done
  ((bad >= 20)) || fail "only $bad bad playbooks"
  expect_eq 'connections of the laptop' 0 "$(connections)"
  mx plan /mxodus/tests/e2e/playbooks/jobs.yaml
  expect_said 0
  [[ $(connections) -gt 0 ]] || fail 'what counts packets has not counted those of a good plan'
}

run_cases "$@"
