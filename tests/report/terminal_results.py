"""Results made by hand, so that screens can be compared character by character."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from risk.analysis import words
from risk.analysis.amplification import MEASURES, OFF, Amplification, Effect
from risk.analysis.answer import Answer, Cost, Mover, Standing
from risk.analysis.contrasts import Difference
from risk.analysis.fans import Fan
from risk.analysis.feedback import Feedback
from risk.analysis.identities import Identity
from risk.analysis.inputs import InputChange
from risk.analysis.loop import LoopGain
from risk.analysis.loss_lines import LossLine
from risk.analysis.metrics import Metric
from risk.analysis.provenance import Provenance
from risk.analysis.statistics import Estimate, Histogram
from risk.analysis.story import Proposition, Quarter, Story, Year
from risk.analysis.telling import Event
from risk.analysis.verdict import Claim, OutcomeClass, Timing, Verdict
from risk.analysis.versions import Moved, Versions
from risk.axes import Calendar
from risk.calibrate import TargetResult
from risk.paths import Variable
from risk.report.pack.paths.lookup import Found
from risk.report.pack.paths.tracing import Mismatch, Traced
from risk.report.pack.paths.witness import Witness
from risk.report.terminal.batch import Row
from risk.report.terminal.checks import Checks
from risk.report.terminal.comparison import Comparison
from risk.report.terminal.distribution import Detail, Distribution, History
from risk.report.terminal.headed import Headed, Heading
from risk.report.terminal.plan import Forecast
from risk.report.terminal.summary import Summary
from tests import feedback as by_hand
from tests import parameter_band

PATHS = 20_000
CALENDAR = Calendar(date(2026, 6, 30), 26)

HEADING = Heading("8f3c2a1b0d4e", "base", "Base case", PATHS, 20261122, "2032Q4", 12, 12)


def share(value: float, n: int = PATHS) -> Estimate:
    return Estimate(value, (value * (1.0 - value) / n) ** 0.5, n)


CLAIMS = (
    Claim("B1", "bear", "Revenue stays short of what capex requires", "Short in every year.", share(0.951),
          "very likely", None, ""),
    Claim("B4", "bear", "GPU rent collapses", "H100 one-year rent at or below .30.", share(0.083),
          "very unlikely", Timing("2028Q2", "2029Q1", "2030Q1"), ""),
    Claim("B5", "bear", "A third of seasoned neocloud compute defaults", "At least one third.",
          Estimate(0.0, 0.0000765, PATHS, (0.0, 0.00015)), "exceptionally unlikely", None, ""),
    Claim("B8", "bear", "Losses cascade", "Second round at least 25%.", None, "pending", None,
          "Needs the second round of the cascade."),
    Claim("U1", "bull", "Customers pay $650bn a year by 2030", "External revenue.", share(0.33),
          "unlikely to about as likely as not", Timing("2028Q4", "2029Q2", "2030Q1"), ""),
    Claim("U3", "bull", "No facility with a strong payer defaults", "None by 2030Q4.", share(0.996),
          "virtually certain", None, ""),
)  # fmt: skip

CLASSES = tuple(
    OutcomeClass(name, label, share(p), said)
    for name, label, p, said in (
        ("bust", "Bust", 0.186, "unlikely"),
        ("correction", "Correction", 0.330, "unlikely to about as likely as not"),
        ("durable", "Durable", 0.484, "about as likely as not"),
        ("durable_paid", "Durable, paid for", 0.038, "very unlikely"),
        ("durable_unpaid", "Durable, unpaid", 0.446, "about as likely as not"),
    )
)

VERDICT = Verdict(
    CLAIMS,
    CLASSES,
    {"with a 60% fall of rent in B4": (share(0.30), share(0.35), share(0.35))},
    Timing("2029Q2", "2030Q1", "2030Q3"),
    "1",
    "2030",
)


def metric(name: str, label: str, scale: float = 1.0) -> Metric:
    quantiles = (2.6, 6.9, 13.2, 44.0, 128.0, 229.0, 322.0, 376.3, 514.0)
    tails = (15, 1_000, 2_000, 5_000, 10_000, 5_000, 2_000, 1_000, 200)
    at = [
        Estimate(scale * q, scale * 0.012 * q, PATHS, tail=tail)
        for q, tail in zip(quantiles, tails, strict=True)
    ]
    return Metric(
        Variable(name, "USD bn", label),
        Estimate(scale * 147.4, scale * 0.83, PATHS),
        scale * 117.0,
        0.94,
        tuple(at),
        (at[7], at[8]),
        (
            Estimate(scale * 458.0, scale * 3.1, PATHS, tail=1_000),
            Estimate(scale * 514.6, scale * 4.2, PATHS, tail=500),
            Estimate(scale * 588.0, scale * 6.5, PATHS, tail=200),
        ),
        scale * 0.44,
        scale * 811.23,
    )


LOSS = metric("headline_loss", "Headline credit loss to 2032Q4 (AI infrastructure, first round)")
HISTOGRAM = Histogram(
    np.linspace(0.0, 560.0, 49),
    np.array([round(3_000 * 0.88**i) + 20 * (i % 3) for i in range(48)], dtype=np.int64),
)
RENT = Fan(
    Variable("h100_contract", "USD/h", "H100 one-year contract rent"),
    CALENDAR.labels,
    np.array([2.65 * np.exp(-fall * np.arange(27) / 4.0) for fall in (0.40, 0.33, 0.27, 0.21, 0.13)]),
)
CARE = Provenance(280, 149, 8, 1_012, 237, 24, 24, 90, 180, 73, 61, "neocloud")


RATES = {"bust": 0.0204, "correction": 0.0019, "durable": 0.0006}


def loss_line(name: str, label: str, scale: float) -> LossLine:
    def usd(value: float) -> Estimate:
        return Estimate(scale * value, scale * 0.01 * abs(value), PATHS)

    return LossLine(
        name,
        label,
        LOSS if scale == 1.0 else metric(f"{name}_loss", f"Credit loss to 2032Q4: {label}", scale),
        {"bust": usd(301.0), "correction": usd(133.0), "durable": usd(12.0)},
        usd(161.0),
        usd(-13.6),
        {"bust": usd(140.0), "correction": usd(-28.0), "durable": usd(-149.0)},
        Estimate(0.0063, 0.0002, PATHS),
        Estimate(0.0081, 0.0001, PATHS),
        {name: Estimate(rate, 0.0002, PATHS) for name, rate in RATES.items()},
        usd(542.0),
        usd(100.0),
        usd(10.2),
    )


LINES = (
    loss_line("headline", "AI infrastructure", 1.0),
    loss_line("software", "AI disruption of software credit", 0.4),
    loss_line("generic", "Direct lending and B loans", 2.0),
)


def ranged(found: Any, noise: float = 0.03) -> Any:
    """A claim or class with its band, and the word of it."""
    if found.probability is None:
        return found
    band = parameter_band.of(found.probability, noise)
    return replace(found, band=band, words=words.ranged(*band.ends) if band.ends else found.words)


RANGED = replace(
    VERDICT,
    claims=tuple(ranged(c, 0.3 if c.id == "U3" else 0.03) for c in CLAIMS),
    classes=tuple(map(ranged, CLASSES)),
    ranges={
        label: (parameter_band.of(bust), parameter_band.of(correction), parameter_band.of(durable))
        for label, (bust, correction, durable) in VERDICT.alternatives.items()
    },
)


def standing(found: OutcomeClass) -> Standing:
    """A class on the first page; only the three have other definitions, and losses."""
    if "_" in found.name:
        return Standing(found, None, (0.04, 0.3), None, {}, None, None)
    p, line = found.probability.value, LINES[0]
    ends, rate = (max(p - 0.1, 0.0), p + 0.04), line.rate_by_class[found.name]
    when = VERDICT.bust_timing if found.name == "bust" else None
    lost = {each.name: each.by_class[found.name] for each in LINES}
    return Standing(found, ends, (0.1, 0.7), when, lost, line.excess_by_class[found.name], rate)


def mover(name: str, low: float, high: float) -> Mover:
    return Mover(name, Estimate(0.09, 0.004, PATHS), *(Estimate(p, 0.01, PATHS // 10) for p in (low, high)))


MOVERS = (
    mover("revenue.log_ceiling", 0.61, 0.13),
    mover("revenue.elasticity", 0.57, 0.14),
    mover("gpu.power_capacity", 0.19, 0.47),
)
ANSWER = Answer(tuple(map(standing, CLASSES)), Cost(Estimate(51.3, 0.6, PATHS), (-1.2, 142.7)), MOVERS)
SUMMARY = Summary(
    HEADING,
    VERDICT,
    ANSWER,
    LINES,
    HISTOGRAM,
    RENT,
    CARE,
)


def told(detail: Detail) -> Headed[Detail]:
    return Headed(HEADING, detail)


DISTRIBUTION = Distribution(LOSS, HISTOGRAM)
HISTORY = History(CLAIMS[1], {year: share(p) for year, p in ((2027, 0.002), (2028, 0.031), (2029, 0.083))})


def target(id: str, label: str, value: float | None, status: str, **more: object) -> TargetResult:
    content = {
        "statement": "", "reason": "", "source": "capital-math", "locator": "", "standard_error": None,
        "low": None, "high": None, "unit": "USD bn", "inside": None, "contradicts": False,
    }  # fmt: skip
    return TargetResult(id=id, label=label, value=value, status=status, **{**content, **more})  # type: ignore[arg-type]


TARGETS = (
    target("T1", "GPU market clears at the base date", 5e-16, "met", high=1e-6, unit="1", inside=True),
    target("T2a", "Big-Five cash capex 2026, median", 714.7, "met", standard_error=0.6, low=660.0, high=725.0,
           inside=True),
    target("T3a", "World AI capex 2026-30, P5", 3.58, "met", standard_error=0.07, high=3.5, unit="USD tn",
           inside=False),
    target("T4d", "End-customer AI revenue 2030, P95", 1700.0, "met", standard_error=12.0, low=1800.0,
           unit="USD bn/y", inside=False, contradicts=True),
    target("T5a", "H100 contract rent, median drift 2026-30", -0.288, "missed", standard_error=0.003,
           low=-0.25, high=-0.2, unit="1/y", inside=False, reason="Rents fall faster than any index says."),
    target("T6", "Stylised Blackwell facilities", None, "pending", unit="1", reason="Comes with the ladder."),
    target("T9b", "High-yield spread, mean", 437.4, "informational", standard_error=3.2, low=400.0,
           high=550.0, unit="bp", inside=True),
)  # fmt: skip
CHECKS = Headed(
    replace(HEADING, sound=1, identities=2),
    Checks(
        TARGETS,
        (Identity("funding: sources = uses", 5.3e-16), Identity("value added = inflow", 2e-6)),
        checked=3_072,
        paths=20_000,
    ),
)

OTHER = Heading("41ab93c0ffee", "gpu-glut", "GPU glut", PATHS, 20261122, "2032Q4", 12, 12)
NORMAL = {"shape": "normal", "mean": 0.22, "sd": 0.05, "low": 0.1, "high": 0.4}
COMPARISON = Comparison(
    HEADING,
    OTHER,
    429,
    (
        InputChange("gpu.hardware_cost_decline", "value", "1/y", 0.22, 0.3, "scenarios/gpu-glut.toml", 6),
        InputChange("gpu.hardware_cost_decline", "prior", "", NORMAL, NORMAL | {"mean": 0.3},
                    "scenarios/gpu-glut.toml", 6),
        InputChange("losses->spread", "coupling", "", "on", "off"),
        InputChange("demand", "event", "", None, "-0.4 log 2027Q4–2032Q4", "scenarios/gpu-glut.toml", 16),
    ),
    (
        Difference("bust", "P(bust)", "", share(0.186), share(0.53), Estimate(0.344, 0.0034, PATHS)),
        Difference("U2", "P(U2) Cash flow pays for the build", "", share(0.532), share(0.53),
                   Estimate(-0.002, 0.002, PATHS)),
        Difference("B7", "P(B7) GPU-backed and HoldCo paper loses a tenth", "", share(0.24), share(0.24),
                   Estimate(0.0, 0.0, PATHS)),
        Difference("headline_loss", "Headline loss, ES 97.5%", "USD bn", Estimate(514.6, 4.2, PATHS),
                   Estimate(550.0, 4.4, PATHS), Estimate(35.4, 2.6, PATHS)),
    ),
    True,
)  # fmt: skip


def moved(name: str, label: str, unit: str, ends: tuple[float, float, float]) -> Moved:
    before, between, after = (Estimate(end, 0.01 * end, PATHS) for end in ends)
    model, thresholds = (
        Estimate(to.value - since.value, 0.01 * to.value, PATHS)
        for since, to in ((before, between), (between, after))
    )
    return Moved(name, label, unit, before, between, after, model, thresholds)


OLDER = Comparison(
    HEADING,
    OTHER,
    429,
    (),
    (),
    0,
    Versions(
        "1",
        "2",
        (
            moved("bust", "P(bust)", "", (0.209, 0.159, 0.287)),
            moved("B7", "P(B7) GPU-backed and HoldCo paper loses a tenth", "", (0.213, 0.047, 0.178)),
            moved("headline_loss", "Headline loss, mean", "USD bn", (161.0, 79.0, 19.0)),
        ),
    ),
    unread=True,
)
"""A run of another version beside one of today's."""


