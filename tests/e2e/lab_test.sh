#!/usr/bin/env bash
# The lab itself: what the other end-to-end tests rest on.
# shellcheck disable=SC2317 # wait_until and expect_exit call what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"

hosts='old-mx new-mx backup dns outside laptop'
resolve() { lab exec laptop dig +short +time=2 +tries=1 "$@"; }
# set_address ZONE LABEL ADDRESS: by the API of PowerDNS.
set_address() {
  lab exec laptop curl -sS --fail -X PATCH -H 'X-API-Key: labkey' "http://198.51.100.54:8081/api/v1/servers/localhost/zones/$1." -d \
    "{\"rrsets\": [{\"name\": \"$2.$1.\", \"type\": \"A\", \"ttl\": 3, \"changetype\": \"REPLACE\", \"records\": [{\"content\": \"$3\", \"disabled\": false}]}]}"
}

case_every_host_runs_all_its_units() {
  local host
  for host in $hosts; do
    expect_eq "state of $host" running "$(lab exec "$host" systemctl is-system-running)"
  done
}

case_every_host_reaches_every_other_over_ipv4_and_ipv6() {
  local host
  for host in $hosts; do
    # shellcheck disable=SC2016 # expanded on the host
    lab exec "$host" sh -c 'for number in 10 20 30 53 54 55 56 57 58 100 200; do
      ping -q -c1 -W2 198.51.100.$number && ping -q -c1 -W2 2001:db8:51::$number || exit 1
    done'
  done
}

case_exec_passes_stdin_and_the_exit_code_on() {
  expect_eq 'stdin' 'through the wall' "$(echo 'through the wall' | lab exec backup cat)"
  expect_exit 7 lab exec backup sh -c 'exit 7'
  expect_eq 'user' op "$(as_op whoami)"
  expect_eq 'directory' /home/op "$(as_op pwd)"
}

case_the_operator_reaches_all_hosts_by_their_ssh_names() {
  local name
  for name in old:old-mx backup:backup out:outside ns:dns new:new-mx; do
    expect_eq "host behind ${name%:*}" "${name#*:}" "$(as_op ssh -o BatchMode=yes "${name%:*}" hostname)"
  done
  expect_eq 'sudo on new-mx' root "$(as_op ssh -o BatchMode=yes new sudo -n whoami)"
}

case_new_mx_takes_ssh_from_the_jump_host_only() {
  expect_exit 1 lab exec laptop nc -z -w2 198.51.100.20 2222
  expect_exit 1 lab exec laptop nc -z -w2 2001:db8:51::20 2222
  lab exec outside nc -z -w2 198.51.100.20 2222
  lab exec outside nc -z -w2 2001:db8:51::20 2222
}

case_old_mx_holds_4000_messages_of_20_users() {
  local store=/srv/vmail/acme.test
  expect_eq messages 4000 "$(lab exec old-mx find $store -regex '.*/\(cur\|new\)/[^/]*' -type f | wc -l)"
  expect_eq users 20 "$(lab exec old-mx ls $store | wc -l)"
  expect_eq 'folders of u20' $'Archive\nArchive.2023\nDevis & factures\nINBOX\nÉléments envoyés' \
    "$(lab exec old-mx doveadm mailbox list -u u20@acme.test | LC_ALL=C sort)"
  expect_eq 'others than vmail' '' "$(lab exec old-mx find $store ! -user vmail)"
}

case_vmail_has_another_uid_on_new_mx_and_nothing_is_there() {
  expect_eq 'uid on old-mx' 5000 "$(lab exec old-mx id -u vmail)"
  expect_eq 'uid on new-mx' 2000 "$(lab exec new-mx id -u vmail)"
  expect_eq 'store' '' "$(lab exec new-mx find /var/vmail -mindepth 1)"
  expect_eq 'postfix' inactive "$(lab exec new-mx systemctl is-active postfix@-.service || true)"
  expect_eq 'dovecot' inactive "$(lab exec new-mx systemctl is-active dovecot || true)"
}

