#!/usr/bin/env bash
# Another mail provider, other.test: sends, receives, asks the lab's blacklist, and is the jump host to new-mx.
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"
# shellcheck source=docker/roles/provision/mail.sh
source "${0%/*}/mail.sh"

ssh_server 'Port 22'
authorize root operator
vmail_user 5000
tls_certificate
configure_postfix mail.other.test other.test
postconf -e 'smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_rbl_client bl.lab.test'
# An smtpd remembers the blacklist's answers as long as it lives.
postconf -e 'max_use = 1'
configure_dovecot
mailboxes other.test alice:alice bob:bob
echo 'postmaster@other.test alice@other.test' > /etc/postfix/aliases-virtual
start_mail
keep_journal
