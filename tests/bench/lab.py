"""The lab as a benchmark sees it: hosts to arrange, and a client that reaches them over SSH."""

import contextlib
import subprocess
from pathlib import Path

from measure import Failed, run, with_peak
from playbooks import CHECKOUT, MXODUS

TOOL = str(CHECKOUT / "docker/lab")
NETWORK = "source docker/lib/lab.sh; source docker/lib/network.sh; echo /run/netns/$(netns_of laptop)"

SSH_CONFIG = """\
Host old
  HostName 198.51.100.10
Host backup
  HostName 198.51.100.30
Host ns
  HostName 198.51.100.53
Host out
  HostName 198.51.100.200
Host new
  HostName 198.51.100.20
  Port 2222
  User ops
  ProxyJump out
Host *
  User root
  IdentityFile @/id_ed25519
  UserKnownHostsFile @/known_hosts
"""


class Lab:
    """A lab that is up is used and left up; else one is brought up, and taken down at the end.

    The clients, mxodus and its peers alike, are programs of this machine in the network namespace of the lab's
    laptop, with the operator's key and an ssh_config of their own in place of ~/.ssh.
    """

    def __init__(self, directory):
        self.directory = directory
        self._ssh = directory / "ssh"
        self._home = directory / "home"
        self._ssh.mkdir(mode=0o700)
        self._home.mkdir()
        for name in ("id_ed25519", "known_hosts"):
            path = self._ssh / name
            path.touch(mode=0o600)
            path.write_text(self.on("laptop", f"cat /home/op/.ssh/{name}"))
        self.add_names({})
        self._network = subprocess.run(["bash", "-c", NETWORK], cwd=CHECKOUT, check=True, capture_output=True,
                                       text=True).stdout.strip()
        Path.home().joinpath(".ssh").mkdir(mode=0o700, exist_ok=True)  # what the clients' own is mounted on

    @staticmethod
    @contextlib.contextmanager
    def for_benchmarks(needed, directory):
        if not needed:
            yield None
            return
        was_up = subprocess.run([TOOL, "status"], capture_output=True).returncode == 0
        if not was_up:
            subprocess.run([TOOL, "up"], check=True, timeout=2400)
        try:
            yield Lab(directory)
        finally:
            if not was_up:
                subprocess.run([TOOL, "down"], check=True, timeout=120)

    def add_names(self, addresses):
        """More names for hosts, in the ssh_config of the clients; `addresses` maps each to where it leads."""
        names = "".join(f"Host {name}\n  HostName {address}\n" for name, address in addresses.items())
        (self._ssh / "config").write_text(names + SSH_CONFIG.replace("@", str(self._ssh)))

    @staticmethod
    def on(host, script):
        """Arranges something on a host, as root and not over SSH; returns what it printed."""
        return run([TOOL, "exec", host, "sh", "-euc", script]).output

    @staticmethod
    def send(host, source, target):
        """Copies a folder of this machine into a new folder on a host."""
        _pipe(["tar", "-C", source, "-c", "."], host, target)

    @staticmethod
    def copy(source_host, source, host, target):
        """Copies a folder of one host into a new folder on another."""
        _pipe([TOOL, "exec", source_host, "tar", "-C", source, "-c", "."], host, target)

    @staticmethod
    def throttle(host, rate):
        run([TOOL, "throttle", host, rate] if rate else [TOOL, "unthrottle", host])

    @staticmethod
    def pin(host, processors):
        """Keeps all that runs on a host, and whatever that begins, on these processors ("0", "0-1")."""
        Lab.on(host, f"for p in /proc/[0-9]*; do taskset -acp {processors} ${{p#/proc/}} >/dev/null || true; done")

    def client(self, argv, **keys):
        """Runs argv on the laptop's network, as `measure.run` does; what enters it costs each client some 5 ms."""
        enter = ["nsenter", f"--net={self._network}", "unshare", "--mount", "sh", "-euc",
                 'mount --bind "$0" ~/.ssh; HOME=$1; shift; exec "$@"', str(self._ssh), str(self._home)]
        return run([*enter, *argv], **keys)

    def mxodus_plan(self, playbook):
        """Looks at every step once and changes nothing."""
        return self.client([MXODUS, "plan", playbook])

    def mxodus_run(self, playbook, report=None):
        """The whole of `mxodus run`: start, plan, journal, end. With `report`, see measure.with_peak()."""
        argv = [MXODUS, "run", playbook, "--yes", "--no-input"]
        return self.client(with_peak(argv, report) if report else argv)


def _pipe(pack, host, target):
    packing = subprocess.Popen(pack, stdout=subprocess.PIPE)
    unpack = ["sh", "-euc", 'rm -rf "$0"; mkdir "$0"; tar -C "$0" -x', target]
    subprocess.run([TOOL, "exec", host, *unpack], stdin=packing.stdout, check=True, timeout=300)
    if packing.wait() != 0:
        raise Failed(f"'{' '.join(pack)}' failed")
