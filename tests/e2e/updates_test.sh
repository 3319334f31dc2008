#!/usr/bin/env bash
# Zones of BIND and Knot, changed by updates that are signed: what these servers really say, take and refuse.
# shellcheck disable=SC2154 # $said and $code come from mx
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

servers='bind knot'
declare -A address=([bind]=198.51.100.56 [knot]=198.51.100.57) algorithm=([bind]=hmac-sha256 [knot]=hmac-sha512)

# ask SERVER NAME TYPE: what the server answers, without a resolver.
ask() { lab exec laptop dig +short +norecurse +time=2 +tries=1 "@${address[$1]}" "$2" "$3"; }
mail_at() { ask "$1" "mail.$1.test" A; }
serial_at() { ask "$1" "$1.test" SOA | cut -d' ' -f3; }
# update SERVER: the lines on stdin, by nsupdate and past mxodus.
update() {
  { printf '%s\n' "server ${address[$1]}" "zone $1.test"; cat; echo send; } |
    lab exec laptop sh -c "nsupdate -y ${algorithm[$1]}:lab-$1:\$(cat /home/op/.secrets/tsig_$1)"
}
set_mail() { printf '%s\n' "update delete mail.$1.test A" "update add mail.$1.test 60 A $2" | update "$1"; }

# prepare: both zones as they are provisioned, and no run.
prepare() {
  local server
  forget_runs
  take updates
  for server in $servers; do
    set_mail "$server" 198.51.100.10
    expect_eq "before, at $server" 198.51.100.10 "$(mail_at "$server")"
  done
}
edit() { as_op sed -i "$@" case/updates.yaml; }
# sign_with BITS: both zones by the key lab-shaBITS.
sign_with() {
  take updates
  edit -e "s/key_name: .*/key_name: lab-sha$1/" -e "s/algorithm: .*/algorithm: hmac-sha$1/" \
    -e "s|\.secrets/tsig_[a-z]*|.secrets/tsig_sha$1|"
  expect_eq 'zones that are signed so' 2 "$(as_op grep -cx "    algorithm: hmac-sha$1" case/updates.yaml)"
}

case_both_are_changed_by_one_update_each_and_put_back() {
  local server serials=()
  prepare
  for server in $servers; do serials+=("$(serial_at "$server")"); done
  mx run case/updates.yaml --yes
  expect_said 0
  for server in $servers; do expect_eq "record at $server" 198.51.100.20 "$(mail_at "$server")"; done
  expect_eq 'serial of BIND' $((serials[0] + 1)) "$(serial_at bind)"
  expect_eq 'serial of Knot' $((serials[1] + 1)) "$(serial_at knot)"
  mx rollback --yes
  expect_said 0
  for server in $servers; do expect_eq "put back at $server" 198.51.100.10 "$(mail_at "$server")"; done
}

case_what_somebody_else_writes_between_plan_and_run_is_drift_and_stays() {
  local server
  prepare
  mx plan case/updates.yaml -o case/reviewed
  expect_said 0
  for server in $servers; do
    set_mail "$server" 198.51.100.77
    expect_eq "by hand at $server" 198.51.100.77 "$(mail_at "$server")"
  done
  mx run --plan case/reviewed
  expect_said 5 'not what was reviewed' '198\.51\.100\.77'
  for server in $servers; do expect_eq "record at $server" 198.51.100.77 "$(mail_at "$server")"; done
}

ttl_at() { lab exec laptop dig +noall +answer +norecurse "@${address[$1]}" "mail.$1.test" A | tr -s '\t ' ' ' | cut -d' ' -f2; }

case_a_ttl_alone_that_somebody_else_sets_between_plan_and_run_is_drift_and_stays() {
  local server
  prepare
  mx plan case/updates.yaml -o case/reviewed
  expect_said 0
  for server in $servers; do
    printf '%s\n' "update delete mail.$server.test A" "update add mail.$server.test 3600 A 198.51.100.10" | update "$server"
    expect_eq "by hand at $server" 3600 "$(ttl_at "$server")"
  done
  mx run --plan case/reviewed
  expect_said 5 'not what was reviewed' '1h 198\.51\.100\.10'
  for server in $servers; do expect_eq "TTL at $server" 3600 "$(ttl_at "$server")"; done
}