def effect(case: str, size: float, ratios: tuple[tuple[float, float], ...]) -> Effect:
    """A coupling that is cut: its levels are those of all on over the ratios."""
    names = [measure.name for measure in MEASURES]
    levels = (
        Estimate(147.4 / size, 1.9, PATHS),
        Estimate(514.6 / size, 9.2, PATHS, tail=102),
        share(0.186 / size),
        Estimate(21.0 / size, 0.4, PATHS),
    )
    shown = (Estimate(value, error, PATHS) for value, error in ratios)
    return Effect(
        case, "41ab93c0ffee", dict(zip(names, levels, strict=True)), dict(zip(names, shown, strict=True))
    )


AMPLIFICATION = Headed(
    HEADING,
    Amplification(
        MEASURES,
        effect("", 1.0, ((1.0, 0.0),) * 4).levels,
        (
            effect("rent->renewals", 1.17, ((1.173, 0.0235), (1.08, 0.03), (1.138, 0.049), (1.2, 0.02))),
            effect("rent->collateral", 1.006, ((1.006, 0.0007), (1.015, 0.0026), (1.0, 0.0), (1.01, 0.001))),
            effect("suppliers->labs", 1.0, ((1.0016, 0.0019), (1.001, 0.003), (1.0, 0.0155), (1.0, 0.0))),
            effect("spread->capex", 0.987, ((0.9867, 0.0035), (0.993, 0.0046), (1.13, 0.035), (0.98, 0.004))),
        ),
        effect(OFF, 1.31, ((1.313, 0.0233), (1.213, 0.03), (float("nan"), float("nan")), (4.1, 0.9))),
        LoopGain("2027Q1", 100.0, Estimate(2.1, 0.07, PATHS), Estimate(0.142, 0.0042, PATHS),
                 Estimate(1.16, 0.0057, PATHS)),
    ),
)  # fmt: skip

