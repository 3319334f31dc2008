# shellcheck shell=bash
# A restore over a slow line, and what it must come to however it is cut off. For tests that come after support.sh.
# shellcheck disable=SC2016 # the hosts' shells expand

playbook=/mxodus/tests/e2e/playbooks/cut-off.yaml

in_home() { lab exec -u op laptop sh -c "cd && $1"; }
new_mx() { lab exec new-mx sh -c "$1"; }
state_of() { in_home 'mxodus status --json --no-look 2>/dev/null' | python3 -c "import json,sys; print(next(i['state'] for i in json.load(sys.stdin)['items'] if i['step'] == '$1'))"; }
status_says() { in_home 'mxodus status --no-look 2>&1' | tr -s '\n ' ' ' | grep -qE -- "$1"; }
has_ended() { in_home 'test -s outcome'; }
# Some MB of about 28 have come in.
restore_is_at_work() { new_mx 'awk "/^rchar/ {exit !(\$2 > 4e6)}" /proc/$(pgrep -x restic)/io 2>/dev/null'; }

jobs_of() { jobs_begun new-mx | grep -c "\.$1\." || true; }
# messages_in HOST STORE: every message with the hash of what it holds.
messages_in() {
  lab exec "$1" sh -c 'cd "$1" && find . -type f \( -path "*/cur/*" -o -path "*/new/*" \) -print0 | sort -z | xargs -0 sha256sum' sh "$2"
}
lines_kept() { in_home 'for f in .local/state/mxodus/runs/*/evidence/*.gz; do zcat "$f" | grep -E "^line [0-9]+$"; done | sort -u | wc -l'; }

# Whatever the case before has left, a fresh target, a slow line, and the run detached, so that what happens
# to the laptop happens to it alone. begin_slow_restore [HOST that is cut off from the beginning]
begin_slow_restore() {
  local host
  for host in laptop old-mx backup; do lab heal "$host"; done
  lab exec laptop pkill -KILL -u op || true
  lab reset new-mx
  [[ -z ${1:-} ]] || lab cut "$1"
  lab throttle backup 6mbit
  in_home "rm -rf outcome .local/state/mxodus
    setsid sh -c 'mxodus run $playbook --yes; echo \$? >outcome' >screen 2>&1 </dev/null &"
  wait_until 120 restore_is_at_work
}

expect_exit_code() {
  wait_until 400 has_ended
  expect_eq 'exit code' "$1" "$(in_home 'cat outcome')"
}

expect_every_message() {
  local old new
  old=$(messages_in old-mx /srv/vmail)
  new=$(messages_in new-mx /var/vmail)
  expect_eq 'messages of the old host' 4000 "$(wc -l <<<"$old")"
  [[ $new == "$old" ]] || fail "other messages than the old host's: $(diff <(echo "$old") <(echo "$new") | head -n 4)"
}

expect_whole_and_begun_once() {
  expect_every_message
  expect_eq 'restores begun' 1 "$(jobs_of restore)"
  expect_eq 'counts begun' 1 "$(jobs_of counting)"
  expect_eq 'lines of the count taken over' 400 "$(lines_kept)"
}

events_of() { in_home 'mxodus log --json' | python3 -c "import json,sys; print(sum(e['type'] == '$1' for e in map(json.loads, sys.stdin)))"; }

# line_is_cut HOST SECONDS. What is shorter than 20 s or so TCP may hide from mxodus.
line_is_cut() {
  begin_slow_restore
  lab cut "$1"
  expect_match "the link of $1" ' cut ' "$(lab status | grep "^$1 ")"
  sleep "$2"
  lab heal "$1"
  lab unthrottle backup
  expect_exit_code 0
  expect_whole_and_begun_once
  [[ $1 == backup || $2 -lt 90 ]] || expect_match 'attached again' '^[1-9]' "$(events_of attempt_attached)"
}
