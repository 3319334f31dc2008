#!/usr/bin/env bash
# The plan of each ready playbook against the lab, as recorded. MXODUS_ACCEPT=1 records what is seen.
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/move.sh
source "${0%/*}/move.sh"

# Stages, steps with what each would do, changes word by word, and the last lines. What a look found (free room, clock,
# how the old host is silent) differs from minute to minute and is left out.
essence() {
  sed -E 's/(snapshot |restore )[0-9a-f]{8}/\1--------/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}/YYYY-MM-DDThh:mm:ss/g' | awk '
    /^  host / || /^  input / || /^          / || /^$/ { next }
    NR == 1 { print $1; next }
    /^Would fail/ { only_named = 1 }
    /^  [^ ] / { print "  " $1, $2, (only_named || $2 == "old_is_gone[here]" ? "" : $3 == "would" ? "would fail" : $3); next }
    { print }'
}

case_of_the_emergency_move_is_as_recorded() {
  local golden=$checkout/tests/golden/plans/emergency-move.txt seen
  lab cut old-mx
  lab exec dns lab-dnsbl add 198.51.100.20
  seen=$(as_op mxodus plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" 2>/dev/null | essence)
  lab heal old-mx
  lab exec dns lab-dnsbl remove 198.51.100.20
  if [[ -n ${MXODUS_ACCEPT:-} ]]; then
    mkdir -p "${golden%/*}"
    printf '%s\n' "$seen" > "$golden"
  fi
  diff -u "$golden" <(printf '%s\n' "$seen")
}

case_to_a_host_without_ipv6_takes_the_old_aaaa_away() {
  local seen
  seen=$(as_op mxodus plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" -i new_addresses=198.51.100.20 2>/dev/null)
  expect_match 'the address' '[+] 1m 198.51.100.20' "$seen"
  expect_match 'the old AAAA' '- 1m 2001:db8:51::10' "$seen"
  expect_eq 'AAAA that would be written' 0 "$(grep -c '[+] [12]m 2001:' <<<"$seen" || true)"
}

case_to_a_host_without_ipv4_takes_the_old_a_away() {
  local seen
  seen=$(as_op mxodus plan "$playbook" "${inputs[@]}" -i "outage_began=$(outage)" -i new_addresses=2001:db8:51::20 2>/dev/null)
  expect_match 'the address' '[+] 1m 2001:db8:51::20' "$seen"
  expect_match 'the old A' '- 1m 198.51.100.10' "$seen"
  expect_eq 'A that would be written' 0 "$(grep -c '[+] [12]m 198.51.100' <<<"$seen" || true)"
}

run_cases "$@"
