#!/usr/bin/env bash
# Name servers that are asked from a host, through its SSH connection.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"

server=198.51.100.54
mail='records=[{name: mail, type: A, equals: 198.51.100.10}]'

# The zone's server goes on answering the lab's resolver and `outside`, and nothing comes back to the laptop.
hide_from_laptop() {
  lab exec dns nft "add table inet fault; add chain inet fault input { type filter hook input priority -10; }
    add rule inet fault input ip saddr 198.51.100.100 ip daddr $server th dport 53 drop
    add rule inet fault input ip6 saddr 2001:db8:51::100 ip6 daddr 2001:db8:51::54 th dport 53 drop"
}
show_again() { lab exec dns nft 'delete table inet fault' 2>/dev/null || true; }

case_a_server_that_hides_from_the_laptop_is_asked_from_another_host() {
  trap show_again EXIT
  expect_exit 0 as_op mxodus probe dns.propagated domain=acme.test "$mail" old_ttl=1s changed_at=2024-05-11T07:07Z
  hide_from_laptop
  local seen
  seen=$(expect_exit 6 as_op mxodus probe dns.propagated domain=acme.test "$mail" old_ttl=1s changed_at=2024-05-11T07:07Z)
  expect_match 'what the laptop sees' 'does not say what A of mail.acme.test is: timeout' "$(tr -s ' \n' ' ' <<<"$seen")"
  expect_exit 0 as_op mxodus probe dns.propagated --from out domain=acme.test "$mail" old_ttl=1s changed_at=2024-05-11T07:07Z
}

case_what_a_host_cannot_reach_either_is_unknown_and_says_from_where() {
  trap show_again EXIT
  lab exec dns nft "add table inet fault; add chain inet fault input { type filter hook input priority -10; }
    add rule inet fault input ip daddr $server tcp dport 53 reject with tcp reset"
  local seen
  seen=$(expect_exit 6 as_op mxodus probe dns.propagated --from out domain=acme.test "$mail" old_ttl=1s changed_at=2024-05-11T07:07Z)
  expect_match 'the reason' "$server port 53 refuses connections from out" "$(tr -s ' \n' ' ' <<<"$seen")"
}

# A server on `outside` that says in its reply to EHLO where it sees its client, as Exim and Google do, and takes all mail.
greet_with_address() {
  # shellcheck disable=SC2016 # these are Perl's
  lab exec outside systemd-run --quiet --unit=greets perl -MIO::Socket::IP -e '
    my $server = IO::Socket::IP->new(LocalHost => "0.0.0.0", LocalPort => 2525, Listen => 5, ReuseAddr => 1) or die;
    while (my $client = $server->accept) {
      my $seen = $client->peerhost;
      print $client "220 mx.other.test\r\n";
      while (<$client>) {
        print $client /^EHLO/ ? "250-mx.other.test Hello [$seen]\r\n250 SIZE\r\n" : /^QUIT/ ? "221 bye\r\n" : "250 ok\r\n";
        last if /^QUIT/;
      }
      close $client;
    }'
  wait_until 10 lab exec outside sh -c 'ss -ltn | grep -q :2525'
}
# Mail from new-mx leaves by an address that nobody gave to anybody, as behind the NAT of a data centre.
leave_by_another_address() {
  lab exec new-mx ip address add 198.51.100.21/32 dev eth0
  lab exec new-mx nft 'add table ip fault; add chain ip fault out { type nat hook postrouting priority 100; }
    add rule ip fault out tcp dport 2525 counter snat to 198.51.100.21'
}
leave_as_before() {
  lab exec outside systemctl stop greets 2>/dev/null || true
  lab exec new-mx nft delete table ip fault 2>/dev/null || true
  lab exec new-mx ip address del 198.51.100.21/32 dev eth0 2>/dev/null || true
}

case_an_address_that_nobody_knew_mail_leaves_from_is_found() {
  trap leave_as_before EXIT
  local seen look=(mxodus probe net.reach --from new 'to=198.51.100.200:2525' protocol=smtp certificate=ignore)
  greet_with_address
  expect_exit 0 as_op "${look[@]}" 'seen_as=[198.51.100.20, "2001:db8:51::20"]' >/dev/null
  leave_by_another_address
  seen=$(expect_exit 1 as_op "${look[@]}" 'seen_as=[198.51.100.20, "2001:db8:51::20"]')
  expect_match 'what it says' 'the server sees us at 198.51.100.21 and not at 198.51.100.20' "$(tr -s ' \n' ' ' <<<"$seen")"
  expect_match 'the fault' 'packets [1-9]' "$(lab exec new-mx nft list table ip fault)"
}

case_a_server_that_relays_for_strangers_is_found() {
  trap leave_as_before EXIT
  local seen
  greet_with_address
  seen=$(expect_exit 1 as_op mxodus probe net.reach --from new 'to=198.51.100.200:2525' protocol=smtp certificate=ignore \
    'refuses=[postmaster@example.com]')
  expect_match 'what it says' 'takes mail for postmaster@example.com .*which it must refuse' "$(tr -s ' \n' ' ' <<<"$seen")"
  expect_exit 0 as_op mxodus probe net.reach --from new to=198.51.100.200 protocol=smtp certificate=ignore \
    'refuses=[postmaster@example.com, nobody-has-this@other.test]' >/dev/null
}

run_cases "$@"
