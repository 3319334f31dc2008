#!/usr/bin/env bash
# Canary secrets: where they are seen while they are used, and where they are not, raw or encoded.
# shellcheck disable=SC2317 # wait_until calls what looks unused
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/support.sh"
# shellcheck source=tests/e2e/operator.sh
source "${0%/*}/operator.sh"

playbook=/mxodus/tests/e2e/playbooks/secrets.yaml
odd=$'odd 7 "q\' $HOME `x` \\n /+&=%é<z>'
restic='canary "restic" +/é 9'
dns='canary-dns+/=5x'

# The forms of every canary in which it could be told: as it is, base64 in each alignment, URL, JSON. In hex.
forms() {
  python3 - "$odd" "$restic" "$dns" <<'PYTHON'
import base64, json, sys, urllib.parse
found = set()
for word in sys.argv[1:]:
    raw = word.encode()
    found |= {raw, urllib.parse.quote(raw, safe="").encode(), urllib.parse.quote_plus(raw).encode(), json.dumps(word)[1:-1].encode(),
              json.dumps(word, ensure_ascii=False)[1:-1].encode()}
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw)
        found.add(whole[lead and lead + 1 : len(whole) - 4])
print([form.hex() for form in sorted(found)])
PYTHON
}

# seen_on HOST ORDERS: what find_secrets.py finds there.
seen_on() { { cat "$checkout/tests/e2e/find_secrets.py"; echo "main(dict(forms=$(forms), $2))"; } | lab exec "$1" python3 -; }

# files_on HOST: which files hold a canary, of those written since the cases began.
files_on() { seen_on "$1" "since=$(cat "$scratch/began")" | sed -n 's/^file //p'; }

# What one case leaves for the next.
scratch=/tmp/mxodus-secrets-${MXODUS_LAB:-lab}
clean() { ! grep -aqF -f <(forms | tr -d "[]' " | tr , '\n' | while read -r form; do xxd -r -p <<<"$form"; echo; done) "$@"; }
restore_is_running() { lab exec new-mx pgrep -x restic >/dev/null && lab exec new-mx sh -c 'ls /run/mxodus/*.restore.* >/dev/null 2>&1'; }
job_is_running() { lab exec new-mx sh -c 'ls /run/mxodus/*.job.* >/dev/null 2>&1'; }

arrange() {
  local host
  forget_runs
  rm -rf "$scratch" && mkdir "$scratch"
  date +%s >"$scratch/began"
  for host in laptop new-mx; do lab exec "$host" rm -f /tmp/seen-enough; done
  printf '%s\n' "$odd" | as_op sh -c 'umask 077; cat >.secrets/canary_odd'
  printf '%s\n' "$restic" | as_op sh -c 'umask 077; cat >.secrets/canary_restic'
  printf '%s\n' "$dns" | as_op sh -c 'umask 077; cat >.secrets/canary_dns'
  # The pipe makes of stdin something that another user may open.
  lab exec -u restic backup sh -c \
    'cat | RESTIC_PASSWORD=labrestic restic --quiet --no-cache -r /srv/restic/repo key add --new-password-file /dev/stdin' <<<"$restic"
  lab exec dns sed -i "s|^api-key=.*|api-key=$dns|" /etc/powerdns/pdns.conf
  lab exec dns systemctl restart pdns
}

case_the_search_finds_what_is_shown() {
  local shown_by
  arrange
  lab exec -u ops new-mx env CANARY="$dns" sh -c 'sleep 8' "$restic" &
  shown_by=$!
  lab exec new-mx sh -c 'cat >/var/tmp/case/encoded' < <(printf '%s' "x $odd" | base64 -w0)
  expect_match 'files on new-mx' '/var/tmp/case/encoded' "$(files_on new-mx)"
  shown() { seen_on new-mx "since=$(cat "$scratch/began")" | grep "process [0-9]* $1"; }
  wait_until 10 shown cmdline
  wait_until 10 shown environ
  # No longer than needed: the next cases look at every process.
  wait "$shown_by"
}

