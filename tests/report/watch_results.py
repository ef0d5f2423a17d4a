"""A watch list, and what readings change, made by hand."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from risk.analysis.contrasts import Difference
from risk.analysis.statistics import Estimate
from risk.analysis.watch import Lead, Told
from risk.calibrate.hindcast.forecast import Score
from risk.calibrate.watch.past import Decided
from risk.calibrate.watch.tripwires import Newest, Side, Tripwire
from risk.calibrate.watch.update import LATER, Held, Update
from risk.calibrate.watch.watching import Outside, Watch
from risk.report.terminal.headed import Headed
from tests.report.terminal_results import HEADING, PATHS, share

STANDING = "Standing watch-items (the recurring checklist)"
RENT = Newest("H100 one-year contract rent", "USD/h", 2.8, "2026-08-31", "2026-09-30")
NOTHING, UNTOLD = Estimate(nan, nan, 0), Estimate(0.0, nan, PATHS)


def _told(
    crossed: float, given: float, rest: float, bits: float, warned: float | None, lead: Lead | None
) -> Told:
    moves = 2.0 * crossed * (1.0 - crossed) * abs(given - rest)
    return Told(
        share(crossed),
        share(given, round(PATHS * crossed)),
        share(rest, round(PATHS * (1.0 - crossed))),
        Estimate(moves, 0.003, PATHS),
        Estimate(bits, 0.004, PATHS, (max(bits - 0.008, 0.0), bits + 0.008)),
        None if warned is None else share(warned),
        lead,
    )


def _tripwire(item: str, words: str, label: str, unit: str, side: Side, level: float, told: Told) -> Tripwire:
    judged = unit == "USD/h"
    return Tripwire(
        f"{item}.2028Q4.{side}", item, words, STANDING, "", label, unit, side, level, "2026Q4", "2028Q4",
        "2026-10-11", RENT if judged else None, 2.8 if judged else nan, judged, told,
    )  # fmt: skip


LOW = _tripwire(
    "token-cost", "Inference cost per token", RENT.label, "USD/h", "low", 1.1,
    _told(0.26, 0.78, 0.2, 0.202, 0.57, Lead(4, 7, 11)),
)  # fmt: skip
HIGH = _tripwire(
    "transformer-lead", "Power transformer lead times", "Delivered compute waiting for power", "H100e M",
    "high", 9.0, _told(0.233, 0.268, 0.377, 0.007, 0.0, None),
)  # fmt: skip
NEVER = replace(
    _tripwire("capex", "Hyperscaler capex", "Big-Five cash capex", "USD bn/q", "low", 10.0, HIGH.told),
    told=Told(share(0.0), NOTHING, share(0.35), UNTOLD, UNTOLD, None, None),
)  # fmt: skip

SCORE = Score(
    "h100_spot", "2026-10-06", "2026Q4", 1, 2.86, "USD/h", "2026-10-06", "gpu-indices-2026-10", "secondary",
    2.65, 1.89, 3.73, 0.66, 0.2, 1.9, (), (),
)  # fmt: skip
MISSED = replace(SCORE, metric="capex", date="2026Q4", value=310.0, unit="USD bn/q", low=222.0, median=246.0,
                 high=274.0, pit=0.999, published="2027-02-05")  # fmt: skip
LABEL = "Headline credit loss to 2032Q4 (AI infrastructure, first round), mean"
UPDATE = Update(
    "2026Q3", "2026Q4", PATHS, 12_345.0,
    (
        Held("H100 spot rent", replace(SCORE, date="2026-10-05", value=2.81), True, False, LATER, 0.2),
        Held("H100 spot rent", SCORE, True, True, "", 0.2, Estimate(-0.018, 0.0014, PATHS),
             Estimate(-0.018, 0.0014, PATHS), 17_453.0),
        Held("Big-Five cash capex", MISSED, False, True, "", 0.05, Estimate(0.002, 0.004, PATHS),
             Estimate(-0.016, 0.004, PATHS), 12_345.0),
    ),
    (
        Difference("bust", "Bust", "", share(0.352), share(0.336, 12_345), Estimate(-0.016, 0.004, 12_345)),
        Difference("B4", "GPU rent collapses", "", share(0.27), share(0.266, 12_345),
                   Estimate(-0.004, 0.0011, 12_345)),
        Difference("headline_loss", LABEL, "USD bn", Estimate(22.3, 0.28, PATHS),
                   Estimate(20.9, 0.31, 12_345), Estimate(-1.4, 0.11, 12_345)),
    ),
)  # fmt: skip

WATCH = Watch(
    run=HEADING.run,
    inputs="",
    version="1",
    page='"AI Infrastructure & Datacenter" (sector page, 2026-05-30)',
    event="Bust",
    probability=share(0.352),
    tripwires=(LOW, HIGH, NEVER),
    outside=(
        Outside("hbm-gap", "HBM demand-supply gap", STANDING, "A part of the price of a server.", None),
        Outside("contract-terms", "Enterprise AI contract size and duration", STANDING, "Terms are inputs.",
                Newest("CoreWeave, backlog", "USD bn", 104.0, "2026-06-30", "2026-08-15")),
    ),
    left_out=("Hyperscaler capex guidance by 2040Q4",),
    decided=(
        Decided(replace(LOW, level=2.2, by="2026Q4", id="low"), False, 2.6, "2026-12-31", 0.17),
        Decided(replace(LOW, side="high", level=2.5, by="2026Q4", id="high"), True, 2.6, "2026-12-31", 0.4),
    ),
    update=UPDATE,
    updated={LOW.id: share(0.24, 12_345), HIGH.id: share(0.23, 12_345)},
)  # fmt: skip

WATCHED = Headed(HEADING, WATCH)
UPDATED = Headed(HEADING, UPDATE)
EXHAUSTED = Headed(HEADING, replace(UPDATE, effective=112.0, moved=()))
