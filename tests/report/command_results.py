"""Results of the commands that look after runs, packs and the register, made by hand."""

from __future__ import annotations

from datetime import date
from math import nan

import numpy as np

from risk.analysis.attribution import Driver
from risk.analysis.inputs import InputChange
from risk.analysis.joint import Lift
from risk.analysis.shares import Explained
from risk.analysis.statistics import Estimate
from risk.analysis.worst import Told, Worst, WorstPath
from risk.calibrate.challenger.capex import Autoregression
from risk.calibrate.challenger.challenge import Challenge, Market
from risk.calibrate.challenger.figures import ALL, Figure, Step, exact
from risk.calibrate.challenger.firm import Firm
from risk.calibrate.challenger.inputs import Inputs
from risk.calibrate.challenger.inputs import Row as Quoted
from risk.calibrate.hindcast.forecast import Score
from risk.calibrate.hindcast.hindcast import Hindcast, Vintage, together
from risk.calibrate.hindcast.pooled import Scored
from risk.report.terminal.drivers import Drivers
from risk.report.terminal.findings import Finding
from risk.report.terminal.headed import Headed
from risk.report.terminal.revisions import Changed, Diff, Old, Stale
from risk.report.terminal.runs import Row
from tests.report.terminal_results import HEADING, PATHS, share


def _driver(id: str, rank: float, low: float, high: float, error: float = 9.0) -> Driver:
    ends = (Estimate(x, error, 2_000, tail=100) for x in (low, high))
    return Driver(id, Estimate(rank, 0.007, PATHS), *ends)


TAIL = Headed(
    HEADING,
    Worst(
        0.05,
        1_000,
        Estimate(376.3, 4.5, PATHS, (367.0, 385.0), tail=1_000),
        Estimate(458.0, 3.1, PATHS, tail=1_000),
        (
            _driver("credit.pd_software", 0.213, -88.0, 104.0),
            _driver("neoclouds.contracts.renewal_share_of_investment_grade_payers", -0.091, 41.0, -30.0),
            _driver("gpu.launch_obsolescence", 0.012, 0.3, 9.0),
        ),
        (
            Told("B4", "GPU rent collapses",
                 Lift(share(0.29, 1_000), share(0.083), Estimate(3.5, 0.18, PATHS))),
            Told("bust", "Bust", Lift(share(0.49, 1_000), share(0.186), Estimate(2.63, 0.09, PATHS))),
            Told("B8", "Losses cascade",
                 Lift(Estimate(0.0, 0.0015, 1_000, (0.0, 0.003)),
                      Estimate(0.0, 0.0000765, PATHS, (0.0, 0.00015)), Estimate(nan, nan, PATHS))),
        ),
        (
            WorstPath(4018, 752.9, "Bust", ("B1", "B1x", "B2", "B3", "B4", "B5", "B6", "B7", "B8")),
            WorstPath(11, 709.04, "Correction", ("B1",)),
        ),
    ),
)  # fmt: skip

DRIVERS = Headed(
    HEADING,
    Drivers(
        tuple(
            map(
                Explained,
                (*TAIL.result.drivers, _driver("revenue.growth", -0.4, 212.5, -1_104.25, 0.42)),
                (share(0.213), Estimate(-0.0004, 0.0009, PATHS), share(0.001), share(0.18)),
                ("1 to 2", "3 to 4", "3 to 4", "1 to 2"),
            )
        ),
        share(0.394),
    ),
)

RUNS = (
    Row("8f3c2a1b0d4e", 131_500_000, "base", 20_000, 20261122, "2026-11-22T10:15:00Z", True),
    Row("41ab00d3c9f1", 1_234_000_000, "gpu-glut", 200_000, 7, "2026-11-20T08:00:59Z", False),
    Row("0123456789ab", 4_200_000),
)

VERIFIED = (
    Finding("ok", "workbook", "21 sheets, sha256 8a49fc5c9f94c37a"),
    Finding("warn", "cover", "typed over: Cover!B9"),
    Finding(
        "FAIL",
        "numbers",
        "24 of 38,860 cells are not what the run makes: Cascade!B51, Cascade!B52, Cascade!D51 and 21 more",
        "somebody, or another version of bubblerisk, changed them",
    ),
    Finding("skipped", "rerun", "the run folder must be sound first"),
)