FEEDBACK = Feedback(by_hand.PATHS, by_hand.worlds())

FORECAST = Forecast(
    scenario="base", title="Base case", paths=PATHS, quarters=26, seed=20261122, jobs=2, folder="runs",
    run="8f3c2a1b0d4e", blocks=20, stored=7, complete=False, memory=680_000_000, disk=165_000_000,
    free=84_000_000_000, seconds=21.0, register=CARE, previous="41ab93c0ffee",
    changes=(InputChange("gpu.launch_obsolescence", "value", "1", 0.15, 0.28, "base/gpu.toml", 6),),
)  # fmt: skip

ROWS = (
    Row("base", "up to date", "8f3c2a1b0d4e", "reports/base/pack.xlsx",
        tuple(share(p) for p in (0.186, 0.33, 0.484)), LOSS.shortfall[1]),
    Row("bull", "failed", why="rent is not finite on path 2051 in quarter 3"),
    Row("comparison", "written", pack="reports/comparison.xlsx"),
)  # fmt: skip


def year(label: int, quarters: int, scale: float, defaults: int | None = None) -> Year:
    loss = 1e9 * scale**4
    return Year(
        label,
        quarters,
        4e11 * scale,
        2e11 * scale,
        6e11 * scale,
        2.3 / scale,
        0.03 * scale,
        loss,
        2 * loss,
        defaults,
    )


