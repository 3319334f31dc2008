"""100 steps on one host: what looking and what changing cost, beside Ansible and bare ssh."""

from figure import at_most, faster
from measure import pairs
from peers import Ansible, ControlMaster, give_python
from playbooks import command, write_playbook

needs_lab = True
about = "100 observing and 100 changing steps on one host"

COUNT = 100
ROUNDS = 3
HOSTS = {"old": {}}


def measure(bench):
    give_python(bench.lab, "old-mx")
    ansible = Ansible(bench.lab, ["old"], COUNT)
    master = ControlMaster(bench.lab, "old", COUNT)

    looks = playbook(bench, "observe")
    ours, peer = pairs(lambda: bench.lab.mxodus_run(looks), master, 2 * ROUNDS)
    yield at_most("100 observe steps; ssh ControlMaster", ours, peer, 2)
    ours, peer = pairs(lambda: bench.lab.mxodus_plan(looks), master, 2 * ROUNDS)
    yield at_most("  looking once, mxodus plan", ours, peer)
    ours, peer = pairs(lambda: bench.lab.mxodus_run(looks), ansible, ROUNDS)
    yield faster("100 observe steps; Ansible", ours, peer, 30)

    free = playbook(bench, "change", needs=[])
    ours, peer = pairs(lambda: bench.lab.mxodus_run(free), ansible, ROUNDS)
    yield faster("100 changing steps; Ansible", ours, peer, 5)
    series = playbook(bench, "change")
    ours, peer = pairs(lambda: bench.lab.mxodus_run(series), ansible, 1)
    yield faster("  in series", ours, peer)


def playbook(bench, effect, **keys):
    """Steps that change wait for those above them, unless `needs` says otherwise."""
    steps = {f"s{number}": command("old", effect, **keys) for number in range(COUNT)}
    return write_playbook(bench.directory, "-".join([effect, *keys]), steps, HOSTS)
