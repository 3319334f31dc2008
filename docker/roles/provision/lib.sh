# shellcheck shell=bash
# What every host's provisioning begins with. Runs inside the booted host as root; /lab holds the lab's
# keys, /opt/lab these files. Everything here may run twice.
set -euo pipefail
secrets=/lab
files=/opt/lab/files

# install_template FILE TARGET NAME=VALUE...: replaces each @NAME@.
install_template() {
  local source=$1 target=$2 pair program=()
  shift 2
  for pair in "$@"; do program+=(-e "s|@${pair%%=*}@|${pair#*=}|g"); done
  sed "${program[@]}" "$files/$source" > "$target"
}

trust_lab_ca() {
  local certificate=/usr/local/share/ca-certificates/lab.crt
  ! cmp -s "$secrets/ca.crt" "$certificate" || return 0
  install -m 644 "$secrets/ca.crt" "$certificate"
  # What update-ca-certificates would do, without its seconds for a hundred other certificates.
  cat "$certificate" >> /etc/ssl/certs/ca-certificates.crt
  ln -sf "$certificate" "/etc/ssl/certs/$(openssl x509 -hash -noout -in "$certificate").0"
}

# ssh_server OPTION...: the host's own key and only that; options as lines of sshd_config.
ssh_server() {
  local key=/etc/ssh/ssh_host_ed25519_key
  rm -f /etc/ssh/ssh_host_*
  install -m 600 "$secrets/host-$HOSTNAME" "$key"
  install -m 644 "$secrets/host-$HOSTNAME.pub" "$key.pub"
  printf '%s\n' "HostKey $key" "$@" > /etc/ssh/sshd_config.d/lab.conf
  systemctl restart ssh
}

# ssh_directory USER: makes ~USER/.ssh and prints its path.
ssh_directory() {
  local home
  home=$(getent passwd "$1" | cut -d: -f6)
  install -d -o "$1" -g "$1" -m 700 "$home/.ssh"
  echo "$home/.ssh"
}

# authorize USER KEY: the holder of the lab's KEY may log in as USER.
authorize() { install -o "$1" -g "$1" -m 600 "$secrets/$2.pub" "$(ssh_directory "$1")/authorized_keys"; }

# ssh_client USER KEY: USER holds the lab's KEY and knows all host keys.
ssh_client() {
  local directory
  directory=$(ssh_directory "$1")
  install -o "$1" -g "$1" -m 600 "$secrets/$2" "$directory/id_ed25519"
  install -o "$1" -g "$1" -m 644 "$secrets/known_hosts" "$directory/known_hosts"
}

# add_user USER [USERADD OPTIONS...]
add_user() { id "$1" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "${@:2}" "$1"; }

# From now on the journal outlives a loss of power, as evidence must.
keep_journal() { install -d -g systemd-journal -m 2755 /var/log/journal; }

trust_lab_ca