def told_default(name: str, loss: float) -> Event:
    words = f"{name} cannot pay and defaults (DSCR 0.40): claim $1.0bn, recovered $250m, loss $750m (75%)."
    return Event("payment_default", name, words, loss, "USD bn")


TOLD = Headed(
    HEADING,
    Story(
        path=4711,
        paths=PATHS,
        outcome="Bust",
        loss=4.12e11,
        median_loss=4.5e10,
        rank=57,
        propositions=(
            Proposition("B1", "Revenue stays short of what capex requires", ""),
            Proposition("B4", "GPU rent collapses", "2029Q2"),
        ),
        instruments={"ddtl": 5.8e9, "notes": 2.03e11, "spv": 4.4e10, "software": 1.59e11, "b_loans": 2.91e11},
        beside=("direct_lending", "b_loans"),
        second_round=1.8e10,
        years=(year(2026, 2, 1.0, 0), year(2027, 4, 1.9, 1), year(2028, 4, 4.1, 12)),
        medians=(year(2026, 2, 1.0), year(2027, 4, 1.8), year(2028, 4, 2.0)),
        quarters=(
            Quarter(
                "2026Q3",
                1.96e11,
                2.47,
                0.0276,
                6e8,
                (
                    Event(
                        "power",
                        "",
                        "Power binds: 1.8 M H100e of delivered compute wait for it.",
                        1.8,
                        "H100e M",
                    ),
                ),
            ),
            Quarter("2026Q4", 1.97e11, 2.32, 0.0368, 5.8e8, ()),
            Quarter("2027Q1", 2.09e11, 2.25, 0.036, 9e7, ()),
            Quarter("2027Q2", 2.67e11, 2.09, 0.0317, 8.7e7, ()),
            Quarter(
                "2027Q3",
                1.56e11,
                0.33,
                0.0361,
                5.7e10,
                (
                    Event(
                        "demand",
                        "",
                        "Demand shock of -4.9 sd: AI revenue goes from $410bn to $316bn a year.",
                        -4.9,
                    ),
                    *(told_default(f"CRWV-20{k}-LAB", 0.75) for k in range(26, 30)),
                    Event(
                        "holdco_default",
                        "NBIS",
                        "NBIS defaults at the HoldCo: lenders lose $51bn of $68bn.",
                    ),
                ),
            ),
            Quarter("2027Q4", 1.15e11, 0.27, 0.0642, 0.0, ()),
        ),
    ),
)


