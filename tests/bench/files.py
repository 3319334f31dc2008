"""The owners of 100,000 files and the hashes of 4,000 messages, beside the tools that do just that."""

import contextlib
import os

from figure import at_most, below
from measure import Failed, pairs, peak_mib
from playbooks import write_playbook

needs_lab = True
about = "files.ownership on 100,000 files, rclone.compare on 4,000"

FILES = 100_000
FOLDER = "/var/tmp/mxodus-bench-files"
MAIL = "/srv/vmail"
COPY = "/var/tmp/mxodus-bench-mail"
HOSTS = {"old": {}, "new": {"become": "sudo"}}
ROUNDS = 5


def measure(bench):
    yield from ownership(bench)
    yield from compare(bench)


def ownership(bench):
    make = f"rm -rf {FOLDER}; mkdir -p {FOLDER}; cd {FOLDER}; seq -f d%03g 0 99 | xargs mkdir; "
    make += "for d in d*; do (cd $d; seq -f f%04g 1 1000 | xargs touch); done; find . -type f | wc -l"
    made = int(bench.lab.on("old-mx", make))
    if made != FILES:
        raise Failed(f"{made} files were made, and not {FILES}")
    step = {"uses": "files.ownership", "host": "old", "with": {"path": FOLDER, "user": "root"}}
    playbook = write_playbook(bench.directory, "ownership", {"owners": step}, HOSTS)
    find = ["ssh", "old", "find", FOLDER, "-printf", r"'%y %U %G %m %P\0'"]
    try:
        # A plan looks and writes nothing down, as find does; a run beside it is shown and has no limit.
        ours, peer = pairs(lambda: bench.lab.mxodus_plan(playbook), lambda: bench.lab.client(find), ROUNDS)
        yield at_most("100,000 owners, plan; ssh find -printf", ours, peer, 1.5)
        runs, peer = pairs(lambda: bench.lab.mxodus_run(playbook), lambda: bench.lab.client(find), ROUNDS)
        yield at_most("100,000 owners, plan and run; find", runs, peer)
        report = bench.directory / "peak"
        bench.lab.mxodus_run(playbook, report)
        yield below("  memory of the client", peak_mib(report), 64, "MiB")
    finally:
        bench.lab.on("old-mx", f"rm -rf {FOLDER}")


def compare(bench):
    bench.lab.copy("old-mx", MAIL, "new-mx", COPY)
    places = {"source": {"host": "old", "path": MAIL}, "target": {"host": "new", "path": COPY}}
    playbook = write_playbook(bench.directory, "compare", {"same": {"uses": "rclone.compare", "with": places}}, HOSTS)

    def slower():
        return max((bench.lab.client(["ssh", name, *sudo, "rclone", "hashsum", "sha1", path, "--config", "/dev/null"])
                    for name, sudo, path in (("old", [], MAIL), ("new", ["sudo", "-n"], COPY))),
                   key=lambda usage: usage.seconds)

    try:
        # In a move the two are machines of their own; here they would share what mxodus lets both of them use at once.
        with own_processors(bench.lab):
            ours, peer = pairs(lambda: bench.lab.mxodus_run(playbook), slower, ROUNDS)
        yield at_most("4,000 hashes; slower rclone hashsum", ours, peer, 1.3)
        ours, peer = pairs(lambda: bench.lab.mxodus_run(playbook), slower, ROUNDS)
        yield at_most("  on shared processors", ours, peer)
    finally:
        bench.lab.on("new-mx", f"rm -rf {COPY}")


@contextlib.contextmanager
def own_processors(lab):
    """One each for the two hosts; nothing of it where there is only one."""
    last = os.cpu_count() - 1
    try:
        lab.pin("old-mx", "0")
        lab.pin("new-mx", str(last))
        yield
    finally:
        for host in ("old-mx", "new-mx"):
            lab.pin(host, f"0-{last}")
