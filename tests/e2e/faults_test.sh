#!/usr/bin/env bash
# What goes wrong at night: each fault is told in a sentence that names what, where, what was seen and what to do;
# nothing is begun that could not be begun; and once it is mended the run comes to its end.
# shellcheck disable=SC2016,SC2064,SC2317 # inner shells expand, traps know the case, wait_until calls what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

playbooks=/mxodus/tests/e2e/playbooks
restore=$playbooks/restore.yaml

on_new() { lab exec new-mx "$@"; }
messages() { on_new sh -c "find /var/vmail -type f \( -path '*/cur/*' -o -path '*/new/*' \) | wc -l"; }
restic_writes() { on_new sh -c 'pgrep -x restic >/dev/null && [ -d /var/vmail/acme.test ]'; }

# As after `up`: no run, nothing restored.
begin() {
  forget_runs
  on_new sh -c 'find /var/vmail -mindepth 1 -delete; rm -f /var/.vmail.mxodus-restore'
}

# replace FILE TEXT: a file of the operator, until the case ends.
replace() {
  local file=$1
  as_op cp -p "$file" "$file.kept"
  trap "as_op mv -f '$file.kept' '$file'" EXIT
  printf '%s\n' "$2" | as_op sh -c 'cat >"$1"' sh "$file"
}
put_back() { as_op cp -p "$1.kept" "$1"; }

# expect_whole_restore JOBS: retried and gone on with, the restore ends well; so many jobs in all.
expect_whole_restore() {
  mx resume
  expect_said 0
  expect_eq 'messages' 4000 "$(messages)"
  expect_eq 'jobs of the restore' "$1" "$(jobs_of restore)"
}

# expect_unusable HOST WORDS: the plan says why the host cannot be asked, and what to do; no run begins.
expect_unusable() {
  mx plan "$restore"
  expect_said 5 "host $1 +cannot be asked: .*$2" 'The plan is incomplete' 'Nothing has been changed' 'Next: mxodus doctor'
  mx run "$restore" --yes
  expect_said 5 "host $1 could not be asked: .*$2" "or say may_be_down: true of $1"
  expect_eq 'runs' '' "$(as_op sh -c 'ls ~/.local/state/mxodus/runs 2>/dev/null || true')"
}

case_a_wrong_restic_password() {
  begin
  replace .secrets/restic_password wrong-password
  mx run "$restore" --yes
  expect_said 1 'new: the password in secret restic_password does not open sftp:restic@backup.lab.test:/srv/restic/repo; put the right one there; exit status 12 \(Fatal: wrong password or no key found\)'
  expect_silent_on wrong-password
  expect_eq 'jobs' 0 "$(jobs_of restore)"
  put_back .secrets/restic_password
  mx retry backup
  expect_whole_restore 1
}

# --- disks -----------------------------------------------------------------------------------------------------

# small_disk SIZE FOLDER: a tmpfs of that size there, until the case ends.
small_disk() {
  on_new mkdir -p "$2"
  on_new mount -t tmpfs -o "size=$1" tmpfs "$2"
  trap "on_new umount '$2'" EXIT
}

case_a_disk_too_small_is_seen_in_the_plan_and_nothing_begins() {
  begin
  small_disk 8m /var/vmail
  mx plan "$restore"
  expect_said 0 'restore would fail new: /var/vmail needs 4[0-9.]+ MiB and has 8\.0 MiB free; make room there'
  mx run "$restore" --yes
  expect_said 1 '/var/vmail needs .* make room there'
  expect_eq 'jobs' 0 "$(jobs_of restore)"
  on_new mount -o remount,size=100m /var/vmail
  mx retry restore
  expect_whole_restore 1
}

