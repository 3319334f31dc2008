"""A restore of all mail from the backup, beside restic on the same host."""

from figure import at_most
from measure import pairs
from playbooks import write_playbook

needs_lab = True
about = "restic.restore over a slow and over a fast line"

TARGET = "/var/tmp/mxodus-bench-restore"
LEFT_BEHIND = f"{TARGET} /var/tmp/.mxodus-bench-restore.mxodus-restore /root/.cache/restic"
REPOSITORY = "sftp:restic@backup.lab.test:/srv/restic/repo"
HOSTS = {"new": {"become": "sudo"}}
SNAPSHOT = {"repository": "mail", "host": "old-mx", "path": "/var/vmail"}


def measure(bench):
    restore = Restore(bench)
    try:
        bench.lab.throttle("backup", "8mbit")
        ours, peer = pairs(restore.by_mxodus, restore.by_restic, 3)
        yield at_most("restore at 8 Mbit/s; restic on the host", ours, peer, 1.05)
    finally:
        bench.lab.throttle("backup", None)
    try:
        ours, peer = pairs(restore.by_mxodus, restore.by_restic, 3)
        yield at_most("restore unthrottled; restic", ours, peer)
    finally:
        restore.clean()


class Restore:
    def __init__(self, bench):
        self._lab = bench.lab
        password = bench.directory / "restic_password"
        password.write_text("labrestic\n")
        steps = {
            "backup": {"uses": "restic.snapshots", "host": "new", "with": SNAPSHOT},
            "restore": {"uses": "restic.restore", "host": "new", "with": {
                "repository": "mail", "snapshot": "${steps.backup.id}", "subpath": "/var/vmail", "to": TARGET}},
        }
        self._playbook = write_playbook(
            bench.directory, "restore", steps, HOSTS, secrets={"password": {"file": str(password)}},
            repositories={"mail": {"restic": REPOSITORY, "password": "${secrets.password}"}})

    def clean(self):
        """Both begin with nothing on the host: no files, and none of what restic keeps of the repository."""
        self._lab.on("new-mx", f"rm -rf {LEFT_BEHIND}")

    def by_mxodus(self):
        self.clean()
        return self._lab.mxodus_run(self._playbook)

    def by_restic(self):
        self.clean()
        restic = f"sudo -n restic -r {REPOSITORY} --password-file /dev/stdin restore latest:/var/vmail"
        which = f"--host old-mx --path /var/vmail --target {TARGET} --verify"
        return self._lab.client(["ssh", "new", f"echo labrestic | {restic} {which}"])
