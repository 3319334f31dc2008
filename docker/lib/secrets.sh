# shellcheck shell=bash
# Throw-away keys of the lab: its CA, certificates, SSH keys, DKIM key and TSIG keys. Made once a machine, kept in
# the cache, seen by hosts only while they are provisioned.

secrets_dir=$cache/secrets-$(digest "$hosts_table" lib/secrets.sh)

# server_certificate NAME DNS...: signed by the lab's CA.
server_certificate() {
  local name=$1 names
  shift
  names=$(printf 'DNS:%s,' "$@")
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$name.key" -out "$name.csr" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$name.crt" \
    -extfile <(echo "subjectAltName=${names%,}") 2>/dev/null
  rm "$name.csr"
}

# One line of known_hosts with every name and address the host is reached by.
known_host() {
  local host=$1 number port fqdn name names=()
  number=$(number_of "$host") fqdn=$(host_field "$host" 4) port=$(host_field "$host" 5)
  for name in "$fqdn" "$ipv4_prefix.$number" "$ipv6_prefix:$number"; do
    if ((port == 22)); then names+=("$name"); else names+=("[$name]:$port"); fi
  done
  echo "$(IFS=,; echo "${names[*]}") $(cut -d' ' -f1,2 "host-$host.pub")"
}

# make_secrets DIRECTORY
make_secrets() (
  umask 077
  mkdir -p "$1"
  cd "$1" || exit 1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=Lab CA" -days 3650 \
    -keyout ca.key -out ca.crt 2>/dev/null
  server_certificate old-mx mail.acme.test imap.acme.test old-mx.acme.test
  server_certificate new-mx mail.acme.test imap.acme.test new-mx.acme.test
  server_certificate outside mail.other.test
  ssh-keygen -q -t ed25519 -N '' -C operator -f operator
  ssh-keygen -q -t ed25519 -N '' -C backup-client -f backup-client
  for host in $hosts; do
    ssh-keygen -q -t ed25519 -N '' -C "$host" -f "host-$host"
    known_host "$host"
  done > known_hosts
  openssl genrsa -out dkim.private 2048 2>/dev/null
  openssl rsa -in dkim.private -pubout -outform DER 2>/dev/null | base64 -w0 > dkim.public
  openssl rand -base64 32 > tsig-bind
  openssl rand -base64 48 > tsig-knot
  openssl rand -base64 48 > tsig-sha384
  openssl rand -base64 64 | tr -d '\n' > tsig-sha512
)

ensure_secrets() {
  [[ ! -d $secrets_dir ]] || return 0
  rm -rf "$secrets_dir.new"
  make_secrets "$secrets_dir.new"
  mv "$secrets_dir.new" "$secrets_dir"
}