case_updates_signed_by_longer_digests_are_taken() {
  local bits server
  for bits in 384 512; do
    prepare
    sign_with "$bits"
    mx run case/updates.yaml --yes
    expect_said 0
    for server in $servers; do expect_eq "by $bits bits, at $server" 198.51.100.20 "$(mail_at "$server")"; done
  done
}

case_a_wrong_secret_and_an_unknown_key_are_told_apart() {
  local bits
  prepare
  as_op sh -c 'umask 077; openssl rand -base64 32 > .secrets/tsig_wrong'
  edit 's|\.secrets/tsig_[a-z]*|.secrets/tsig_wrong|'
  mx plan case/updates.yaml
  expect_said 0 '198\.51\.100\.56 refuses our key: it has another secret for the key lab-bind .*NOTAUTH \(BADSIG\)' \
    '2001:db8:51::57 refuses our key: it has another secret for the key lab-knot .*NOTAUTH \(BADSIG\)'
  take updates
  edit 's/key_name: lab-/key_name: no-/'
  mx plan case/updates.yaml
  expect_said 0 'it does not know the key no-bind .*NOTAUTH \(BADKEY\)' 'it does not know the key no-knot .*NOTAUTH \(BADKEY\)'
  for bits in 384 512; do
    sign_with "$bits"
    edit 's|\.secrets/tsig_[a-z0-9]*|.secrets/tsig_wrong|'
    mx plan case/updates.yaml
    expect_said 0 "198\.51\.100\.56 .* another secret for the key lab-sha$bits .*BADSIG" \
      "2001:db8:51::57 .* another secret for the key lab-sha$bits .*BADSIG"
    sign_with "$bits"
    edit "s/algorithm: .*/algorithm: hmac-sha256/"
    mx plan case/updates.yaml
    expect_said 0 "198\.51\.100\.56 .*does not know the key lab-sha$bits [(]hmac-sha256[)] .*\`algorithm\`.*BADKEY" \
      "2001:db8:51::57 .*does not know the key lab-sha$bits [(]hmac-sha256[)] .*\`algorithm\`.*BADKEY"
  done
}

case_a_clock_that_is_off_is_told_with_the_time_of_the_server_and_nothing_is_written() {
  # The time of day alone, as where a clock was set wrong.
  local clock='env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f +10m' server
  prepare
  # shellcheck disable=SC2086 # words of a command
  (($(as_op $clock date +%s) - $(date +%s) >= 590)) || fail 'the clock of the operator is not shifted'
  code=0
  # shellcheck disable=SC2086
  said=$(as_op $clock mxodus run case/updates.yaml --yes </dev/null 2>&1) || code=$?
  said=$(tr -s ' \n' ' ' <<<"$said")
  expect_said 1 '198\.51\.100\.56 refuses our key: its clock says [^ ]+Z and is 10m from ours, where 5m are allowed; set the wrong one right, .*BADTIME' \
    '2001:db8:51::57 refuses our key: its clock says [^ ]+Z and is 10m from ours, .*BADTIME'
  for server in $servers; do expect_eq "record at $server" 198.51.100.10 "$(mail_at "$server")"; done
}

