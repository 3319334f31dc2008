"""The result as text, 80 columns wide."""

LINE = "{:<37} {:>9} {:>9} {:>7} {:>7} {}"


def heading():
    return LINE.format("what", "mxodus", "peer", "ratio", "limit", "verdict")


def row(figure):
    return LINE.format(figure.what, figure.ours, figure.peer, figure.ratio, figure.limit, figure.verdict).rstrip()


def verdict_line(figures, failed):
    limited = [figure for figure in figures if figure.within is not None]
    over = sum(not figure.within for figure in limited)
    line = f"{len(limited) - over} of {len(limited)} limits kept, {over} missed"
    return f"{line}; without a result: {' '.join(failed)}" if failed else line
