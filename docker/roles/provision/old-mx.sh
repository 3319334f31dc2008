#!/usr/bin/env bash
# The host that mail moves away from: serving, with 4,000 messages, backed up on `backup`.
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"
# shellcheck source=docker/roles/provision/mail.sh
source "${0%/*}/mail.sh"
# As where the mail program runs in a container: it calls its store /var/vmail, and so do its backups.
store=/srv/vmail
repository=sftp:restic@backup.lab.test:/srv/restic/repo

# seed_mail FIRST LAST: the mailboxes of these users, 200 messages each.
seed_mail() {
  /opt/lab/seed-maildir "$store/acme.test" "$1" "$2" 200
  chown -R vmail:vmail "$store"
}

sieve_filter() {
  local home=$store/acme.test/u01
  install -D -o vmail -g vmail -m 600 "$files/u01.sieve" "$home/sieve/devis.sieve"
  ln -sfn sieve/devis.sieve "$home/.dovecot.sieve"
  chown -h vmail:vmail "$home" "$home/sieve" "$home/.dovecot.sieve"
}

# backup TAG [RESTIC OPTIONS...] PATH
backup() {
  RESTIC_PASSWORD=labrestic timeout 60 restic --repo "$repository" --quiet backup --tag "$@"
}

# backup_mail TAG [RESTIC OPTIONS...]
backup_mail() {
  install -d /var/vmail
  mount --bind "$store" /var/vmail
  backup "$@" /var/vmail
  umount /var/vmail
  rmdir /var/vmail
}

ssh_server 'Port 22'
authorize root operator
ssh_client root backup-client
acme_mail_host old-mx.acme.test 5000
start_mail

if [[ ! -d $store/acme.test/u20 ]]; then
  # Two snapshots that a restore must not take: an older one, and one of another host; both of ten users only.
  seed_mail 1 10
  sieve_filter
  # Some mailboxes have been opened, so that they hold Dovecot's own files too.
  for user in u01 u02 u03; do doveadm index -u "$user@acme.test" '*'; done
  backup_mail older --time "$(date -d '-53 hours' '+%F %T')"
  backup_mail nightly --host archive-mx
  backup nightly /etc
  seed_mail 11 20
  backup_mail nightly
fi
keep_journal
