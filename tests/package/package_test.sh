#!/usr/bin/env bash
# The Debian package, on a Debian 12 where nothing else is installed: built from build/release, put in by apt, used by a
# user who has just come, purged. The cases stand on each other. Needs root, namespaces with overlay mounts, and a network
# for apt; where one is missing it says so and skips every case.
# shellcheck disable=SC2016 # what stands in single quotes is for the shell of the clean system
# shellcheck source=tests/e2e/support.sh
source "${0%/*}/../e2e/support.sh"

# skip_all WHY
skip_all() {
  local name
  printf '\n!!! THE PACKAGE CANNOT BE TESTED HERE: %s\n' "$1"
  for name in $(list_cases "$only"); do echo "skipped package: ${name//_/ }"; done
  exit 0
}

# In the clean system, nothing of ours in the environment; without a network but loopback for all but apt.
inside() { chroot "$clean/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 ${http_proxy:+"http_proxy=$http_proxy"} "$@"; }
apt() { inside DEBIAN_FRONTEND=noninteractive timeout 300 apt-get -qq -y "$@" >&2; }
# as_op CMD...: as a user with an empty home, in it.
as_op() {
  unshare --net sh -c 'ip link set lo up && exec "$@"' sh chroot --userspec=op:op "$clean/root" \
    env -i PATH=/usr/bin:/bin HOME=/home/op LANG=C.UTF-8 sh -c 'cd && exec "$@"' sh "$@"
}
# op_sees CODE REGEX CMD...: how it has to end, and what it has to say on either stream.
op_sees() {
  local expected=$1 regex=$2 seen code=0
  shift 2
  seen=$(as_op "$@" 2>&1) || code=$?
  expect_eq "exit code of '$*', which said '$seen'" "$expected" "$code"
  expect_match "what '$*' says" "$regex" "$seen"
}
installed_documents() { inside sh -c 'cd /usr/share/doc/mxodus && find . -name "*.md"'; }

build_package() {
  # A package is the same whatever the umask of who builds it.
  (umask 077 && cd "$checkout/build/release" && cpack -G DEB -B "$clean/build")
  mv "$clean"/build/mxodus_*.deb "$clean/root/tmp/mxodus.deb"
}

# Mounts are of this namespace and end with it.
make_clean_system() {
  mount -t overlay overlay -o "lowerdir=$base,upperdir=$clean/upper,workdir=$clean/work" "$clean/root" 2>/dev/null ||
    skip_all "overlay mounts below $clean are not allowed"
  mount -t proc proc "$clean/root/proc"
  mount -t tmpfs tmpfs "$clean/root/tmp"
  cp /etc/resolv.conf "$clean/root/etc/resolv.conf"
  inside timeout 120 apt-get -qq -o APT::Update::Error-Mode=any update >&2 || skip_all 'apt reaches no Debian mirror'
  inside useradd --create-home op
}

# Known to every case: where the clean system is, and how apt there reaches the mirror that this machine's apt reaches.
clean=${MXODUS_CLEAN_SYSTEM:-} only=${2:-}
eval "$(apt-config shell http_proxy Acquire::http::Proxy 2>/dev/null)"

case_it_depends_on_what_it_uses_and_on_nothing_else() {
  local depends
  # A library more is a slower start and more to trust: whoever links one writes it down here.
  depends=$(dpkg-deb -f "$clean/root/tmp/mxodus.deb" Depends | tr ',' '\n' | awk '{print $1}' | sort | xargs)
  expect_eq 'Depends' "ca-certificates libc6 libcurl4 libgcc-s1 libldns3 liblua5.4-0 libpsl5 libsqlite3-0 libssh-4 libssl3 libstdc++6 libunbound8 libyaml-cpp0.7 openssh-client zlib1g" "$depends"
}

case_apt_installs_it_and_what_it_needs_without_recommendations() {
  ! inside dpkg-query -W libssh-4 openssh-client ca-certificates 2>/dev/null || fail 'the system is not clean'
  apt install --no-install-recommends /tmp/mxodus.deb
  ! inside ldd /usr/bin/mxodus | grep 'not found' || fail 'libraries are missing'
  inside test -s /etc/ssl/certs/ca-certificates.crt
  op_sees 0 "^mxodus $(dpkg-deb -f "$clean/root/tmp/mxodus.deb" Version)\$" mxodus --version
}

case_everybody_may_read_what_is_installed() {
  local files
  files=$(inside dpkg -L mxodus)
  expect_match 'files' /usr/share/mxodus/playbooks/emergency-move.yaml "$files"
  expect_eq 'closed to others' '' "$(inside sh -c 'dpkg -L mxodus | xargs -I{} find {} -maxdepth 0 ! -perm -o=r')"
  expect_eq 'of somebody else' '' "$(inside sh -c 'dpkg -L mxodus | xargs -I{} find {} -maxdepth 0 ! -user root')"
}

case_the_documents_and_the_licence_are_there_and_their_links_lead_somewhere() {
  local document link broken=''
  diff -r "$checkout/docs" "$clean/root/usr/share/doc/mxodus/docs"
  cmp "$checkout/LICENSE" "$clean/root/usr/share/doc/mxodus/copyright"
  for document in $(installed_documents); do
    for link in $(inside grep -oP '\]\(\K[^)#:]+(?=[)#])' "/usr/share/doc/mxodus/$document"); do
      inside test -e "/usr/share/doc/mxodus/${document%/*}/$link" || broken+=" $document:$link"
    done
  done
  expect_eq 'links that lead nowhere' '' "$broken"
}

case_the_installed_reference_is_that_of_the_program() {
  diff "$clean/root/usr/share/doc/mxodus/docs/steps.md" <(as_op mxodus steps --markdown)
}

case_the_shell_completes_commands_and_options() {
  local complete='. /usr/share/bash-completion/completions/mxodus; COMP_WORDS=(mxodus "$@") COMP_CWORD=$#; _mxodus; echo "${COMPREPLY[@]}"'
  expect_eq 'of a command' 'validate' "$(as_op bash -c "$complete" bash val)"
  expect_eq 'of an option' '--detailed-exitcode' "$(as_op bash -c "$complete" bash plan --det)"
}

case_every_installed_playbook_begins_one_that_is_valid() {
  local file name
  for file in "$clean"/root/usr/share/mxodus/playbooks/*.yaml; do
    name=$(basename "$file" .yaml)
    op_sees 0 "$name +[A-Z]" mxodus init
    # Without a network: what the DNS cannot tell is named, and the playbook written all the same.
    op_sees 0 'MX of example.org.*Next: mxodus doctor' mxodus init "$name" --domain example.org
    op_sees 0 "$name.yaml: [0-9]+ steps, no faults" mxodus validate "$name.yaml"
    op_sees 5 "$name.yaml is there already" mxodus init "$name"
  done
}

case_doctor_looks_at_a_laptop_that_has_nothing_yet() {
  op_sees 1 'ssh +ok +OpenSSH.*Next: mxodus doctor' mxodus doctor
}

case_a_playbook_runs_on_the_laptop_alone_to_its_report() {
  as_op sh -c 'cat > here.yaml' <<'YAML'
mxodus: 1
name: here
hosts:
  here: {local: true}
steps:
  touch: {uses: command, host: here, with: {argv: [touch, /home/op/touched], effect: change}}
YAML
  op_sees 0 '1 change.*Nothing has been changed' mxodus plan here.yaml
  ! as_op test -e touched || fail 'the plan has changed something'
  op_sees 0 'done' mxodus run here.yaml --yes
  as_op test -e touched
  op_sees 0 'touch' mxodus report
}

case_an_answer_that_is_none_is_refused_when_it_is_typed() {
  as_op sh -c 'cat > ask.yaml' <<'YAML'
mxodus: 1
name: ask
steps:
  clients: {uses: checklist, with: {question: "What works?", items: [Thunderbird, webmail]}}
YAML
  op_sees 4 'Next: mxodus answer clients' mxodus run ask.yaml --yes
  op_sees 2 'is to be ok, partly or fail' mxodus answer clients Thunderbird=maybe --all ok
  op_sees 0 'answer clients is recorded' mxodus answer clients --all ok
  op_sees 0 'recorded +clients .*Next: mxodus resume' mxodus status
  op_sees 0 'every step has ended' mxodus resume
}

case_what_cannot_be_done_is_said_in_a_sentence_with_the_exit_code_of_the_documents() {
  as_op sh -c 'echo "just words" > words.yaml; printf "mxodus: 1\nname: [a\n" > torn.yaml'
  as_op sh -c 'cat > far.yaml' <<'YAML'
mxodus: 1
name: far
hosts:
  new: {ssh: 127.0.0.1, port: 1}
steps:
  look: {uses: host.check, host: new, with: {memory: 1MiB}}
YAML
  op_sees 2 'which command.*mxodus --help' mxodus
  op_sees 2 'no command aprove.*did you mean mxodus approve' mxodus aprove
  op_sees 2 'words.yaml:1:1: error: .*begin with "mxodus: 1"' mxodus plan words.yaml
  op_sees 2 'torn.yaml:[0-9]+:[0-9]+: error: .*look for a missing' mxodus plan torn.yaml
  op_sees 2 'cannot read nowhere.yaml: No such file.*mxodus init' mxodus plan nowhere.yaml
  op_sees 5 '127.0.0.1 port 1 refuses connections.*mxodus doctor far.yaml' mxodus plan far.yaml
  op_sees 1 'route +fail +127.0.0.1 port 1 refuses connections.*Next: mxodus doctor far.yaml' mxodus doctor far.yaml
  op_sees 2 'no run .*2024' mxodus status 2024
}

case_purged_it_leaves_nothing_but_the_journals_of_its_users() {
  apt remove --purge mxodus
  ! inside dpkg-query -W mxodus 2>/dev/null || fail 'dpkg still knows it'
  expect_eq 'left' '' "$(inside find / -xdev -iname '*mxodus*' ! -path '/tmp/*' ! -path '/home/op/*')"
  inside sh -c 'ls /home/op/.local/state/mxodus/runs/*/journal.db'
}

case ${1:-} in
  --list | --case) ;;
  *)
    [[ -n $(list_cases "$only") ]] || exit 0
    if [[ -z $clean ]]; then
      if ((EUID != 0)); then
        sudo -n true 2>/dev/null || skip_all 'it needs root, or sudo without a password'
        exec sudo --preserve-env=XDG_CACHE_HOME "$0" "$@"
      fi
      unshare --mount --pid --fork --net true 2>/dev/null || skip_all 'namespaces are not allowed'
      base=$(lab base) || skip_all 'the base system cannot be made'
      # Not on tmpfs, nor on an overlay that /tmp may be on.
      clean=$(mktemp -d /var/tmp/mxodus-package.XXXXXX)
      trap 'rm -rf --one-file-system "$clean"' EXIT
      mkdir "$clean"/{upper,work,root,build}
      MXODUS_CLEAN_SYSTEM=$clean base=$base unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@"
      exit
    fi
    make_clean_system
    build_package
    ;;
esac
run_cases "$@"
