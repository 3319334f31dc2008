"""16 hosts with 25 steps each, beside Ansible with 16 forks."""

from figure import faster
from measure import pairs
from peers import Ansible, give_python
from playbooks import command, write_playbook

needs_lab = True
about = "25 observing steps on each of 16 hosts"

HOSTS = 16
COUNT = 25
ROUNDS = 3
# The lab has six hosts: these four, which take root, carry four names each, with connections of their own.
MACHINES = ["old-mx", "backup", "dns", "outside"]
ADDRESSES = ["198.51.100.10", "198.51.100.30", "198.51.100.53", "198.51.100.200"]


def measure(bench):
    names = [f"host{number}" for number in range(HOSTS)]
    bench.lab.add_names({name: ADDRESSES[number % len(ADDRESSES)] for number, name in enumerate(names)})
    for machine in MACHINES:
        give_python(bench.lab, machine)
    steps = {f"{name}_{number}": command(name) for number in range(COUNT) for name in names}
    playbook = write_playbook(bench.directory, "fleet", steps, {name: {} for name in names})
    ours, peer = pairs(lambda: bench.lab.mxodus_run(playbook), Ansible(bench.lab, names, COUNT), ROUNDS)
    yield faster("16 names of 4 hosts x 25; Ansible", ours, peer, 20)
