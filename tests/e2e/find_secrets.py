"""Looks for secrets on the machine it runs on: in command lines and environments of processes, and in files.

Whoever runs it hands it to `python3 -` with a call of main at its end, so that it has no argument and no file that holds
what it looks for. Prints one line for each place: `process PID cmdline|environ` or `file PATH`.
"""
import os, stat, sys, time

def holds(path, wanted):
    """Whether the file holds one of the forms; across chunk borders too."""
    longest = max(map(len, wanted))
    rest = b""
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
            text = rest + chunk
            if any(form in text for form in wanted):
                return True
            rest = text[-longest:]
    return False

def processes(wanted):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid():
            continue
        for what in ("cmdline", "environ"):
            try:
                if holds(f"/proc/{pid}/{what}", wanted):
                    yield f"process {pid} {what}"
            except OSError:
                pass  # it has ended

def files(wanted, since):
    """Everything that was written since, on every file system that can be written but those of the kernel."""
    mounts = [line.split() for line in open("/proc/self/mounts")]
    kinds = ("overlay", "tmpfs", "ext4", "xfs", "btrfs")
    seen = set()
    for root in [mount[1] for mount in mounts if mount[2] in kinds and mount[3].startswith("rw")]:
        device = os.stat(root).st_dev
        for folder, names, entries in os.walk(root):
            names[:] = [name for name in names if os.lstat(os.path.join(folder, name)).st_dev == device]
            for entry in entries:
                path = os.path.join(folder, entry)
                try:
                    status = os.lstat(path)
                    if not stat.S_ISREG(status.st_mode) or status.st_mtime < since or path in seen:
                        continue
                    seen.add(path)
                    if holds(path, wanted):
                        yield f"file {path}"
                except OSError:
                    pass  # it is gone

def main(orders):
    wanted = [bytes.fromhex(form) for form in orders["forms"]]
    found = set()
    if "until" in orders:
        while not os.path.exists(orders["until"]):
            found.update(processes(wanted))
            time.sleep(0.02)
    else:
        found.update(processes(wanted))
        found.update(files(wanted, orders["since"]))
    sys.stdout.write("".join(sorted(place + "\n" for place in found)))

