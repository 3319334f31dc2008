"""What it costs to start mxodus and to read a playbook; no lab."""

import resource
import shutil

from figure import Figure, below, best_at_most
from measure import Failed, best_seconds, pairs, peak_mib, run, with_peak
from playbooks import MXODUS, chain, command, write_playbook

needs_lab = False
about = "start, validate 200 steps, load a chain of 39,000"

ROUNDS = 40
CHAIN = 39_000
STACK = 8 << 20  # the default of every distribution


def measure(bench):
    yield from version()
    yield linked()
    yield from validate(bench)
    yield from long_chain(bench)


def sqlite():
    return run(["sqlite3", "--version"])


def version():
    ours, peer = pairs(lambda: run([MXODUS, "--version"]), sqlite, ROUNDS)
    yield best_at_most("--version; sqlite3 --version", ours, peer, 6)


def linked():
    unwanted = [name for name in ("libgvc", "libpqxx") if name in run(["ldd", MXODUS]).output]
    return Figure("libgvc and libpqxx linked", " ".join(unwanted) or "neither", limit="neither", within=not unwanted)


def validate(bench):
    playbook = write_playbook(bench.directory, "steps-200", {f"s{n}": command("here") for n in range(200)})
    ours, peer = pairs(lambda: run([MXODUS, "validate", playbook]), sqlite, ROUNDS)
    yield best_at_most("validate 200 steps; sqlite3 --version", ours, peer, 15)


def long_chain(bench):
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    playbook = write_playbook(bench.directory, "chain", chain(CHAIN))
    report = bench.directory / "peak"
    results = [run(with_peak([MXODUS, "validate", playbook], report)) for _ in range(5)]
    if f"{CHAIN} steps" not in results[0].output:
        raise Failed(f"validate did not see {CHAIN} steps: {results[0].output}")
    peer = ninja_on_chain(bench)
    yield below("validate a chain of 39,000; ninja -n", best_seconds(results), 3, "s", peer)
    yield below("  its peak memory", peak_mib(report) * 1.048576, 150, "MB")


def ninja_on_chain(bench):
    """How ninja ends on a chain of the same length, as a word for the table."""
    if not shutil.which("ninja"):
        return "no ninja"
    graph = bench.directory / "build.ninja"
    edges = (f"build s{number}: touch s{number - 1}\n" for number in range(1, CHAIN))
    graph.write_text("rule touch\n  command = touch $out\nbuild s0: touch\n" + "".join(edges))
    result = run(["ninja", "-n", "-f", str(graph), f"s{CHAIN - 1}"], ends=range(-64, 256))
    if result.status < 0:
        return f"signal {-result.status}"
    return f"{result.seconds:.1f} s" if result.status == 0 else "fails"
