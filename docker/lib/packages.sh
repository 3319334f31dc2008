# shellcheck shell=bash
# Installs Debian packages from the lists in docker/packages, only where some are missing.

packages_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../packages" && pwd)

# Prints those packages of the named lists that are not installed.
missing_packages() {
  local list package state
  for list in "$@"; do
    while read -r package; do
      state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) || state=
      [[ $state == ii* ]] || echo "$package"
    done < "$packages_dir/$list.txt"
  done
}

# Installs what the named lists ask for; fails with one sentence when that takes root and there is none.
install_packages() {
  local missing=() as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null && [[ ! -t 0 ]]; then
      echo "Debian packages are missing and this user is neither root nor may use sudo; as root, run: apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
  "${as_root[@]}" timeout 600 apt-get -qq update </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 1800 \
    apt-get -qq install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}
