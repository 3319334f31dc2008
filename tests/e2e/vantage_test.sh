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

run_cases "$@"