CHANGES = (
    Changed(
        InputChange("gpu.launch_obsolescence", "value", "1", 0.15, 0.16, "base/gpu.toml", 303),
        "Ben Berg",
        "Two launches re-rated old units by a third",
    ),
    Changed(
        InputChange("credit.recovery.senior", "prior", "1", {"shape": "beta", "mean": 0.5, "sd": 0.1}, None,
                    "scenarios/credit-freeze.toml", 12),
        "",
        "not committed",
    ),
    Changed(InputChange("rent_to_refinancing", "coupling", "", "on", "off"), "", ""),
)  # fmt: skip
DIFF = Diff("HEAD~1", "working tree", 598, CHANGES)

OLD = (
    Old("capex.actual[975]", "2026-03-31", 236, "filing", "Research", "sec-meta", "base/capex.toml:975"),
    Old("revenue.log_ceiling", "2026-05-20", 186, "judgement", "Risk", "judgement", "base/revenue.toml:41"),
)
STALE = Stale(date(2026, 11, 22), 180, 598, OLD)


def _score(metric: str, quarter: str, lead: int, value: float, pit: float, unit: str) -> Score:
    return Score(
        metric, quarter, quarter, lead, value, unit, "2026-08-01", "judgement", "filing",
        0.8 * value, 0.6 * value, 0.9 * value, pit, 0.2 * value, 0.9 * value,
        (0.3 * value, 0.1 * value), (1.2 * value, 0.4 * value),
    )  # fmt: skip


def _scored(vintage: str, *found: Score) -> Scored:
    alike = tuple(tuple(1.0 if i == j else 0.4 for j in range(len(found))) for i in range(len(found)))
    return Scored(vintage, found, alike)


def _hindcast() -> Hindcast:
    """Two vintages: capex that was missed, rents that were not."""
    early = _scored(
        "2024Q4",
        _score("capex", "2025Q1", 1, 77.8, 0.42, "USD bn/q"),
        _score("capex", "2026Q2", 6, 181.5, 0.9997, "USD bn/q"),
        _score("h100_contract", "2026Q2", 6, 2.6, 0.91, "USD/h"),
    )
    late = _scored("2025Q4", _score("h100_contract", "2026Q2", 2, 2.6, 0.03, "USD/h"))
    labels = {"capex": "Big-Five cash capex", "h100_contract": "H100 one-year contract rent"}
    vintages = (
        Vintage("2024Q4", "2025-03-01", "807dd1873338", "1f2e3d4c5b6a", early, early, ()),
        Vintage("2025Q4", "2026-03-01", "36fa1aa65199", "", late, None, ()),
    )
    return together(4_096, 20261122, "source", labels, vintages)


HINDCAST = _hindcast()


_FIRM = Firm(42.0, 35.6, 0.87)
_CDS = Quoted(
    value=855, low=452, high=881, unit="bp", source="crwv-cds", as_of=date(2026, 10, 1), grade="secondary",
    note="Five years.",
)  # fmt: skip
CHALLENGED = Headed(
    HEADING,
    Challenge(
        (
            Figure("B2", "Capex falls 30% from its peak", "fraction", Estimate(0.671, 0.0073, 20_000),
                   Estimate(0.038, 0.001, 20_000), 0.0, 0.28,
                   (Step("no drift of its own", "challenger", Estimate(0.47, 0.004, 20_000), 0.69),
                    Step("spread->capex cut", "model", Estimate(0.62, 0.009, 1_024), 0.08),
                    Step(ALL, "model", Estimate(0.69, 0.014, 1_024), -0.02))),
            Figure("headline_loss", "AI infrastructure: mean loss", "USD bn",
                   Estimate(22.7, 0.6, 20_000), exact(16.8), 11.9, 35.3,
                   (Step("rent->collateral cut", "model", Estimate(21.0, 0.2, 1_024), 0.29),)),
            Figure("generic_loss_95", "Direct lending and B loans: loss at 95%", "USD bn",
                   Estimate(233.0, 5.0, 20_000, tail=1_000), exact(231.0), 142.0, 258.7,
                   (Step("loans that pay in kind", "challenger", exact(232.0), 0.5),)),
        ),
        Market(_FIRM, 855.0, ("2025-12-05", "2026-10-01"), 0.51, 0.64, 0.37, 0.7, 0.25, 0.42, 0.16,
               np.full(3, 0.37)),
        Autoregression(np.array([0.05, 0.37, 0.06, -0.02, -0.08]), 4e-4 * np.eye(5), 0.075, np.zeros(30),
                       0.26, "2019Q1", "2026Q2"),
        Inputs({"cds": _CDS}),
        measured=False,
    ),
)  # fmt: skip
