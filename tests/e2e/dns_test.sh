#!/usr/bin/env bash
# DNS as an operator meets it: a zone is switched and switched back, somebody else edits it, a server stays behind,
# signatures hold or do not, and something forgotten still leads to the old host.
# shellcheck disable=SC2154 # $said and $code come from mx
# shellcheck disable=SC2317 # wait_until calls what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

primary=198.51.100.54
second=198.51.100.58
resolver=198.51.100.53

# api METHOD PATH [BODY]: of PowerDNS, by hand, past mxodus.
api() {
  lab exec laptop curl -sS --fail -X "$1" -H 'X-API-Key: labkey' \
    "http://$primary:8081/api/v1/servers/localhost/zones$2" ${3:+-d "$3"}
}
# put ZONE NAME TYPE TTL DATA: one record as the whole RRset; NAME ends with a dot.
put() {
  api PATCH "/$1." "$(python3 -c '
import json, sys
zone, name, kind, ttl, data = sys.argv[1:]
print(json.dumps({"rrsets": [{"name": name, "type": kind, "ttl": int(ttl), "changetype": "REPLACE",
                              "records": [{"content": data, "disabled": False}]}]}))' "$@")"
}
# served SERVER [ZONE]: the RRsets that a switch changes, with their TTL, a line each.
served() {
  local zone=${2:-move.test}
  lab exec laptop dig +noall +answer +norecurse +time=2 +tries=1 "@$1" "mail.$zone" A "mail.$zone" AAAA "$zone" MX "$zone" TXT |
    tr -s '\t ' ' ' | LC_ALL=C sort
}
serial() { lab exec laptop dig +short +norecurse "@$1" move.test SOA | cut -d' ' -f3; }
both_have() { [[ $(serial "$primary") == "$(serial "$second")" ]]; }

# The zone as it is provisioned, on both servers.
reset_zone() {
  put move.test mail.move.test. A 8 198.51.100.10
  put move.test mail.move.test. AAAA 8 2001:db8:51::10
  put move.test move.test. MX 8 '10 mail.move.test.'
  put move.test move.test. TXT 8 '"v=spf1 ip4:198.51.100.10 ip6:2001:db8:51::10 -all"'
  wait_until 10 both_have
}

# edit SED...: the copy of the playbook that `take` made.
edit() { as_op sed -i "$@" case/dns-switch.yaml; }
# begun STEP: when its intent was written down, in seconds.
begun() {
  as_op mxodus log --json 2>/dev/null | python3 -c "
import json, sys, datetime
times = [event['utc'] for event in map(json.loads, sys.stdin) if (event['step'], event['type']) == ('$1', 'attempt_intent')]
print(int(datetime.datetime.fromisoformat(times[0].replace('Z', '+00:00')).timestamp()))"
}
# switched ZONE: what `served` shows after the switch.
switched() {
  LC_ALL=C sort <<RECORDS
mail.$1. 2 IN A 198.51.100.20
mail.$1. 2 IN AAAA 2001:db8:51::20
$1. 2 IN MX 5 relay.$1.
$1. 2 IN TXT "v=spf1 ip4:198.51.100.20 ip6:2001:db8:51::20 -all"
RECORDS
}
# switch_and_back ZONE SERVER...: TTLs down, wait parked, switch, resolvers follow, and all as it was, on each of these servers.
switch_and_back() {
  local zone=$1 before server
  shift
  before=$(served "$1" "$zone")
  mx run case/dns-switch.yaml --yes --stay 0s
  expect_said 4 'old_ttl_is_over'
  for server; do expect_eq "TTLs of $server" '2 2 2 2' "$(served "$server" "$zone" | cut -d' ' -f2 | paste -sd' ')"; done
  expect_eq 'data' "$(cut -d' ' -f1,4- <<<"$before")" "$(served "$1" "$zone" | cut -d' ' -f1,4-)"

  mx resume
  expect_said 0
  (($(begun switched) - $(begun lowered) >= 8)) || fail 'switched before the old TTL was over'
  for server; do expect_eq "switched on $server" "$(switched "$zone")" "$(served "$server" "$zone")"; done
  expect_eq 'what the resolver answers' 198.51.100.20 "$(lab exec laptop dig +short "mail.$zone" A)"

  mx rollback --yes
  expect_said 0
  for server; do expect_eq "as it was, on $server" "$before" "$(served "$server" "$zone")"; done
}

