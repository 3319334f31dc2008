# shellcheck shell=bash
# The emergency move as an operator drives it who finds all well. For tests that come after support.sh.

playbook=/mxodus/playbooks/emergency-move.yaml
inputs=(--inputs /mxodus/docker/emergency-move.inputs.yaml)

outage() { lab exec backup cat /etc/outage-began; }
status_field() { as_op mxodus status --json --no-look 2>/dev/null | python3 -c "import json,sys; s=json.load(sys.stdin); print($1)"; }
output_of() { status_field "next(i['outputs']['$2'] for i in s['items'] if i['step'] == '$1')"; }
state_of() { status_field "next((i['state'] for i in s['items'] if i['step'] == '$1'), 'pending')"; }

back_up_new_host() {
  lab exec new-mx env RESTIC_PASSWORD=labrestic \
    restic --repo sftp:restic@backup.lab.test:/srv/restic/repo --quiet backup /var/vmail
}

# Answers every open gate as an operator would who finds all well, and does what no word replaces.
answer_gates() {
  local step kind
  while read -r step kind; do
    case $step:$kind in
      :) ;;
      backup_here:*) back_up_new_host ;;
      *:checklist) as_op mxodus answer "$step" --all ok ;;
      *) as_op mxodus approve "$step" ;;
    esac </dev/null >/dev/null
  done < <(status_field "'\n'.join(g['step'] + ' ' + g['kind'] for g in s['gates'])")
}

# Resumes and answers until the step has begun or ended.
go_on_until() {
  local step=$1 round
  for ((round = 0; round < 20; round++)); do
    [[ $(state_of "$step") == pending ]] || return 0
    answer_gates
    as_op mxodus resume --now --stay 30s >/dev/null 2>&1 || [[ $? == 4 ]]
  done
  fail "$step has not begun after $round rounds"
}

# Content and name of every message; Dovecot's own files change whenever it looks.
store_sums() { lab exec "$1" sh -c "cd '$2' && find . -type f ! -name 'dovecot*' ! -name 'maildirsize' -exec sha1sum {} + | LC_ALL=C sort -k2 | sha1sum"; }

# What the move must come to, however it was interrupted.
expect_moved() {
  local name
  expect_eq 'stores' "$(store_sums old-mx /srv/vmail_deprecated)" "$(store_sums new-mx /var/vmail)"
  expect_eq 'messages' 4000 "$(lab exec new-mx sh -c "find /var/vmail -type f \( -path '*/cur/*' -o -path '*/new/*' \) | wc -l")"
  expect_eq 'files of somebody else' 0 "$(lab exec new-mx sh -c 'find /var/vmail \( ! -user vmail -o ! -group vmail \) | wc -l')"
  expect_eq 'MX' '10 mail.acme.test.' "$(lab exec outside dig +short MX acme.test)"
  for name in mail imap; do
    expect_eq "A of $name" 198.51.100.20 "$(lab exec outside dig +short A "$name.acme.test")"
    expect_eq "AAAA of $name" 2001:db8:51::20 "$(lab exec outside dig +short AAAA "$name.acme.test")"
  done
  for name in 198.51.100.20 2001:db8:51::20; do
    expect_eq "PTR of $name" new-mx.acme.test. "$(lab exec outside dig +short -x "$name")"
  done
  expect_match 'SPF' 'a:new-mx.acme.test' "$(lab exec outside dig +short TXT acme.test)"
}