TRACED = Headed(
    HEADING,
    Traced(
        HEADING.run,
        Found(
            "Summary!G24",
            "First-round credit loss to 2032Q4, AI infrastructure, USD bn · ES 97.5%",
            494.8,
            "495",
            "Trace!$G$20",
            "{tail-measures.es[975]}",
            None,
            (
                Found(
                    "Trace!G20",
                    "VaR and expected shortfall, recomputed from TailRows · VaR and ES 97.5% · ES, USD bn",
                    494.8,
                    "495",
                    "E20+SUMPRODUCT((Tail_Loss>$E20)*(Tail_Loss-$E20))/(N_Paths*(1-$B20))",
                    inputs=(
                        Found(
                            "TailRows!C6:C1006", "TailRows · column Headline loss, USD bn", None, "1,001 rows"
                        ),
                        Found("Manifest!B12", "Manifest · Paths · Value", 20_000, "20,000"),
                    ),
                ),
            ),
        ),
        (
            Witness(16189, "just below VaR 97.5%", 434.39),
            Witness(14983, "just above VaR 97.5%", 434.43),
            Witness(10465, "largest headline loss", 802.6),
        ),
        "±4 (standard error)",
        "reports/base/pack.xlsx",
        "",
        3,
        (Mismatch("Trace!G20", "494.8123456789", "494.9"),),
    ),
)