case_a_zone_is_switched_after_its_old_ttl_and_switched_back_with_powerdns() {
  forget_runs
  take dns-switch
  reset_zone
  switch_and_back move.test "$primary" "$second"
}

# switch_by_updates NAME NUMBER ALGORITHM: the same in NAME.test at 198.51.100.NUMBER, by UPDATE with the key lab-NAME.
switch_by_updates() {
  local zone=$1.test server=198.51.100.$2 key=/home/op/.secrets/tsig_$1
  forget_runs
  take dns-switch
  # TTLs, and the negative one of the SOA, that a test can wait for.
  lab exec laptop sh -c "nsupdate -y $3:lab-$1:\$(cat $key)" <<UPDATE
server $server
zone $zone
update add $zone 8 SOA ns.$zone hostmaster.$zone $(date +%s) 10800 3600 604800 3
update delete $zone MX
update add $zone 8 MX 10 mail.$zone
update delete $zone TXT
update add $zone 8 TXT "v=spf1 ip4:198.51.100.10 ip6:2001:db8:51::10 -all"
update delete mail.$zone
update add mail.$zone 8 A 198.51.100.10
update add mail.$zone 8 AAAA 2001:db8:51::10
update add relay.$zone 8 A 198.51.100.20
send
UPDATE
  edit -e "s|^  main: .*|  main: {provider: rfc2136, server: $server, zone: $zone, key_name: lab-$1, algorithm: $3, secret: \"\${secrets.key}\"}|" \
    -e "s|^  dns_token: .*|  key: {file: $key}|" -e "s/move\.test/$zone/g"
  switch_and_back "$zone" "$server" "2001:db8:51::$2"
}

case_a_zone_is_switched_and_switched_back_with_bind() { switch_by_updates bind 56 hmac-sha256; }
case_a_zone_is_switched_and_switched_back_with_knot() { switch_by_updates knot 57 hmac-sha512; }

case_records_find_their_zones_at_two_providers_by_their_names_alone() {
  local server=198.51.100.56
  forget_runs
  take two-zones
  expect_eq 'steps that name a zone' '' "$(as_op grep -E 'zone: (own|hosted|top)' case/two-zones.yaml || true)"
  reset_zone
  lab exec laptop sh -c "nsupdate -y hmac-sha256:lab-bind:\$(cat /home/op/.secrets/tsig_bind)" <<UPDATE
server $server
zone bind.test
update delete mail.bind.test A
update add mail.bind.test 60 A 198.51.100.10
send
UPDATE
  mail() { lab exec laptop dig +noall +answer +norecurse "@$1" "mail.$2" A | tr -s '\t ' ' ' | cut -d' ' -f2,5; }
  expect_eq 'before, at PowerDNS' '8 198.51.100.10' "$(mail $primary move.test)"
  expect_eq 'before, at BIND' '60 198.51.100.10' "$(mail $server bind.test)"

  mx run case/two-zones.yaml --yes
  expect_said 0
  expect_eq 'at PowerDNS' '8 198.51.100.20' "$(mail $primary move.test)"
  expect_eq 'at BIND' '30 198.51.100.20' "$(mail $server bind.test)"
  mx probe --playbook case/two-zones.yaml dns.records 'records=[{name: mail.bind.test, type: A, equals: 198.51.100.20}]'
  expect_said 0 '^ok all as wished on every name server of bind\.test'
  mx probe --playbook case/two-zones.yaml dns.ttl 'records=[{name: mail.bind.test, type: A}, {name: mail.move.test, type: A}]'
  expect_said 2 'bind\.test \(own\), and .mail\.move\.test. in move\.test \(hosted\)' 'write a step for each zone'
  mx rollback --yes
  expect_said 0
  expect_eq 'put back at PowerDNS' '8 198.51.100.10' "$(mail $primary move.test)"
  expect_eq 'put back at BIND' '60 198.51.100.10' "$(mail $server bind.test)"

  as_op sed -i 's/name: mail\.bind\.test\.,/name: mail.bind.example.,/' case/two-zones.yaml
  mx validate case/two-zones.yaml
  expect_said 2 'two-zones\.yaml:[0-9]+:[0-9]+: .*.mail\.bind\.example\.. is in no zone under .dns:.: there is move\.test \(hosted\), bind\.test \(own\), test \(top\)'
}