case_mail_from_outside_arrives_over_both_families_with_verified_tls() {
  local family
  for family in 4 6; do
    lab exec outside swaks "-$family" --silent 2 --from alice@other.test --to info@acme.test \
      --server mail.acme.test --tls-verify --header "Subject: by IPv$family"
    wait_until 20 lab exec old-mx sh -c "doveadm search -u u02@acme.test header subject 'by IPv$family' | grep -q ."
  done
}

case_a_user_submits_to_outside_and_fetches_by_imap() {
  lab exec laptop swaks --silent 2 --server mail.acme.test --port 465 --tls-on-connect --tls-verify \
    --auth-user u01@acme.test --auth-password pw01 --from u01@acme.test --to bob@other.test --header 'Subject: out'
  wait_until 20 lab exec outside sh -c "doveadm search -u bob@other.test header subject out | grep -q ."
  expect_match 'inbox by IMAPS' 'EXISTS' \
    "$(lab exec laptop curl -sSv --user u01@acme.test:pw01 imaps://mail.acme.test/ -X 'EXAMINE INBOX' 2>&1)"
  expect_exit 67 lab exec laptop curl -sS --user u01@acme.test:wrong imaps://mail.acme.test/
}

case_sieve_sorts_what_comes_in() {
  lab exec outside swaks --silent 2 --from alice@other.test --to u01@acme.test --server mail.acme.test \
    --header 'Subject: Devis sorted'
  wait_until 20 lab exec old-mx sh -c \
    "doveadm search -u u01@acme.test mailbox 'Devis & factures' header subject 'Devis sorted' | grep -q ."
}

case_new_mx_reads_the_snapshots_as_root_and_as_the_sudo_user() {
  local repository=sftp:restic@backup.lab.test:/srv/restic/repo user
  for user in root ops; do
    expect_eq "snapshots seen by $user" $'archive-mx nightly /var/vmail\nold-mx nightly /etc\nold-mx nightly /var/vmail\nold-mx older /var/vmail' \
      "$(echo labrestic | lab exec -u "$user" new-mx restic --no-lock --no-cache --json -r $repository snapshots |
        lab exec backup jq -r '.[] | "\(.hostname) \(.tags[0]) \(.paths[0])"' | sort)"
  done
  expect_match 'restic' 'restic 0\.18\.' "$(lab exec new-mx restic version)"
}

case_the_nightly_backup_is_five_hours_older_than_the_outage() {
  local repository=/srv/restic/repo backup outage
  outage=$(lab exec backup cat /etc/outage-began)
  backup=$(lab exec -u restic backup env RESTIC_PASSWORD=labrestic restic --no-cache -r $repository snapshots --json --tag nightly |
    lab exec backup jq -r '.[0].time')
  expect_eq 'hours between' 5 $((($(date -d "$outage" +%s) - $(date -d "$backup" +%s)) / 3600))
}

case_a_change_by_the_api_moves_the_serial_and_is_resolved_when_the_ttl_is_over() {
  local serial
  set_address lab.test moved 198.51.100.1
  expect_eq 'first answer' 198.51.100.1 "$(resolve moved.lab.test)"
  serial=$(resolve @198.51.100.54 lab.test SOA | cut -d' ' -f3)
  set_address lab.test moved 198.51.100.2
  expect_eq 'authority' 198.51.100.2 "$(resolve @198.51.100.54 moved.lab.test)"
  expect_eq 'serial' $((serial + 1)) "$(resolve @2001:db8:51::54 lab.test SOA | cut -d' ' -f3)"
  is_resolved() { [[ $(resolve moved.lab.test) == 198.51.100.2 ]]; }
  wait_until 10 is_resolved
}

case_the_second_server_of_move_test_follows_unless_it_is_kept_behind() {
  second() { resolve @2001:db8:51::58 extra.move.test; }
  follows() { [[ $(second) == "$1" ]]; }
  set_address move.test extra 198.51.100.1
  wait_until 10 follows 198.51.100.1
  lab exec dns pdnsutil set-meta move.test ALLOW-AXFR-FROM
  set_address move.test extra 198.51.100.2
  sleep 3
  expect_eq 'first' 198.51.100.2 "$(resolve @198.51.100.54 extra.move.test)"
  expect_eq 'second' 198.51.100.1 "$(second)"
  lab exec dns pdnsutil set-meta move.test ALLOW-AXFR-FROM 198.51.100.58
  set_address move.test extra 198.51.100.3
  wait_until 10 follows 198.51.100.3
}

