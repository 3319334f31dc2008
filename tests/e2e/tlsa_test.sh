#!/usr/bin/env bash
# DANE for real: a signed zone, its TLSA records, and mail servers that show their certificates.
# shellcheck disable=SC2154 # $said and $code come from mx
# shellcheck disable=SC2317 # wait_until calls what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

old=198.51.100.10
new=198.51.100.200 # another host with another key

# record_of ADDRESS: "3 1 1" of what the mail server there shows, by openssl.
record_of() {
  # shellcheck disable=SC2016 # the laptop's shell expands it
  lab exec laptop sh -c 'echo 3 1 1 "$(openssl s_client -starttls smtp -connect "$1:25" </dev/null 2>/dev/null |
    openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d" " -f1)"' sh "$1"
}

# sign_zone: knot.test is signed, and the operator's resolver validates from there on, until the case ends.
sign_zone() {
  local ds
  trap 'as_op mv .config/mxodus/kept .config/mxodus/config.yaml; lab exec dns sh -c "sed -i /dnssec-signing/d /etc/knot/knot.conf; systemctl restart knot"' EXIT
  lab exec dns sh -c 'sed -i "s/^    acl: lab/&\n    dnssec-signing: on/" /etc/knot/knot.conf && systemctl restart knot'
  is_signed() { lab exec laptop dig +dnssec +norecurse @198.51.100.57 knot.test MX | grep -q RRSIG; }
  wait_until 20 is_signed
  ds=$(lab exec dns keymgr knot.test ds | sed -n 's/ DS \([0-9]* [0-9]* 2\)/ IN DS \1/p')
  as_op cp .config/mxodus/config.yaml .config/mxodus/kept
  as_op sed -i "s/trust_anchors: \[\]/trust_anchors: [\"$ds\"]/" .config/mxodus/config.yaml
  as_op grep -q 'knot.test. IN DS' .config/mxodus/config.yaml
}

prepare() {
  forget_runs
  take tlsa
  sign_zone
}

# publish_and_look ADDRESS RECORD...: with these as the only records; looked at from the other provider.
publish_and_look() {
  local at=$1 records
  shift
  records=$(printf '%s,' "$@")
  mx run case/tlsa.yaml --yes -i "records=${records%,}" -i "at=$at"
}

case_the_record_of_the_key_that_is_shown_holds() {
  prepare
  publish_and_look "$old" "$(record_of $old)"
  expect_said 0 'mail\.knot\.test \[198\.51\.100\.10\] matches 1 of 1 TLSA records'
}

case_a_new_host_with_another_key_fails_until_its_record_stands_beside_the_old_one() {
  local of_old of_new
  prepare
  of_old=$(record_of $old)
  of_new=$(record_of $new)
  publish_and_look "$new" "$of_old"
  expect_said 1 'no TLSA record at _25\._tcp\.mail\.knot\.test matches what mail\.knot\.test \[198\.51\.100\.200\] shows' \
    "publish at _25\._tcp\.mail\.knot\.test TLSA $of_new beside what is there"
  forget_runs
  take tlsa
  publish_and_look "$new" "$of_old" "$of_new"
  expect_said 0 '\[198\.51\.100\.200\] matches 1 of 2 TLSA records'
}

case_a_zone_that_is_not_signed_has_records_that_no_sender_goes_by() {
  forget_runs
  take tlsa
  publish_and_look "$old" "$(record_of $old)"
  expect_said 1 'not secure by DNSSEC'
}

run_cases "$@"