# anchor: the operator's resolver validates from signed.test on. The case ends with its old settings.
anchor() {
  local ds
  ds=$(lab exec dns pdnsutil export-zone-ds signed.test 2>/dev/null | sed -nE '/ DS [0-9]+ [0-9]+ 2 /s/ *;.*//p')
  as_op cp .config/mxodus/config.yaml case/config
  trap 'as_op cp case/config .config/mxodus/config.yaml' EXIT
  as_op sed -i "s/trust_anchors: \[\]/trust_anchors: [\"$ds\"]/" .config/mxodus/config.yaml
  as_op grep -q 'signed.test. IN DS' .config/mxodus/config.yaml
}
look() { mx probe --playbook case/dns-look.yaml "$@"; }

# keep_behind: NSD may not transfer move.test any more, until the case ends.
keep_behind() {
  trap 'lab exec dns sh -c "pdnsutil set-meta move.test ALLOW-AXFR-FROM 198.51.100.58; pdns_control notify move.test"' EXIT
  lab exec dns pdnsutil set-meta move.test ALLOW-AXFR-FROM
}

case_a_record_that_somebody_else_sets_between_plan_and_write_is_drift_and_stays() {
  local before
  forget_runs
  take dns-switch
  reset_zone
  mx run case/dns-switch.yaml --yes --stay 0s
  expect_said 4 'old_ttl_is_over'
  put move.test mail.move.test. A 2 198.51.100.77
  before=$(served "$primary")
  expect_match 'by hand' '2 IN A 198\.51\.100\.77' "$before"
  mx resume
  expect_said 5 'not what was reviewed' 'mail\.move\.test\. A: 8s 198\.51\.100\.10 → 8s 198\.51\.100\.20' \
    'mail\.move\.test\. A: 2s 198\.51\.100\.77 → 2s 198\.51\.100\.20' 'mxodus approve switched'
  expect_eq 'nothing overwritten' "$before" "$(served "$primary")"
  mx approve switched
  mx resume
  expect_said 0
  expect_match 'after the word' '2 IN A 198\.51\.100\.20' "$(served "$primary")"
}

case_a_second_server_that_may_not_transfer_the_zone_is_named() {
  forget_runs
  take dns-look
  reset_zone
  keep_behind
  put move.test mail.move.test. A 8 198.51.100.20
  expect_eq 'primary' 198.51.100.20 "$(lab exec laptop dig +short +norecurse @$primary mail.move.test A)"
  look dns.propagated domain=move.test resolvers=$resolver 'records=[{name: mail, type: A, equals: 198.51.100.20}]'
  expect_said 1 "^fail ns2\.lab\.test at 198\.51\.100\.58 answers 198\.51\.100\.10 for A of mail\.move\.test \(look whether it follows" \
    "ns2\.lab\.test at 198\.51\.100\.58 has serial [0-9]+ and ns\.lab\.test at [^ ]+ has [0-9]+" 'published +false'
  expect_silent_on 'ns\.lab\.test at [^ ]+ (answers|has serial [0-9]+ and)'
  look dns.delegation domain=move.test
  expect_said 0 '^warn the servers of move\.test have different serials: .*ns2\.lab\.test \(198\.51\.100\.58\) has'
}

case_a_second_attempt_does_not_take_the_lowered_ttl_for_the_old_one() {
  forget_runs
  take dns-switch
  reset_zone
  keep_behind
  mx run case/dns-switch.yaml --yes
  expect_said 1 'ns2\.lab\.test at [^ ]+ still gives A of mail\.move\.test a TTL of 8s and not 2s'
  expect_eq 'TTLs of the primary' '2 2 2 2' "$(served "$primary" | cut -d' ' -f2 | paste -sd' ')"
  lab exec dns sh -c 'pdnsutil set-meta move.test ALLOW-AXFR-FROM 198.51.100.58; pdns_control notify move.test'
  wait_until 20 both_have
  mx retry lowered
  mx resume --stay 0s
  expect_said 4 'A of mail\.move\.test \(2s\).* have the TTL that is wished already; since when, and what it was before, this look cannot tell' \
    'old_ttl_is_over'
  expect_match 'not switched' 'IN A 198\.51\.100\.10' "$(served "$primary")"
}

