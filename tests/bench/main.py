"""Runs the benchmarks that are named, all of them by default, and prints one table."""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Optional

import dns
import files
import fleet
import restore
import start
import steps
import zone
from lab import Lab
from measure import Failed
from table import heading, row, verdict_line

BENCHMARKS = {"start": start, "steps": steps, "fleet": fleet, "files": files, "restore": restore, "dns": dns, "zone": zone}


@dataclass(frozen=True)
class Bench:
    directory: Path  # of this run, removed at its end
    lab: Optional[Lab]  # None where no benchmark that was named needs it


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures mxodus beside its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; all by default")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark '{unknown[0]}'; there are: {' '.join(BENCHMARKS)}")
    return chosen


def run_all(names, as_json):
    """Prints each figure as soon as it is there; returns all of them, and the names of those without a result."""
    figures, failed = [], []
    with tempfile.TemporaryDirectory(prefix="mxodus-bench.", dir="/var/tmp") as directory:
        with Lab.for_benchmarks(any(BENCHMARKS[name].needs_lab for name in names), Path(directory)) as lab:
            for name in names:
                try:
                    for figure in BENCHMARKS[name].measure(Bench(Path(directory), lab)):
                        figures.append(figure)
                        if not as_json:
                            print(row(figure), flush=True)
                except Failed as failure:
                    failed.append(name)
                    print(f"{name} has no result: {failure}", file=sys.stderr)
    return figures, failed


def warn_of_load():
    load, processors = os.getloadavg()[0], os.cpu_count()
    if load > processors / 2:
        print(f"The load is {load:.1f} on {processors} processors: figures of a busy machine.", file=sys.stderr)


def main():
    chosen = arguments()
    if chosen.list:
        for name, benchmark in BENCHMARKS.items():
            print(f"{name:<10} {benchmark.about}")
        return 0
    names = chosen.names or list(BENCHMARKS)
    warn_of_load()
    if not chosen.json:
        print(heading(), flush=True)
    figures, failed = run_all(names, chosen.json)
    if chosen.json:
        print(json.dumps([{**asdict(figure), "verdict": figure.verdict} for figure in figures], indent=2))
    else:
        print(verdict_line(figures, failed))
    return 1 if failed or any(figure.within is False for figure in figures) else 0


sys.exit(main())