case_a_cname_beside_other_records_is_said_in_the_plan_and_taken_in_their_place() {
  prepare
  printf '%s\n' 'update delete mail.bind.test AAAA' 'update add mail.bind.test 8 AAAA 2001:db8:51::10' | update bind
  edit -e '/at_knot:/,+2d' -e 's/name: mail, type: A, data: 198.51.100.20/name: mail, type: CNAME, data: relay.bind.test./'
  mx plan case/updates.yaml
  expect_said 0 'CNAME of mail\.bind\.test cannot be written: the name has A, AAAA, and a CNAME stands alone'
  mx run case/updates.yaml --yes
  expect_said 1 'CNAME of mail\.bind\.test cannot be written'
  expect_eq record 198.51.100.10 "$(mail_at bind)"
  forget_runs
  take updates
  edit -e '/at_knot:/,+2d' -e 's/name: mail, type: A, data: 198.51.100.20/name: mail, type: CNAME, data: relay.bind.test./'
  edit 's/ttl: 1m}/ttl: 1m}, {name: mail, type: A, absent: true}, {name: mail, type: AAAA, absent: true}/'
  mx run case/updates.yaml --yes
  expect_said 0
  expect_eq 'the alias' relay.bind.test. "$(ask bind mail.bind.test CNAME)"
  mx rollback --yes
  expect_said 0
  expect_eq 'put back' '198.51.100.10 2001:db8:51::10' "$(mail_at bind) $(ask bind mail.bind.test AAAA)"
}

case_an_mx_without_address_is_refused_by_bind_and_nothing_is_written() {
  prepare
  edit -e '/at_knot:/,+2d' -e 's/name: mail, type: A, data: 198.51.100.20/name: "@", type: MX, data: "10 nowhere.bind.test."/'
  mx run case/updates.yaml --yes
  expect_said 1 '198\.51\.100\.56 refuses to change bind\.test, it said REFUSED: .*would have no address'
  expect_eq MX '10 mail.bind.test.' "$(ask bind bind.test MX)"
}

case_a_zone_of_3000_records_comes_over_in_many_messages() {
  local server
  prepare
  for server in $servers; do
    for ((i = 0; i < 3000; i++)); do
      echo "update add host$i.$server.test 60 TXT \"a text that makes the zone larger than one message of 64 KiB\""
      ((i % 300 < 299)) || echo send
    done | update "$server"
    expect_match "last record at $server" 'larger than' "$(ask "$server" "host2999.$server.test" TXT)"
  done
  mx run case/updates.yaml --yes
  expect_said 0
  for server in $servers; do expect_eq "record at $server" 198.51.100.20 "$(mail_at "$server")"; done
}

case_an_update_whose_answer_is_lost_is_settled_by_looking() {
  local before
  prepare
  edit '/at_knot:/,+2d'
  # Answers to updates (flags 0xa8 behind length and id) never leave the server.
  lab exec dns nft -f - <<'NFT'
table inet lost {
  chain out {
    type filter hook output priority 0;
    ip saddr 198.51.100.56 tcp sport 53 @ih,32,8 0xa8 counter drop
  }
}
NFT
  trap 'lab exec dns nft delete table inet lost' EXIT
  before=$(serial_at bind)
  mx run case/updates.yaml --yes
  expect_said 0
  expect_match 'lost answers' 'packets [1-9]' "$(lab exec dns nft list table inet lost)"
  expect_eq record 198.51.100.20 "$(mail_at bind)"
  expect_eq 'written once' $((before + 1)) "$(serial_at bind)"
}

# let_transfer WHOM: whom BIND lets transfer its zone from now on.
let_transfer() {
  lab exec dns sed -i "s/allow-transfer .*/allow-transfer { $1; };/" /etc/bind/named.conf
  lab exec dns systemctl restart named
}

case_without_transfers_records_are_asked_for_one_by_one() {
  prepare
  trap 'let_transfer "key lab-bind; key lab-sha384; key lab-sha512"' EXIT
  let_transfer none
  # shellcheck disable=SC2016 # the laptop's shell expands it
  expect_match 'transfer' 'Transfer failed' \
    "$(lab exec laptop sh -c 'dig @198.51.100.56 bind.test AXFR -y "hmac-sha256:lab-bind:$(cat /home/op/.secrets/tsig_bind)"')"
  mx run case/updates.yaml --yes
  expect_said 0
  expect_eq record 198.51.100.20 "$(mail_at bind)"
}

run_cases "$@"
