#!/usr/bin/env bash
# The backup server: a restic repository that user `restic` serves by sftp.
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"

ssh_server 'Port 22'
authorize root operator
add_user restic
authorize restic backup-client
install -d -o restic -g restic -m 700 /srv/restic
[[ -e /srv/restic/repo/config ]] ||
  RESTIC_PASSWORD=labrestic runuser -u restic -- restic --quiet --no-cache --repo /srv/restic/repo init

# The provisioned state may be kept for weeks; the nightly snapshots are dated at the first boot from it.
install -m 755 "$files/date-snapshots" /usr/local/sbin/date-snapshots
install -m 644 "$files/date-snapshots.service" /etc/systemd/system/date-snapshots.service
systemctl enable --quiet date-snapshots
keep_journal
