# shellcheck shell=bash
# The lab as a whole: can it run here, up, down, reset, status.

# Prints one sentence when this machine cannot run the lab, and fails.
check_machine() {
  local tool probe
  if ((EUID != 0)); then echo "the lab needs root"; return 1; fi
  for tool in debootstrap ip nsenter unshare setpriv openssl ssh-keygen; do
    command -v "$tool" >/dev/null || { echo "the lab needs '$tool'; install the packages of docker/packages/lab.txt"; return 1; }
  done
  if [[ -z $cgroup_mount ]] || ! mkdir -p "$lab_cgroup" 2>/dev/null; then
    echo "the lab needs a writable cgroup2 file system"; return 1
  fi
  rmdir "$lab_cgroup" 2>/dev/null || true
  mkdir -p "$state"
  probe=$(mktemp -d "$state/probe.XXXXXX")
  mkdir "$probe"/{lower,upper,work,root}
  # shellcheck disable=SC2016 # $1 is the inner shell's
  if ! unshare --mount --net --pid --fork sh -c 'cd "$1" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root' sh "$probe" 2>/dev/null; then
    rm -rf "$probe"
    echo "the lab needs namespaces and overlay mounts below $state, which this machine does not allow"; return 1
  fi
  rm -rf "$probe"
  rmdir "$state" 2>/dev/null || true
}

# Mounts only what belongs into this host in daily life.
start_provisioned() {
  local checkout_for=
  [[ $1 != laptop ]] || checkout_for=$checkout
  LAB_CHECKOUT=$checkout_for start_host "$1" "$(lower_of "$1" provisioned)"
}

# each FUNCTION HOST...: for all hosts at the same time; fails when one fails.
each() {
  local function=$1 host pids=() pid failed=0
  shift
  for host in "$@"; do
    "$function" "$host" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}

provision_host() {
  host_exec "$1" timeout 120 /opt/lab/provision/"$1".sh > "$cache/provision-$1.log" 2>&1 </dev/null ||
    die "provisioning $1 failed: $(tail -n3 "$cache/provision-$1.log")"
}

power_off() {
  # The bus may be gone before it answers.
  host_exec "$1" systemctl poweroff 2>/dev/null || true
  within 30 host_is_off "$1" || die "$1 does not power off"
}

# Boots all hosts on their bare roles, configures them, and keeps what they have written as a layer.
provision_world() {
  local host new=$cache/$world_layer.new
  [[ ! -d $cache/$world_layer ]] || return 0
  say "provisioning the hosts (about 20 s)"
  for host in $hosts; do
    LAB_SECRETS=$secrets_dir LAB_ROLES=$roles_dir start_host "$host" "$(lower_of "$host")"
  done
  # shellcheck disable=SC2086 # one word a host
  each await_boot $hosts
  each provision_host dns backup
  each provision_host old-mx new-mx outside laptop
  # shellcheck disable=SC2086
  each power_off $hosts
  rm -rf --one-file-system "$new"
  mkdir "$new"
  for host in $hosts; do
    stop_host "$host"
    mv "$state/$host/upper" "$new/$host"
    rmdir "$new/$host"/{lab,opt/lab} 2>/dev/null || true
    wipe_host "$host"
  done
  mv "$new" "$cache/$world_layer"
}

lab_up() {
  local host problem
  problem=$(check_machine) || die "$problem"
  ! network_exists || die "this lab ($lab_id) is up already; docker/lab status shows it"
  create_switch
  trap 'lab_down' EXIT
  # What a lab left that ended with its machine.
  rm -rf --one-file-system "$state"
  mkdir -p "$state"
  build_layers
  provision_world
  release_cache
  for host in $hosts; do start_provisioned "$host"; done
  # shellcheck disable=SC2086 # one word a host
  each await_host $hosts
  trap - EXIT
  say "up in $SECONDS s: ${hosts//$'\n'/ }"
}

lab_down() {
  # shellcheck disable=SC2086 # one word a host
  each stop_host $hosts
  ! network_exists || ip netns delete "$switch"
  [[ ! -d $lab_cgroup ]] || rmdir "$lab_cgroup"
  rm -rf --one-file-system "$state"
  rmdir "$(dirname "$state")" 2>/dev/null || true
}

lab_clean() {
  local running
  running=$(find /run/netns -name 'mxodus-*-switch' -printf '%f ' 2>/dev/null) || true
  [[ -z $running ]] || die "a lab that is up stands on the cache: $running"
  rm -rf --one-file-system "$cache"
}

require_up() { network_exists || die "this lab ($lab_id) is not up; docker/lab up starts it"; }

# reset HOST...: back to the provisioned state, as if `up` had just ended.
lab_reset() {
  local host
  for host in "$@"; do
    stop_host "$host"
    wipe_host "$host"
    start_provisioned "$host"
  done
  each await_host "$@"
}

lab_status() {
  local host power link
  printf '%-8s %-15s %-19s %-4s %s\n' host IPv4 IPv6 link power
  for host in $hosts; do
    if host_pid "$host" >/dev/null; then power=on; else power=off; fi
    if link_is_cut "$host"; then link="cut"; else link=up; fi
    printf '%-8s %-15s %-19s %-4s %s\n' "$host" "$ipv4_prefix.$(number_of "$host")" "$ipv6_prefix:$(number_of "$host")" "$link" "$power"
  done
}