case_signed_test_validates_and_bogus_signed_test_does_not() {
  local anchor
  # "signed.test. IN DS 1234 13 2 ABCD ( NOTE )", as an anchor of delv
  anchor=$(lab exec dns pdnsutil export-zone-ds signed.test 2>/dev/null | awk '$6 == 2 {print $1, "static-ds", $4, $5, $6, "\"" $7 "\";"}')
  lab exec laptop sh -c "echo 'trust-anchors { $anchor };' >/var/tmp/anchor"
  validate() { lab exec laptop delv -a /var/tmp/anchor +root=signed.test @198.51.100.53 "$@" 2>&1; }
  expect_match 'signed' 'fully validated' "$(validate mail.signed.test A)"
  expect_match 'bogus' 'broken trust chain|no valid' "$(validate mail.bogus.signed.test A || true)"
}

case_bind_and_knot_take_updates_signed_with_their_own_key_only() {
  local server name number algorithm update
  for server in bind:56:hmac-sha256 knot:57:hmac-sha512; do
    IFS=: read -r name number algorithm <<< "$server"
    update="printf '%s\n' 'server 198.51.100.$number' 'zone $name.test' 'update add new.$name.test 60 A 192.0.2.1' send"
    expect_exit 2 lab exec laptop sh -c "$update | nsupdate"
    expect_eq "before, at $name" '' "$(resolve "@198.51.100.$number" "new.$name.test")"
    lab exec laptop sh -c "$update | nsupdate -y $algorithm:lab-$name:\$(cat /home/op/.secrets/tsig_$name)"
    expect_eq "by IPv6, at $name" 192.0.2.1 "$(resolve "@2001:db8:51::$number" "new.$name.test")"
    expect_eq "MX that the resolver finds" "10 mail.$name.test." "$(resolve "$name.test" MX)"
  done
}

case_names_of_mail_agree_in_both_directions() {
  expect_eq MX '10 mail.acme.test.' "$(resolve acme.test MX)"
  expect_eq 'PTR by IPv4' new-mx.acme.test. "$(resolve -x 198.51.100.20)"
  expect_eq 'PTR by IPv6' new-mx.acme.test. "$(resolve -x 2001:db8:51::20)"
  expect_match DKIM '^"v=DKIM1; k=rsa; p=MII' "$(resolve mail._domainkey.acme.test TXT)"
  expect_match 'names outside of the lab' 'status: NXDOMAIN' "$(lab exec laptop dig +time=2 example.org)"
}

case_the_blacklist_lists_and_delists_both_families() {
  local reverse address
  for address in 198.51.100.20 2001:db8:51::20; do
    reverse=$(lab exec laptop dig -x "$address" | sed -n 's/^;\(.*\)\.\(in-addr\|ip6\)\.arpa\..*PTR$/\1/p')
    is_listed() { [[ $(resolve @198.51.100.55 "$reverse.bl.lab.test") == 127.0.0.2 ]]; }
    is_clean() { [[ -z $(resolve @198.51.100.55 "$reverse.bl.lab.test") ]]; }
    is_clean
    lab exec dns lab-dnsbl add "$address"
    wait_until 10 is_listed
    lab exec dns lab-dnsbl remove "$address"
    wait_until 10 is_clean
  done
  expect_eq 'test entry' 127.0.0.2 "$(resolve 2.0.0.127.bl.lab.test)"
}

case_outside_refuses_what_the_blacklist_lists() {
  lab exec dns lab-dnsbl add 198.51.100.20
  refuses() {
    [[ $(lab exec new-mx swaks -4 --from u01@acme.test --to bob@other.test --server mail.other.test 2>&1) == *'blocked using bl.lab.test'* ]]
  }
  wait_until 20 refuses
  lab exec dns lab-dnsbl remove 198.51.100.20
}

