# The reply: a head line with the version and the nonce of this call, "key value" lines, a foot line with the
# nonce. Noise around it (a greeting of the shell, a warning) does no harm, and output of a job cannot be
# taken for it.
reply() { printf 'mxodus-jobs 1 %s\n' "$nonce"; }
say() { printf '%s %s\n' "$1" "$2"; }
end_reply() { printf 'end %s\n' "$nonce"; }

# refuse CODE [DETAIL]: ends this call.
refuse() {
  reply
  say error "$1"
  [ -z "${2:-}" ] || say detail "$(printf '%s' "$2" | tr '\n' ' ' | head -c 300)"
  if [ "${1%%.*}" = lease ]; then say_lease; fi
  end_reply
  exit 0
}

# must COMMAND...: a failure of the host's own disk or tools ends the call with what the command says when it is
# tried once more; to listen from the beginning would cost a process.
must() {
  "$@" 2>/dev/null && return
  said=$("$@" 2>&1) || refuse job.host-failed "$1: $said; $(room) free in $state_dir"
}

# must_settle FILE...: not tried once more, because a kernel tells only once of what it has lost.
must_settle() { settle "$@" 2>/dev/null || refuse job.host-failed "sync of $1 failed; $(room) free in $state_dir"; }

room() { df -Pk "$state_dir" 2>/dev/null | awk 'NR == 2 {print $4 " KiB"}'; }

need_tools() {
  for tool in flock setsid mkfifo; do
    command -v "$tool" >/dev/null 2>&1 || refuse job.no-tool "$tool"
  done
}