kept_before=$'/home/op/.secrets/canary_dns\n/home/op/.secrets/canary_odd\n/home/op/.secrets/canary_restic'
# expect_one_file REGEX FILES: this one and no other.
expect_one_file() {
  expect_eq 'number of files on new-mx' 1 "$(grep -c . <<<"$2")"
  expect_match 'the file on new-mx' "^$1\$" "$2"
}

case_while_secrets_are_used_no_process_shows_them_and_only_the_jobs_own_file_holds_them() {
  local host watchers=() running
  arrange
  for host in laptop new-mx; do
    seen_on "$host" "until='/tmp/seen-enough'" >"$scratch/$host.seen" &
    watchers+=($!)
  done
  lab throttle backup 2mbit
  trap 'lab unthrottle backup' EXIT
  as_op mxodus plan "$playbook" -o case/saved -vv >"$scratch/plan.out" 2>&1
  as_op mxodus -vv --events case/events run "$playbook" --yes >"$scratch/run.out" 2>&1 &
  running=$!
  wait_until 60 restore_is_running
  expect_one_file '/run/mxodus/[^/ ]+\.restore\.1/restic_password' "$(files_on new-mx)"
  expect_eq 'files on the laptop' "$kept_before" "$(files_on laptop | sort)"
  lab unthrottle backup
  wait_until 60 job_is_running
  expect_one_file '/run/mxodus/[^/ ]+\.job\.1/odd' "$(files_on new-mx)"
  lab exec new-mx touch /var/tmp/case/release
  wait "$running" || expect_eq 'the careless step fails the run' 1 $?
  for host in laptop new-mx; do lab exec "$host" touch /tmp/seen-enough; done
  wait "${watchers[@]}"
  for host in laptop new-mx; do expect_eq "processes on $host" '' "$(cat "$scratch/$host.seen")"; done
  expect_match 'the job had it' "$(printf '%s' "$odd" | sha256sum | cut -c1-64)" "$(as_op mxodus log -v; as_op mxodus status --json)"
}

case_afterwards_no_file_holds_them_but_where_they_were_kept_before() {
  expect_eq 'files on the laptop' "$kept_before" "$(files_on laptop | sort)"
  # What a script prints by itself stands in the output that the host keeps of it.
  expect_one_file '/var/lib/mxodus/jobs/[^/ ]+\.careless\.1/output' "$(files_on new-mx)"
}

case_no_command_tells_them_not_even_of_a_script_that_prints_them() {
  local words
  {
    cat "$scratch/plan.out" "$scratch/run.out"
    as_op cat case/saved case/events
    for words in status 'status --json' 'log -v' 'log --json' report 'report --json' 'explain careless' 'explain job'; do
      # shellcheck disable=SC2086 # words
      as_op mxodus -vv $words
    done
    as_op sh -c 'zcat ~/.local/state/mxodus/runs/*/evidence/*.gz'
    as_op sh -c 'sqlite3 ~/.local/state/mxodus/runs/*/journal.db .dump'
  } >"$scratch/told" 2>&1
  expect_match 'what was told' '\[secret odd\]' "$(cat "$scratch/told")"
  clean "$scratch/told" || fail "a canary was told: $(grep -c . "$scratch/told") lines in $scratch/told"
  rm -r "$scratch"
}

case_a_secret_that_is_asked_for_parks_its_step_until_there_is_a_terminal() {
  forget_runs
  mx run /mxodus/tests/e2e/playbooks/prompt.yaml --yes --stay 1s
  expect_said 4 'waits +locked the secret word is asked for on a terminal, and there is none; run this on a terminal'
  expect_eq 'jobs' 0 "$(jobs_of locked)"
  # What is typed before the question stands is thrown away.
  # shellcheck disable=SC2016 # the laptop's shell expands it
  as_op sh -c 'mkfifo case/typed && : >case/screen
    script -qefc "mxodus resume --now" case/screen <case/typed >/dev/null & exec 3>case/typed
    until grep -q "The word:" case/screen; do sleep 0.1; done
    printf "%s\r" "$1" >&3; wait $!' sh "$odd"
  expect_eq 'the job had it' "$(printf '%s' "$odd" | sha256sum)" "$(lab exec new-mx cat /var/tmp/case/done)"
  clean <(as_op cat case/screen) || fail 'the terminal shows it'
}

run_cases "$@"
