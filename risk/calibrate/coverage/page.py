"""The page of the docs on our own intervals: `python -m risk.calibrate.coverage.page`, of what is kept."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from risk.assumptions import locate
from risk.calibrate.coverage import beside
from risk.calibrate.coverage.kinds import BOUNDS, BY_PIECES, KINDS, LEFT_OUT, RARE
from risk.calibrate.coverage.measure import WANTED
from risk.calibrate.validation import evidence
from risk.calibrate.validation.evidence import Figure, Record

PRINTED: Final[Mapping[str, str]] = {
    "amplification": "sheet Amplification, `amplification`",
    "answer": "Summary, `summary`, `reverse`, `book`, sheet Book",
    "asked": "`views`, `update`, `watch`",
    "attribution": "sheets Drivers, Tail, `drivers`, `tail`",
    "belief": "`views --believe`",
    "bridge": "sheet Changes, `compare --bridge`",
    "budget": "`budget`, sheet Drivers",
    "consequences": "`reverse --then`",
    "contrasts": "`compare`, sheet Changes, `update`",
    "coordinates": "`reverse`",
    "deployment": "sheet Capex",
    "energy": "`energy`, sheet Energy",
    "holders": "`lenders`",
    "explain": "`drivers --outcome`",
    "explain_model": "`drivers --outcome`",
    "gap": "sheet Revenue gap",
    "gpu_lives": "sheet GPU prices",
    "grid": "`reverse`, sheet Reverse",
    "joint": "sheet Tail, `tail`",
    "line_items": "sheet Scenarios",
    "loss_lines": "sheet Losses, `show`",
    "members": "`views`, sheet Views",
    "metrics": "sheet Metrics, `show`",
    "nearest": "`reverse`, sheet Reverse",
    "neoclouds": "sheets Neoclouds, Loans",
    "parameter_band": "Summary, sheet Verdict",
    "recoveries": "sheet Recoveries",
    "rules": "`reverse`, sheet Reverse",
    "shares": "sheet Drivers, `drivers`",
    "signs": "`reverse`, sheet Reverse",
    "triggers": "`actions`, sheet Actions",
    "verdict": "Summary, sheet Verdict, `show`",
    "voi": "`voi`, sheet Actions",
    "watch": "`watch`, sheet Watch",
    "ways": "`reverse`, sheet Reverse",
    "worst": "`tail`",
}
"""Module of the analysis → where its numbers are printed."""

BESIDE: Final[Mapping[str, str]] = {
    beside.KINDS["bridge"]: "`compare`, sheets Scenarios, Changes, `screen`, `sources --drop`, validation",
    beside.KINDS["ratios"]: "sheet Amplification, `amplification`",
    beside.KINDS["where"]: "`compare --outcome --when`",
    RARE: "wherever a probability is",
    "contribution to the shortfall": "sheet Shortfall",
    "area under the curve": "sheet Drivers, `reverse`",
}
"""Kinds whose estimates stand in no class of an analysis → where they are printed."""

ABOUT = (
    "A number of a run stands with a 95% interval. Here the intervals are counted: the random blocks of one "
    "long run of the base case are independent runs of 1,024 paths, each tells all that packs, screens and "
    "JSON documents print, and what all blocks together say is the truth that each should hold. Intervals "
    f"are pooled by kind; right is {WANTED[0]:.0%} to {WANTED[1]:.0%}, give or take two standard errors of "
    "the coverage itself, for the intervals of one piece hang together. Kinds that half of the blocks have "
    "too few paths for are measured on pieces of 8,192 paths; what rests on further runs (budget, band over "
    "parameters, bridge, differences of runs) on pieces of 256 paths of the run and of four registers beside "
    "it."
)

CHOSEN = (
    "What a run chooses before it tells it (rules, signs, ways, cells, beliefs) is held against what the "
    "very same choice comes to on the first 32 blocks. Kinds that grow with the paths ("
    + ", ".join(sorted(BY_PIECES))
    + ") estimate what pieces of their size say on average: what curves and products leave out is no error "
    "of sampling, and stands in the docs of the method."
)

BARE = (
    "Printed without an error, and so without a kind: medoids and most likely paths (paths that occurred), "
    "thresholds, edges and bounds of rules (choices), quartiles of dates and leads in whole quarters, "
    "effective numbers of paths, the means that a smallest set of beliefs asks for, fans and bands of paths "
    "(a spread of what happens, no error), and figures of hindcasts and replays, which have few readings and "
    "pages of their own ([hindcast](hindcast.md), [cases](cases.md))."
)


PARAMETERS = "Errors of estimated parameters are measured on planted truth: [coverage](coverage.md)."


def page(record: Record) -> str:
    """The page of a record."""
    missed = [f.what.rpartition(": ")[2] for f in record.figures if not f.wanted]
    said = "All kinds hold." if not missed else f"Kinds that do not hold: {', '.join(missed)}."
    made = (
        f"{record.paths:,} paths, seed {record.seed}, {record.date}, {record.machine}, engine "
        f"`{record.source[:12]}`. {said}"
    )
    lines = ["# Do our intervals hold?", "", ABOUT, "", CHOSEN, "", made, "", *_table(record)]
    lines += ["", "## Told elsewhere, or without an error", "", BARE, "", *_left_out()]
    lines += ["", PARAMETERS]
    return "\n".join(lines)


def _table(record: Record) -> Iterator[str]:
    yield "| kind | printed by | paths | runs | intervals that hold | wanted | | how |"
    yield "| --- | --- | ---: | ---: | ---: | --- | :---: | --- |"
    for figure in record.figures:
        yield _row(figure)


def _row(figure: Figure) -> str:
    sizes, _, kind = figure.what.partition(": ")
    paths = next(word for word in sizes.split() if word[0].isdigit() and word != "95%")
    low, high = (None if end is None else f"{end:.1%}" for end in (figure.low, figure.high))
    wanted = f"≥ {low}" if high is None else f"{low} to {min(high, '100.0%', key=_number)}"
    mark = "" if figure.wanted else "**FAIL**"
    cells = (kind, _printed(kind), paths, str(figure.n), f"{figure.value:.1%}", wanted, mark, figure.note)
    return f"| {' | '.join(cells)} |"


def _number(share: str) -> float:
    return float(share.rstrip("%"))


def _printed(kind: str) -> str:
    """Where the numbers of a kind are printed."""
    modules = {name.partition(".")[0] for name, own in KINDS.items() if own == kind}
    places = [BESIDE[kind]] if kind in BESIDE else []
    places += [PRINTED[module] for module in sorted(modules)]
    shown = "; ".join(dict.fromkeys(places))
    return f"{shown} (may cover more)" if kind in BOUNDS else shown


def _left_out() -> Iterator[str]:
    """Fields that are not measured by their own name, by the reason."""
    by_reason = defaultdict[str, list[str]](list)
    for name, why in LEFT_OUT.items():
        by_reason[why].append(f"`{name}`")
    for why, names in by_reason.items():
        yield f"* {', '.join(names)}: {why}."


def main() -> None:
    """Print the page of what is kept in the register."""
    found = [each for each in evidence.read(locate.register()) if each.name == "coverage"]
    if not found:
        sys.exit("nothing is kept: python -m risk.calibrate.coverage measures it")
    print(page(found[0]))


if __name__ == "__main__":
    main()