case_a_change_without_a_new_serial_never_reaches_the_second_server_and_it_is_named() {
  forget_runs
  take dns-look
  reset_zone
  trap 'lab exec dns pdnsutil set-meta move.test SOA-EDIT-API INCREASE' EXIT
  lab exec dns pdnsutil set-meta move.test SOA-EDIT-API
  put move.test mail.move.test. A 8 198.51.100.20
  sleep 3
  expect_eq 'the serial has not moved' "$(serial $primary)" "$(serial $second)"
  look dns.propagated domain=move.test resolvers=$resolver 'records=[{name: mail, type: A, equals: 198.51.100.20}]'
  expect_said 1 'ns2\.lab\.test at 198\.51\.100\.58 answers 198\.51\.100\.10 for A of mail\.move\.test'
  look dns.records zone=move 'records=[{name: mail, type: A, equals: 198.51.100.20}]'
  expect_said 1 'ns2\.lab\.test at 198\.51\.100\.58 answers 198\.51\.100\.10'
}

case_a_signed_zone_answers_secure() {
  forget_runs
  take dns-look
  anchor
  look dns.delegation domain=signed.test signed=true
  expect_said 0 'chain +secure'
  look dns.records zone=signed 'records=[{name: mail, type: A, equals: 198.51.100.10}]'
  expect_said 0 '^ok all as wished'
}

case_a_bogus_zone_is_unknown_and_called_bogus() {
  forget_runs
  take dns-look
  anchor
  expect_match 'without validation it answers' 198.51.100.10 "$(lab exec laptop dig +short mail.bogus.signed.test A)"
  look dns.records zone=bogus 'records=[{name: mail, type: A, equals: 198.51.100.10}]'
  expect_said 6 '^unknown .*: bogus [(].*compare the DS at the parent'
  look dns.mx domain=bogus.signed.test address=198.51.100.10
  expect_said 6 '^unknown .*: bogus'
  look dns.propagated domain=bogus.signed.test resolvers=$resolver 'records=[{name: mail, type: A, equals: 198.51.100.10}]'
  expect_said 6 '^unknown .*: bogus'
  look dns.spf domain=bogus.signed.test address=198.51.100.10
  expect_said 6 '^unknown .*: bogus'
}

# The zone stale.test: mail1, at 198.51.100.11 and 2001:db8:51::11, is the old host, and whatever begins alike is not.
stale_zone() {
  cat <<'ZONE'
$TTL 60
@             SOA    ns.lab.test. hostmaster.lab.test. 1 10800 3600 604800 60
@             NS     ns.lab.test.
@             MX     10 mail10
@             MX     20 mail1
@             TXT    "v=spf1 ip4:198.51.100.110 ip4:198.51.100.11 a:mail10.stale.test -all"
imap          A      198.51.100.11
imap          A      198.51.100.110
imap          AAAA   2001:db8:51::11
webmail       CNAME  mail1
list          CNAME  relay.other.test.
_imaps._tcp   SRV    0 1 993 mail1.stale.test.
www           HTTPS  1 mail1.stale.test. alpn=h2
shop          HTTPS  1 . ipv4hint=198.51.100.110,198.51.100.11
_25._tcp.mail1 TLSA  3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
branch        NS     mail1
branch        NS     ns.branch
ns.branch     A      198.51.100.11
; These only look alike.
mail10        A      198.51.100.110
mail10        AAAA   2001:db8:51::110
xmail1        A      198.51.100.1
mail1.shop    A      198.51.100.111
old           CNAME  mail10
depot         NS     ns.depot
ns.depot      A      198.51.100.110
news          CNAME  mail1.other.test.
_pop3s._tcp   SRV    0 1 995 mail10.stale.test.
_25._tcp.mail10 TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
note          TXT    "see 198.51.100.110, 198.51.100.1 and mail10.stale.test"
no            TXT    "v=spf1 -ip4:198.51.100.11 ip4:198.51.100.110 -all"
ZONE
}

