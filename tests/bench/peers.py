"""The tools that mxodus is measured against, each in the way that is fastest for it."""

import json
import sysconfig

from measure import Failed

ANSIBLE = {
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_HOST_KEY_CHECKING": "1",
    "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",  # else it looks for one on each host
    "ANSIBLE_NOCOLOR": "1",
}


# The hosts of the lab have python3-minimal, and a module of Ansible imports more: the rest of the same Python comes
# from this machine, into a folder of its own.
ON_HOST = "/var/tmp/mxodus-bench-python"


def give_python(lab, host):
    """It stays until the host is reset or the lab goes down."""
    lab.send(host, sysconfig.get_path("stdlib"), ON_HOST)


class Ansible:
    """A play of `count` commands on `hosts`, without gathering facts, every host at its own pace."""

    def __init__(self, lab, hosts, count):
        self._lab = lab
        self._inventory = ",".join(hosts) + ","
        settings = lab.directory / "ansible.cfg"  # empty: nothing of /etc/ansible or of a home counts
        settings.touch()
        self._environment = {**ANSIBLE, "ANSIBLE_CONFIG": str(settings), "ANSIBLE_FORKS": str(len(hosts))}
        tasks = [{"command": "/bin/true"} for _ in range(count)]
        play = {"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": tasks,
                "environment": {"PYTHONPATH": f"{ON_HOST}:{ON_HOST}/lib-dynload"}}
        self._play = lab.directory / f"ansible-{len(hosts)}x{count}.yaml"
        self._play.write_text(json.dumps([play]))
        self._ends = f"ok={count} "
        self._hosts = len(hosts)

    def __call__(self):
        result = self._lab.client(["ansible-playbook", "-i", self._inventory, str(self._play)], env=self._environment,
                                  limit=600)
        if result.output.count(self._ends) != self._hosts:
            raise Failed(f"Ansible did not end with {self._ends} on {self._hosts} hosts:\n{result.output[-2000:]}")
        return result


class ControlMaster:
    """One `ssh HOST /bin/true` after the other over one connection, which is opened and closed as part of it."""

    SCRIPT = """
      options="-o ControlPath=$0/%C -o BatchMode=yes"
      ssh $options -o ControlMaster=yes -o ControlPersist=60 "$1" true
      n=0
      while [ $n -lt "$2" ]; do ssh $options "$1" /bin/true; n=$((n + 1)); done
      ssh $options -O exit "$1"
    """

    def __init__(self, lab, host, count):
        self._run = lambda: lab.client(["sh", "-euc", self.SCRIPT, str(lab.directory), host, str(count)])

    def __call__(self):
        return self._run()
