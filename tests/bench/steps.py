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
    observe = runner(bench, "observe", {})
    ours, peer = pairs(observe, ControlMaster(bench.lab, "old", COUNT), 2 * ROUNDS)
    yield at_most("100 observe steps; ssh ControlMaster", ours, peer, 2)
    ours, peer = pairs(observe, ansible, ROUNDS)
    yield faster("100 observe steps; Ansible", ours, peer, 30)
    ours, peer = pairs(runner(bench, "change", {"needs": []}), ansible, ROUNDS)
    yield faster("100 changing steps; Ansible", ours, peer, 5)
    ours, peer = pairs(runner(bench, "change", {}), ansible, 1)
    yield faster("100 changing steps in series; Ansible", ours, peer)


def runner(bench, effect, keys):
    steps = {f"s{number}": command("old", effect, **keys) for number in range(COUNT)}
    playbook = write_playbook(bench.directory, f"{effect}{'-series' if not keys else ''}", steps, HOSTS)
    return lambda: bench.lab.mxodus_run(playbook)