case_a_stale_record_is_found_in_every_form_and_nothing_that_only_looks_alike() {
  local expected
  forget_runs
  take dns-look
  stale_zone | lab exec dns sh -c 'cat >/tmp/stale.test; pdnsutil load-zone stale.test /tmp/stale.test'
  put other.test relay.other.test. A 60 198.51.100.11
  put other.test mail1.other.test. A 60 198.51.100.110
  put 100.51.198.in-addr.arpa 11.100.51.198.in-addr.arpa. PTR 60 mail1.stale.test.
  put 100.51.198.in-addr.arpa 110.100.51.198.in-addr.arpa. PTR 60 mail10.stale.test.
  lab exec new-mx sh -c 'cat >/var/tmp/case/transport' <<'MAP'
# mail1.stale.test is remembered in a comment
list.stale.test   smtp:[mail1.stale.test]:25
shop.stale.test   smtp:[mail10.stale.test]:25
MAP
  lab exec new-mx sh -c 'cat >/var/tmp/case/main.cf' <<'MAIN'
relayhost = [198.51.100.11]:587
mynetworks = 198.51.100.110/32 [2001:db8:51::110]/128
MAIN
  lab exec new-mx sh -c 'printf "198.51.100.110 mail10\n2001:db8:51::11 imap\n" >/var/tmp/case/hosts'

  expected=$(LC_ALL=C sort <<'HITS'
A imap.stale.test 198.51.100.11
AAAA imap.stale.test 2001:db8:51::11
CNAME list.stale.test 198.51.100.11
CNAME webmail.stale.test mail1.stale.test
HTTPS shop.stale.test 198.51.100.11
HTTPS www.stale.test mail1.stale.test
MX stale.test mail1.stale.test
NS branch.stale.test mail1.stale.test
PTR 11.100.51.198.in-addr.arpa mail1.stale.test
SPF stale.test 198.51.100.11
SRV _imaps._tcp.stale.test mail1.stale.test
TLSA _25._tcp.mail1.stale.test mail1.stale.test
file new:/var/tmp/case/hosts:2 2001:db8:51::11
file new:/var/tmp/case/main.cf:1 198.51.100.11
file new:/var/tmp/case/transport:2 mail1.stale.test
glue ns.branch.stale.test 198.51.100.11
HITS
  )
  code=0
  said=$(as_op mxodus probe --json --playbook case/dns-look.yaml dns.scan zone=stale 'old_address=[198.51.100.11, "2001:db8:51::11"]' \
    old_name=mail1.stale.test 'files=[{host: new, path: /var/tmp/case/*}]' 2>/dev/null) || code=$?
  expect_eq 'exit code' 1 "$code"
  expect_eq 'hits' "$expected" "$(python3 -c '
import json, sys
for hit in json.load(sys.stdin)["found"]["outputs"]["hits"]:
    place = hit["where"] if hit["form"] == "file" else hit["name"]
    print(hit["form"], place, hit["leads_to"])' <<<"$said" | LC_ALL=C sort)"
  expect_eq 'where the glue is mended' 'change glue of ns.branch.stale.test, 198.51.100.11, in the zone stale.test at powerdns' "$(python3 -c '
import json, sys
print(next(hit["mend"] for hit in json.load(sys.stdin)["found"]["outputs"]["hits"] if hit["form"] == "glue"))' <<<"$said")"
}

# glue ZONE DATA...: the A of its name server, as the root has it. glue_of ZONE: what is told of it on the way there.
glue() {
  lab exec dns pdnsutil replace-rrset . "ns.$1.test" A 60 "${@:2}"
  lab exec dns pdns_control purge 'test$'
}
glue_of() { lab exec laptop dig +noall +additional +norecurse "@$primary" "$1.test" NS | sed -nE 's/.*\sA\s+//p' | LC_ALL=C sort; }

case_glue_that_the_parent_kept_is_found_where_the_zone_itself_has_the_new_address() {
  forget_runs
  take dns-look
  trap 'glue bind 198.51.100.56; glue knot 198.51.100.57' EXIT
  glue bind 198.51.100.11 198.51.100.56
  glue knot 198.51.100.110 198.51.100.57
  expect_eq 'glue of bind.test' $'198.51.100.11\n198.51.100.56' "$(glue_of bind)"
  expect_eq 'glue of knot.test' $'198.51.100.110\n198.51.100.57' "$(glue_of knot)"
  expect_eq 'what bind.test says itself' 198.51.100.56 "$(lab exec laptop dig +short +norecurse @198.51.100.56 ns.bind.test A)"
  look dns.scan domain='[bind.test, knot.test]' old_address=198.51.100.11
  expect_said 1 '^fail ns\.bind\.test glue leads to the old 198\.51\.100\.11' 'count +1 ' \
    'change glue of ns\.bind\.test, 198\.51\.100\.11, in the parent of bind\.test, where it is registered'
  expect_silent_on 'ns\.knot\.test'
}

run_cases "$@"
