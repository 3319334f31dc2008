# shellcheck shell=bash
# What every part of the lab shares: where things are, which hosts there are, how to say and to fail.

docker_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
checkout=$(dirname "$docker_dir")
roles_dir=$docker_dir/roles

# One lab a checkout: the id goes into the names of namespaces, cgroups and directories.
lab_id=${MXODUS_LAB:-$(printf %s "$checkout" | sha256sum | cut -c1-8)}
# Layers of hosts' roots, keyed by their sources, shared by all checkouts.
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/mxodus-lab
# What this lab's hosts have written; gone after `down`. Not on tmpfs: mailboxes live here.
state=${MXODUS_LAB_STATE:-/var/lib/mxodus-lab}/$lab_id

ipv4_prefix=198.51.100
ipv6_prefix=2001:db8:51:

# name, role, last part of both addresses, name in DNS, SSH port
hosts_table='
old-mx  mx      10  old-mx.acme.test  22
new-mx  mx      20  new-mx.acme.test  2222
backup  backup  30  backup.lab.test   22
dns     dns     53  dns.lab.test      22
outside mx      200 mail.other.test   22
laptop  laptop  100 laptop.lab.test   22
'
hosts=$(awk 'NF {print $1}' <<<"$hosts_table")
roles=$(awk 'NF {print $2}' <<<"$hosts_table" | sort -u)

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# host_field HOST COLUMN
host_field() { awk -v host="$1" -v column="$2" '$1 == host {print $column}' <<<"$hosts_table"; }
role_of() { host_field "$1" 2; }
number_of() { host_field "$1" 3; }

require_host() {
  [[ -n ${1:-} ]] || die "name a host: ${hosts//$'\n'/ }"
  [[ -n $(role_of "$1") ]] || die "there is no host '$1' in the lab; it has: ${hosts//$'\n'/ }"
}

# within SECONDS CMD...: repeats CMD until it succeeds; fails when the time is over.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# digest WORDS FILE...: twelve hex digits over the words and the files' names and contents, the same in every checkout.
digest() {
  local words=$1
  shift
  { echo "$words"; (cd "$docker_dir" && sha256sum -- "$@"); } | sha256sum | cut -c1-12
}

[[ $lab_id =~ ^[a-z0-9][a-z0-9-]{0,15}$ ]] || die "MXODUS_LAB must be at most 16 of a-z, 0-9 and '-', not '$lab_id'"
