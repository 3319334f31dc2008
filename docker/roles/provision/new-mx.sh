#!/usr/bin/env bash
# The host that mail moves to: configured, stopped, empty. Reached only as a sudo user on another port,
# through `outside`; its vmail has another uid.
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"
# shellcheck source=docker/roles/provision/mail.sh
source "${0%/*}/mail.sh"

add_user ops
install -m 440 <(echo 'ops ALL=(ALL) NOPASSWD: ALL') /etc/sudoers.d/ops
ssh_server 'Port 2222' 'PermitRootLogin no'
authorize ops operator
ssh_client ops backup-client
ssh_client root backup-client
install -m 755 "$files/new-mx.nft" /etc/nftables.conf
systemctl enable --quiet --now nftables

acme_mail_host new-mx.acme.test 2000
systemctl disable --quiet --now postfix dovecot
keep_journal
