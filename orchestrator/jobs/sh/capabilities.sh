# What this host offers to jobs. Only reads; what cannot be asked is left out of the reply.

# Would logind kill a session's leftovers when this user logs out? Root's jobs are in no session.
say_logout_kill() {
  if [ "$uid" = 0 ] || [ ! -d /run/systemd/system ] || [ -e "/var/lib/systemd/linger/$(id -un)" ]; then
    say logout_kill no
    return 0
  fi
  answer=$(busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager \
    KillUserProcesses 2>/dev/null)
  case $answer in
    'b true') say logout_kill yes ;;
    'b false') say logout_kill no ;;
  esac
}

# The nearest folder that is there already.
nearest_folder() {
  folder=$1
  until [ -d "$folder" ]; do folder=${folder%/*}; [ -n "$folder" ] || folder=/; done
  echo "$folder"
}

has() { if command -v "$1" >/dev/null 2>&1; then echo yes; else echo no; fi; }

capabilities() {
  reply
  if [ "$uid" = 0 ]; then say root yes; else say root no; fi
  if [ -d /run/systemd/system ]; then say systemd "$(has systemd-run)"; else say systemd no; fi
  say flock "$(has flock)"
  say setsid "$(has setsid)"
  nearest=$(nearest_folder "$run_dir")
  if [ -w "$nearest" ] && [ "$(stat -f -c %T "$nearest" 2>/dev/null)" = tmpfs ]; then
    say tmpfs yes
  else
    say tmpfs no
  fi
  say_logout_kill
  say state_dir "$state_dir"
  df -Pk "$(nearest_folder "$state_dir")" 2>/dev/null | {
    read -r _
    read -r _ _ _ free _ && say free_kib "$free"
  }
  end_reply
}
