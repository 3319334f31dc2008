# Where things are kept; the same for every verb. For root these survive a reboot and a clean-up of /tmp.
uid=
if [ -r "/proc/$$/status" ]; then
  while [ -z "$uid" ] && read -r key _ value _; do [ "$key" != Uid: ] || uid=$value; done <"/proc/$$/status"
fi
[ -n "$uid" ] || uid=$(id -u)
if [ "$uid" = 0 ]; then
  state_dir=${MXODUS_STATE:-/var/lib/mxodus}
  run_dir=${MXODUS_RUN:-/run/mxodus}
else
  state_dir=${MXODUS_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/mxodus}
  run_dir=${MXODUS_RUN:-${XDG_RUNTIME_DIR:-/run/user/$uid}/mxodus}
fi
