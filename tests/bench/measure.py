"""Runs commands as whole processes and says what they took."""

import os
import signal
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass


class Failed(Exception):
    """A command that a benchmark runs did not end as it must; the benchmark has no result."""


@dataclass(frozen=True)
class Usage:
    seconds: float  # from just before the start until the process has been reaped
    status: int  # exit status, or minus the signal
    output: str  # stdout and stderr as they came


def run(argv, *, env=None, limit=300, ends=(0,)):
    """Runs argv in a process group of its own; raises Failed if it ends in another way than `ends`, or
    lasts longer than `limit` seconds. `env` adds to the environment."""
    with tempfile.TemporaryFile() as kept:
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, kept.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, kept.fileno(), 2),
        ]
        environment = {**os.environ, **(env or {})}
        began = time.perf_counter()
        pid = os.posix_spawnp(argv[0], argv, environment, file_actions=files, setpgroup=0)
        end_it = threading.Timer(limit, os.killpg, (pid, signal.SIGKILL))
        end_it.start()
        try:
            _, waited = os.waitpid(pid, 0)
            seconds = time.perf_counter() - began
        except BaseException:
            os.killpg(pid, signal.SIGKILL)
            raise
        finally:
            end_it.cancel()
        kept.seek(0)
        output = kept.read().decode(errors="replace")
    status = os.waitstatus_to_exitcode(waited)
    if status not in ends:
        raise Failed(f"'{' '.join(argv)}' ended with {status} after {seconds:.1f} s:\n{output[-2000:]}")
    return Usage(seconds, status, output)


def with_peak(argv, report):
    """argv under time(1), which writes to `report` what peak_mib() reads. The figure that the kernel would give here
    begins with the memory of this program, from which every command is forked."""
    return ["/usr/bin/time", "--format=%M", f"--output={report}", *argv]


def peak_mib(report):
    return int(report.read_text()) / 1024


def pairs(ours, peer, count):
    """Calls both `count` times in turn, the first of a pair alternating; returns two lists of Usage."""
    results = ([], [])
    for number in range(count):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            results[side].append((ours, peer)[side]())
    return results


def median_seconds(usages):
    return statistics.median(usage.seconds for usage in usages)


def best_seconds(usages):
    return min(usage.seconds for usage in usages)


def median_ratio(numerators, denominators):
    """Of the pairs, so that a machine whose speed drifts does not distort it."""
    return statistics.median(a.seconds / b.seconds for a, b in zip(numerators, denominators))
