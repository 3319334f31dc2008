# shellcheck shell=bash
# What tests share that drive small playbooks as the operator; sourced after support.sh.

# mx ARG...: mxodus as the operator without a terminal. $code is how it ended, $said what it wrote, in one line.
# shellcheck disable=SC2034 # the cases read both
mx() {
  code=0
  said=$(as_op mxodus "$@" </dev/null 2>&1) || code=$?
  said=$(tr -s ' \n' ' ' <<<"$said")
}

# expect_said CODE REGEX...: how the last mx ended, and what it wrote.
expect_said() {
  local words
  [[ $code == "$1" ]] || fail "exit code: expected $1, got $code: $said"
  for words in "${@:2}"; do expect_match output "$words" "$said"; done
}

# expect_silent_on REGEX: the last mx did not write this.
expect_silent_on() { [[ ! $said =~ $1 ]] || fail "output: '$said' matches '$1'"; }

# As if no run had ever been: no run on the laptop, no job and no lease on new-mx.
forget_runs() {
  as_op sh -c 'rm -rf ~/.local/state/mxodus ~/case && mkdir ~/case'
  lab exec new-mx sh -c 'rm -rf /var/lib/mxodus /run/mxodus /var/tmp/case && mkdir /var/tmp/case
    journalctl -q -n1 -o export | sed -n s/^__CURSOR=//p >/var/tmp/case/journal'
}

# take PLAYBOOK: a copy in ~/case that may be edited.
take() { as_op cp "/mxodus/tests/e2e/playbooks/$1.yaml" case/; }

# run_field EXPRESSION: of the newest run, by `status --json` as `s`.
run_field() { as_op mxodus status --json 2>/dev/null | python3 -c "import json,sys; s=json.load(sys.stdin); print($1)"; }
state_of() { run_field "next((i['state'] for i in s['items'] if i['step'] == '$1'), 'pending')"; }

# How many jobs new-mx ever had of this step.
jobs_of() { jobs_begun new-mx | grep -c "\.$1\." || true; }

# --- two jobs, of which the first lasts until it is released ----------------------------------------------------

# shellcheck disable=SC2034 # the cases run it
jobs=/mxodus/tests/e2e/playbooks/jobs.yaml

# The first job is at work, and the run has recorded that it holds the host: it writes nothing more until the job ends.
first_runs() { lab exec new-mx test -s /var/tmp/case/done && [[ $(as_op mxodus log --json) == *'"lease_taken"'* ]]; }
release() { lab exec new-mx touch /var/tmp/case/release; }
done_on_host() { lab exec new-mx cat /var/tmp/case/done | paste -sd' '; }
