#!/bin/sh
# install.sh ROLE: the packages of a role (common first), at build time; no service is started.
# Used by docker/lab for its layers and by docker/Dockerfile for images.
set -eu
role=$1
here=$(dirname "$0")
export DEBIAN_FRONTEND=noninteractive

mirror_in_use() {
  # shellcheck disable=SC2016 # apt-get expands $(SITE)
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' | head -n1
}

# restic alone comes from Debian 13: 12 has 0.14. Nothing else may follow it.
configure_apt() {
  cat > /etc/apt/apt.conf.d/90lab <<'CONF'
APT::Install-Recommends "0";
Acquire::Languages "none";
DPkg::Options {"--force-confold"; "--force-unsafe-io";};
CONF
  cat > /etc/dpkg/dpkg.cfg.d/90lab <<'CONF'
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
CONF
  cat > /etc/apt/preferences.d/lab <<'CONF'
Package: *
Pin: release n=trixie
Pin-Priority: -10

Package: restic
Pin: version 0.18.*
Pin-Priority: 990
CONF
  # The mirror that bookworm comes from has trixie too. An image's lists are empty at first.
  mirror=$(mirror_in_use)
  [ -n "$mirror" ] || { apt-get -qq update; mirror=$(mirror_in_use); }
  echo "deb $mirror trixie main" > /etc/apt/sources.list.d/trixie.list
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  apt-get -qq update
}

install_list() {
  xargs apt-get -qq install -y --no-install-recommends < "$here/$1.txt"
}

printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# The lab builds `common` as a layer of its own below the roles; an image has one step.
if [ ! -e /etc/apt/preferences.d/lab ]; then
  configure_apt
  install_list common
  ln -sf /dev/null /etc/systemd/system/apt-daily.timer
  ln -sf /dev/null /etc/systemd/system/apt-daily-upgrade.timer
fi
[ "$role" = common ] || install_list "$role"
apt-get clean
rm -f /usr/sbin/policy-rc.d
