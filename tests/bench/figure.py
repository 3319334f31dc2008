"""One line of the result: a measured figure beside its peer and its limit."""

from dataclasses import dataclass
from typing import Optional

from measure import best_seconds, median_ratio, median_seconds


@dataclass(frozen=True)
class Figure:
    what: str
    ours: str
    peer: str = ""
    ratio: str = ""
    limit: str = ""
    within: Optional[bool] = None  # None: told for information, there is no limit

    @property
    def verdict(self):
        return {None: "", True: "within", False: "OVER"}[self.within]


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def faster(what, ours, peer, least=None):
    """How many times longer the peer takes: at least `least` times."""
    ratio = median_ratio(peer, ours)
    return Figure(what, seconds(median_seconds(ours)), seconds(median_seconds(peer)), f"1/{ratio:.1f}",
                  f"1/{least}" if least else "", ratio >= least if least else None)


def at_most(what, ours, peer, most=None):
    """How many times as long as the peer we take: at most `most` times."""
    return _within(what, median_seconds(ours), median_seconds(peer), median_ratio(ours, peer), most)


def best_at_most(what, ours, peer, most):
    """The same of the best run of each, for what lasts milliseconds: there the rest of the machine only adds."""
    mine, theirs = best_seconds(ours), best_seconds(peer)
    return _within(what, mine, theirs, mine / theirs, most)


def below(what, value, limit, unit, peer=""):
    """A value beside a limit of its own."""
    return Figure(what, f"{value:.1f} {unit}", peer, "", f"{limit:g} {unit}", value <= limit)


def _within(what, ours, peer, ratio, most):
    return Figure(what, seconds(ours), seconds(peer), f"{ratio:.2f}", f"{most:g}" if most else "",
                  ratio <= most if most else None)