case_a_disk_that_fills_during_the_restore() {
  local run
  begin
  small_disk 60m /var/vmail
  lab throttle backup 6mbit
  as_op mxodus run "$restore" --yes >"/tmp/mxodus-faults-$$" 2>&1 </dev/null &
  run=$!
  wait_until 60 restic_writes
  on_new sh -c 'head -c 100M /dev/zero >/var/vmail/filler 2>/dev/null || true'
  expect_eq 'room left' 0 "$(on_new df --output=avail /var/vmail | tail -n1 | tr -d ' ')"
  lab unthrottle backup
  code=0
  wait "$run" || code=$?
  said=$(tr -s ' \n' ' ' <"/tmp/mxodus-faults-$$")
  rm "/tmp/mxodus-faults-$$"
  expect_said 1 'new: the disk is full; make room there and run the step again, it goes on with what is there'
  on_new rm /var/vmail/filler
  mx retry restore
  # The first try ended, and was known to have ended: this is the second.
  expect_whole_restore 2
}

case_a_host_without_room_for_the_records_of_a_job() {
  begin
  small_disk 64k /var/lib/mxodus
  on_new sh -c 'head -c 100k /dev/zero >/var/lib/mxodus/filler 2>/dev/null || true'
  mx run "$restore" --yes
  expect_said 1 'host new could not keep the records of jobs: .*; 0 KiB free in /var/lib/mxodus; look at the space'
  expect_eq 'jobs' 0 "$(jobs_of restore)"
  on_new mount -o remount,size=1m /var/lib/mxodus
  mx retry restore
  expect_whole_restore 1
}

# --- who may log in --------------------------------------------------------------------------------------------

case_an_unknown_host_key() {
  begin
  replace .ssh/known_hosts ''
  expect_unusable new 'mail.other.test port 22 shows the host key SHA256:[A-Za-z0-9+/]+ \(ssh-ed25519\), which is not known here.*connect once by `ssh out`, or write `host_key: SHA256:'
  mx doctor "$restore"
  expect_said 1 'SHA256:[A-Za-z0-9+/]+.*connect once by `ssh out`, or write `host_key: SHA256:'
  put_back .ssh/known_hosts
  mx run "$restore" --yes
  expect_said 0
}

case_a_changed_host_key() {
  begin
  replace .ssh/known_hosts "$(as_op sed 's/ssh-ed25519 .*/ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGa5Vf8kmDlT2bIKbOkuYdDV3WFAZHRLTdsvoLqsHaXE/' .ssh/known_hosts)"
  expect_unusable new 'the host key of mail.other.test port 22 has changed: it shows SHA256:.* another one stands at /home/op/.ssh/known_hosts:[0-9]+.*ssh-keygen -R mail.other.test'
  put_back .ssh/known_hosts
  mx plan "$restore"
  expect_said 0 'restore change'
}

case_a_host_key_that_changes_during_a_run_is_never_accepted() {
  begin
  take revision
  mx run case/revision.yaml --yes
  expect_said 4
  replace .ssh/known_hosts "$(as_op sed 's/ssh-ed25519 .*/ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGa5Vf8kmDlT2bIKbOkuYdDV3WFAZHRLTdsvoLqsHaXE/' .ssh/known_hosts)"
  mx approve go
  mx resume --stay 1s
  [[ $code == [1456] ]] || fail "exit code $code: $said"
  expect_match output 'the host key of mail.other.test port 22 has changed' "$said"
  expect_eq 'jobs' 0 "$(jobs_of last)"
  put_back .ssh/known_hosts
  mx retry last
  mx resume --now
  expect_said 0
  expect_eq 'jobs' 1 "$(jobs_of last)"
}

case_sudo_is_refused() {
  begin
  on_new mv /etc/sudoers.d/ops /root/ops
  trap 'on_new mv /root/ops /etc/sudoers.d/ops' EXIT
  expect_unusable new 'sudo on host new does not let ops work without a password .*visudo -f /etc/sudoers.d/mxodus. there: ops ALL=\(root\) NOPASSWD: ALL'
}

# --- engines ---------------------------------------------------------------------------------------------------

# without PROGRAM: on new-mx, until the case ends.
without() {
  on_new mv "/usr/bin/$1" "/usr/bin/$1.away"
  trap "on_new sh -c '[ ! -e /usr/bin/$1.away ] || mv /usr/bin/$1.away /usr/bin/$1'" EXIT
}

case_rclone_is_missing() {
  begin
  without rclone
  mx run "$playbooks/compare.yaml" --yes
  expect_said 1 'new: rclone is not installed; install it there'
  expect_eq 'jobs' 0 "$(jobs_of same)"
  on_new mv /usr/bin/rclone.away /usr/bin/rclone
  mx retry same
  mx resume
  expect_said 0 'files compared'
}