case_a_cut_cable_is_silent_and_healing_brings_the_host_back() {
  ping_new() { lab exec laptop ping -q -c1 -W1 198.51.100.20 >/dev/null; }
  ping_new
  lab cut new-mx
  expect_exit 1 ping_new
  expect_match status 'new-mx .*cut +on' "$(lab status)"
  lab heal new-mx
  wait_until 10 ping_new
}

case_a_throttled_cable_is_slow_until_the_throttle_ends() {
  local started=$SECONDS
  # 1 MiB at 2 Mbit/s takes four seconds, and never less than three.
  lab throttle backup 2mbit
  expect_eq bytes 1048576 "$(as_op ssh backup head -c 1048576 /dev/zero | wc -c)"
  ((SECONDS - started >= 3)) || fail "the throttle did not take hold: $((SECONDS - started)) s"
  lab unthrottle backup
  expect_match 'qdisc' 'noqueue' "$(lab exec backup tc qdisc show dev eth0)"
}

case_a_power_cut_keeps_what_was_written_and_gives_a_new_boot_id() {
  local before after
  before=$(lab exec old-mx cat /proc/sys/kernel/random/boot_id)
  lab exec old-mx sh -c 'echo kept > /var/tmp/mark && sync'
  lab stop old-mx
  expect_exit 1 lab exec laptop ping -q -c1 -W1 198.51.100.10
  expect_exit 125 lab exec old-mx true
  lab start old-mx
  after=$(lab exec old-mx cat /proc/sys/kernel/random/boot_id)
  expect_match 'boot_id' '^[0-9a-f-]{36}$' "$after"
  [[ $after != "$before" ]] || fail 'the boot_id is the old one'
  expect_match 'journal' "\"_BOOT_ID\":\"${after//-/}\"" "$(lab exec old-mx journalctl -b 0 -n1 -o json)"
  expect_eq data kept "$(lab exec old-mx cat /var/tmp/mark)"
  lab exec laptop ping -q -c1 -W2 2001:db8:51::10
}

case_reset_gives_one_host_its_first_state_back() {
  local other
  other=$(lab exec dns cat /proc/sys/kernel/random/boot_id)
  lab exec new-mx touch /var/vmail/left-over
  lab reset new-mx
  expect_eq store '' "$(lab exec new-mx find /var/vmail -mindepth 1)"
  expect_eq 'boot_id of another host' "$other" "$(lab exec dns cat /proc/sys/kernel/random/boot_id)"
}

case_the_checkout_is_on_the_laptop_and_cannot_be_written() {
  expect_eq 'licence' "$(cat "$checkout/LICENSE")" "$(as_op cat /mxodus/LICENSE)"
  expect_exit 1 lab exec laptop touch /mxodus/written
}

case_two_labs_run_side_by_side_and_the_machine_stays_as_it_was() {
  local before other=test-$$
  machine() { ip -o address; ip route; ip -6 route; ip -o link; nft list ruleset; uname -n; cat /proc/sys/kernel/random/boot_id /proc/sys/net/ipv4/ip_forward; }
  second() { MXODUS_LAB=$other lab "$@"; }
  before=$(machine | sed 's/ [a-z_]*_lft [0-9a-z]*//g')
  # shellcheck disable=SC2064 # what it is now: the variable is gone by then
  trap "MXODUS_LAB=$other lab down" EXIT
  second up
  expect_eq 'the machine with two labs' "$before" "$(machine | sed 's/ [a-z_]*_lft [0-9a-z]*//g')"
  [[ $before != *198.51.100.* ]] || fail 'the machine has an address or a route of the lab'
  second exec laptop ping -q -c1 -W2 198.51.100.10
  second cut old-mx
  expect_exit 1 second exec laptop ping -q -c1 -W1 198.51.100.10
  lab exec laptop ping -q -c1 -W2 198.51.100.10
  second down
  trap - EXIT
  expect_eq 'the machine afterwards' "$before" "$(machine | sed 's/ [a-z_]*_lft [0-9a-z]*//g')"
  expect_exit 1 second status
  lab status
}

run_cases "$@"
