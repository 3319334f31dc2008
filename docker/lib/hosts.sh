# shellcheck shell=bash
# One host of the lab: start it, run something in it, cut its power. Its processes live in a cgroup of
# its own, so it is found and killed by that and never by a process id that somebody else may have now.

cgroup_mount=$(findmnt -n -t cgroup2 -o TARGET | head -n1)
lab_cgroup=$cgroup_mount/mxodus-lab-$lab_id

# Prints the PID of the host's systemd, as the machine sees it; fails when the host is off.
host_pid() {
  local pid procs=$lab_cgroup/$1/init.scope/cgroup.procs
  [[ -r $procs ]] || return 1
  while read -r pid; do
    if grep -qsE $'^NSpid:.*\t1$' "/proc/$pid/status"; then
      echo "$pid"
      return 0
    fi
  done < "$procs"
  return 1
}

host_is_off() { ! grep -qs '^populated 1' "$lab_cgroup/$1/cgroup.events"; }

# host_exec HOST CMD...: as root, or with LAB_USER as that user, in a clean environment.
host_exec() {
  local host=$1 pid user=${LAB_USER:-root}
  shift
  pid=$(host_pid "$host") || { say "$host is off"; return 125; }
  nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --root --wd \
    setpriv --bounding-set -mknod,-sys_module,-sys_time,-sys_rawio,-syslog \
    --reuid "$user" --regid "$user" --init-groups --reset-env \
    env LANG=C.UTF-8 "$@"
}

# Lets go of descriptors that this process inherited: a host would keep its caller's locks and pipes open.
close_inherited() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    ((fd > 2 && fd < 255)) && exec {fd}>&-
  done
  return 0
}

# start_host HOST LOWER: boots it on what it has written before. What LAB_SECRETS, LAB_ROLES and
# LAB_CHECKOUT name is mounted into it.
start_host() {
  local host=$1 directory=$state/$1 address
  address=$ipv4_prefix.$(number_of "$host")
  mkdir -p "$directory"/{upper,work,root} "$lab_cgroup/$host"
  plug_in "$host"
  (
    export LAB_HOST=$host LAB_ADDRESS=$address LAB_LOWER=$2 LAB_STATE=$directory LAB_CGROUP=$lab_cgroup/$host
    exec </dev/null > "$directory/boot.log" 2>&1
    close_inherited
    exec setsid nsenter --net="/run/netns/$(netns_of "$host")" \
      unshare --mount --pid --uts --ipc --fork --kill-child "$docker_dir/lib/boot-host"
  ) &
}

host_is_degraded() { [[ $(host_exec "$1" systemctl is-system-running 2>/dev/null) == degraded ]]; }
host_has_booted() { host_exec "$1" timeout 60 systemctl is-system-running --wait >/dev/null 2>&1 || host_is_degraded "$1"; }

# Why a host hangs while it boots, where that is known: several labs on one machine may use up what the kernel
# lends to a user.
why_it_hangs() {
  if host_exec "$1" journalctl -b --no-pager 2>/dev/null | grep -q 'Failed to create inotify object'; then
    echo "it got no inotify instance. All labs share fs.inotify.max_user_instances ($(< /proc/sys/fs/inotify/max_user_instances)): take another one down"
  else
    echo "look with: docker/lab exec $1 systemctl list-jobs"
  fi
}

# Waits until every unit of the host has started or failed.
await_boot() {
  within 30 host_pid "$1" >/dev/null || die "$1 did not start: $(tail -n3 "$state/$1/boot.log")"
  within 60 host_has_booted "$1" || die "$1 has not booted within 60 s: $(why_it_hangs "$1")"
}

# Waits until every unit of the host has started; names those that failed.
await_host() {
  await_boot "$1"
  ! host_is_degraded "$1" || die "$1 booted with failed units: $(host_exec "$1" systemctl list-units --failed --plain --no-legend)"
}

# Cuts the power: every process ends at once, nothing is flushed, the cable goes dead.
stop_host() {
  local cgroup=$lab_cgroup/$1
  if [[ -d $cgroup ]]; then
    echo 1 > "$cgroup/cgroup.kill"
    within 30 host_is_off "$1" || die "processes of $1 outlive SIGKILL; see $cgroup"
    find "$cgroup" -depth -type d -exec rmdir {} +
  fi
  unplug "$1"
}

# wipe_host HOST: forgets what it has written; it must be off.
wipe_host() { rm -rf --one-file-system "${state:?}/$1"; }