case_restic_is_missing() {
  begin
  without restic
  mx run "$restore" --yes
  expect_said 1 'new: restic is not installed; install it there, 0\.16 or later'
  expect_eq 'jobs' 0 "$(jobs_of restore)"
}

# --- providers -------------------------------------------------------------------------------------------------

record() { lab exec laptop dig +short +norecurse @198.51.100.54 moved.lab.test A; }
expect_record_is_set() {
  mx retry moved
  mx resume
  expect_said 0
  expect_eq 'record' 198.51.100.20 "$(record)"
}
no_record() { lab exec laptop curl -sS --fail -X PATCH -H 'X-API-Key: labkey' http://198.51.100.54:8081/api/v1/servers/localhost/zones/lab.test. -d \
  '{"rrsets": [{"name": "moved.lab.test.", "type": "A", "changetype": "DELETE"}]}'; }

case_the_provider_refuses_the_key() {
  begin
  no_record
  replace .secrets/dns_token wrong-token
  mx plan "$playbooks/record.yaml"
  expect_said 0 'moved would fail'
  mx run "$playbooks/record.yaml" --yes
  expect_said 1 'the PowerDNS API at http://198.51.100.54:8081 refuses our key: compare the token of the zone lab.test in the playbook with api-key'
  expect_silent_on wrong-token
  expect_eq 'record' '' "$(record)"
  put_back .secrets/dns_token
  expect_record_is_set
}

case_the_provider_fails() {
  local database=/var/lib/powerdns/pdns.sqlite3
  begin
  no_record
  lab exec dns sqlite3 $database 'ALTER TABLE records RENAME TO kept'
  trap "lab exec dns sqlite3 $database 'ALTER TABLE kept RENAME TO records' 2>/dev/null || true" EXIT
  mx plan "$playbooks/record.yaml"
  expect_said 0 'moved unknown'
  mx run "$playbooks/record.yaml" --yes
  expect_said 6 'the PowerDNS API at http://198.51.100.54:8081 failed with status 500, it said: .*; see what pdns logged there'
  lab exec dns sqlite3 $database 'ALTER TABLE kept RENAME TO records'
  expect_record_is_set
}

# --- ports -----------------------------------------------------------------------------------------------------

# block PORT VERDICT: what comes to this port of old-mx, until the case ends.
block() {
  lab exec old-mx nft "add table inet fault; add chain inet fault input { type filter hook input priority -10; }; add rule inet fault input tcp dport $1 $2"
  trap 'unblock' EXIT
}
unblock() { lab exec old-mx nft 'delete table inet fault' 2>/dev/null || true; }

case_a_filtered_port() {
  begin
  block 25 drop
  mx run "$playbooks/reach.yaml" --yes
  expect_said 1 'from here: 198.51.100.10 port 25 \(IPv4\): nothing came back within 3s: a firewall on the way drops it, or the host is down'
  unblock
  mx retry smtp
  mx resume
  expect_said 0
}

case_a_refused_port_is_another_answer() {
  begin
  block 25 'reject with tcp reset'
  mx run "$playbooks/reach.yaml" --yes
  expect_said 1 '198.51.100.10 port 25 \(IPv4\): the connection is refused: nothing listens there, or a firewall rejects it'
}

case_the_ssh_port_of_a_host_is_filtered() {
  begin
  replace .ssh/config "$(as_op sh -c 'cat .ssh/config; printf "Host *\n  ConnectTimeout 3\n"')"
  lab exec old-mx nft "add table inet fault; add chain inet fault input { type filter hook input priority -10; }; add rule inet fault input tcp dport 22 drop"
  trap 'unblock; as_op mv -f .ssh/config.kept .ssh/config' EXIT
  mx run "$playbooks/reach.yaml" --yes
  expect_said 5 'host old could not be asked: old-mx.acme.test port 22 did not answer in time .*silent.*: filtered, down' 'may_be_down: true of old'
  unblock
  mx run "$playbooks/reach.yaml" --yes
  expect_said 0
}

run_cases "$@"
