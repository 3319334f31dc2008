#!/usr/bin/env bash
# Six name servers on one host: unbound .53 (everybody's resolver), PowerDNS .54 (authority, with API),
# rbldnsd .55 (the blacklist bl.lab.test), BIND .56 (bind.test) and Knot .57 (knot.test), both by UPDATE,
# NSD .58 (second server of move.test).
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"
database=/var/lib/powerdns/pdns.sqlite3

# The DKIM record of acme.test: a TXT of strings of at most 255 bytes each.
dkim_record() {
  printf 'mail._domainkey TXT ('
  printf 'v=DKIM1; k=rsa; p=%s' "$(cat "$secrets/dkim.public")" | fold -w 250 | sed 's/.*/ "&"/' | tr -d '\n'
  echo ' )'
}

load_zones() {
  local zone file
  sqlite3 "$database" < /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
  for file in "$files"/zones/*; do
    zone=${file##*/}
    { grep -q ' SOA ' "$file" || cat "$files/zone-head"; cat "$file"; [[ $zone != acme.test ]] || dkim_record; } > "/tmp/$zone"
    [[ $zone != root ]] || zone=.
    pdnsutil load-zone "$zone" "/tmp/${file##*/}"
    # Without this a change by the API leaves the serial as it is.
    pdnsutil set-meta "$zone" SOA-EDIT-API INCREASE
  done
  for zone in signed.test bogus.signed.test; do
    pdnsutil secure-zone "$zone"
    pdnsutil rectify-zone "$zone"
  done
  pdnsutil set-kind move.test primary
  pdnsutil set-meta move.test ALLOW-AXFR-FROM 198.51.100.58
  chown -R pdns:pdns /var/lib/powerdns
}

# update_server USER CONFIGURATION TARGET NUMBER: the zone USER.test, changed by who holds the key lab-USER, lab-sha384 or
# lab-sha512.
update_server() {
  local zone=/var/lib/$1/$1.test
  install_template "$2" "$3" SECRET="$(< "$secrets/tsig-$1")" \
    SHA384="$(< "$secrets/tsig-sha384")" SHA512="$(< "$secrets/tsig-sha512")"
  chown "root:$1" "$3"
  chmod 640 "$3"
  [[ -s $zone ]] || install_template zone-updated "$zone" NUMBER="$4"
  chown "$1:$1" "$zone"
}

ssh_server 'Port 22'
authorize root operator

# All these packages want port 53 on every address at first.
systemctl mask --quiet --now rbldnsd.socket
systemctl stop pdns rbldnsd unbound named knot nsd
install -m 644 "$files/lab-addresses.service" /etc/systemd/system/lab-addresses.service
systemctl enable --quiet --now lab-addresses

install -d -o pdns -g pdns /var/lib/powerdns
rm -f /etc/powerdns/pdns.d/*
install -m 640 -g pdns "$files/pdns.conf" /etc/powerdns/pdns.conf
[[ -s $database ]] || load_zones

install -d -o rbldns -g rbldns /var/lib/rbldns/dnsbl
install -o rbldns -g rbldns -m 644 "$files/bl4" "$files/bl6" /var/lib/rbldns/dnsbl
install -m 644 "$files/rbldnsd.default" /etc/default/rbldnsd
install -m 755 "$files/lab-dnsbl" /usr/local/sbin/lab-dnsbl

update_server bind named.conf /etc/bind/named.conf 56
update_server knot knot.conf /etc/knot/knot.conf 57

install -m 644 "$files/unbound.conf" /etc/unbound/unbound.conf
install -m 644 "$files/nsd.conf" /etc/nsd/nsd.conf
install -D -m 644 "$files/nsd-after-pdns.conf" /etc/systemd/system/nsd.service.d/lab.conf
systemctl daemon-reload
systemctl reset-failed pdns rbldnsd unbound named knot nsd
systemctl restart pdns rbldnsd unbound named knot nsd
keep_journal
