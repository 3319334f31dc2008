# shellcheck shell=bash
# A mail host: Postfix and Dovecot for one domain, mail in Maildir below $store, owned by vmail.
store=/var/vmail

# vmail_user UID
vmail_user() {
  getent group vmail >/dev/null || groupadd --gid "$1" vmail
  id vmail >/dev/null 2>&1 || useradd --uid "$1" --gid vmail --home-dir "$store" --shell /usr/sbin/nologin vmail
  install -d -o vmail -g vmail -m 770 "$store"
}

tls_certificate() {
  install -d -m 755 /etc/ssl/mail
  install -m 644 "$secrets/$HOSTNAME.crt" /etc/ssl/mail/mail.crt
  install -m 600 "$secrets/$HOSTNAME.key" /etc/ssl/mail/mail.key
}

# configure_postfix FQDN DOMAIN
configure_postfix() {
  local service
  echo "$1" > /etc/mailname
  [[ -e /etc/postfix/master.cf ]] || cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
  install_template postfix-main.cf /etc/postfix/main.cf FQDN="$1" DOMAIN="$2"
  postconf -Me 'submission/inet=submission inet n - y - - smtpd' 'submissions/inet=submissions inet n - y - - smtpd'
  for service in submission submissions; do
    postconf -Pe "$service/inet/syslog_name=postfix/$service" "$service/inet/smtpd_sasl_auth_enable=yes" \
      "$service/inet/smtpd_client_restrictions=permit_sasl_authenticated,reject"
  done
  postconf -Pe submission/inet/smtpd_tls_security_level=encrypt submissions/inet/smtpd_tls_wrappermode=yes
}

configure_dovecot() {
  install_template dovecot-local.conf /etc/dovecot/local.conf STORE="$store"
  sed -i 's/^!include auth-system.conf.ext/#&/' /etc/dovecot/conf.d/10-auth.conf
}

# mailboxes DOMAIN USER:PASSWORD...: the salt is the user's name, so both mail hosts hold the same hashes.
mailboxes() {
  local domain=$1 pair user password
  shift
  : > /etc/postfix/vmailbox
  : > /etc/dovecot/users
  for pair in "$@"; do
    user=${pair%%:*} password=${pair#*:}
    echo "$user@$domain $domain/$user/" >> /etc/postfix/vmailbox
    echo "$user@$domain:{SHA512-CRYPT}$(openssl passwd -6 -salt "lab$user" "$password")" >> /etc/dovecot/users
  done
  chgrp dovecot /etc/dovecot/users
  chmod 640 /etc/dovecot/users
}

dkim_key() {
  install -d -m 755 /etc/opendkim /etc/opendkim/keys
  install -d -m 700 /etc/opendkim/keys/acme.test
  install -m 600 "$secrets/dkim.private" /etc/opendkim/keys/acme.test/mail.private
  echo 'mail._domainkey.acme.test acme.test:mail:/etc/opendkim/keys/acme.test/mail.private' > /etc/opendkim/KeyTable
  echo '*@acme.test mail._domainkey.acme.test' > /etc/opendkim/SigningTable
}

# The twenty users of acme.test: u01 with password pw01, and so on; the same configuration on both hosts.
acme_mail_host() {
  local number users=()
  for number in $(seq -w 20); do users+=("u$number:pw$number"); done
  vmail_user "$2"
  tls_certificate
  configure_postfix "$1" acme.test
  configure_dovecot
  mailboxes acme.test "${users[@]}"
  install -m 644 "$files/acme-aliases" /etc/postfix/aliases-virtual
  dkim_key
}

start_mail() {
  systemctl enable --quiet postfix dovecot
  systemctl restart postfix dovecot
}
