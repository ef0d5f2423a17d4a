"""Made-up data, and every kind of chart drawn from it."""

from __future__ import annotations

import numpy as np

from risk.report.charts import (
    Bars,
    Exceedance,
    Fan,
    Lines,
    Marker,
    Ranges,
    Series,
    Step,
    Tornado,
    Waterfall,
)
from risk.report.content import Content
from risk.report.sheet import At, Block, HeatMap, Sheet, Strip

PATHS = 400
GENERATOR = np.random.default_rng(7)
LOSS = np.round(GENERATOR.lognormal(3.2, 0.9, PATHS), 4)
PRICE = np.round(GENERATOR.lognormal(0.3, 0.4, PATHS), 4)
QUARTERS = [f"Q{q} {y}" for y in range(2026, 2033) for q in (1, 2, 3, 4)][1:27]
SUBTITLE = "As of 30 June 2026 · run 8f3c2a1b90de · USD billions unless a unit is shown; losses positive"


def fan(name: str, low: float = 1.0) -> Fan:
    t = np.arange(26)

    def at(z: float) -> list[Content]:
        return list(np.round(100 * np.exp(-0.02 * t + z * 0.12 * np.sqrt(t / 4)) * low - 60 * (low - 1), 3))

    return Fan(
        id=name,
        title="GPU-hour price index (today = 100)",
        alt="The median GPU-hour price falls by 39% in 25 quarters; one path in twenty ends below 37.",
        x_title="Quarter",
        y_title="Index",
        format="index",
        labels=QUARTERS,
        p5=at(-1.64),
        p25=at(-0.67),
        p50=at(0.0),
        p75=at(0.67),
        p95=at(1.64),
        prior=list(np.round(100 * np.exp(-0.017 * t), 3)),
    )


def exceedance(name: str) -> Exceedance:
    loss = list(np.round(np.geomspace(5, 400, 23), 1))
    z = np.linspace(-5, 5, 20001)
    density = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    prob = [float(density[np.exp(3.2 + 0.9 * z) > x].sum()) for x in loss]
    se = [1.96 * (q * (1 - q) / 4000) ** 0.5 for q in prob]
    return Exceedance(
        id=name,
        title="Chance that the loss exceeds x (log scale)",
        alt="The loss exceeds USD 107 bn with probability 5% and USD 200 bn with 1%.",
        x_title="Loss, USD bn",
        y_title="Probability",
        format="usd_bn.0",
        loss=loss,
        probability=prob,
        lower=[max(q - s, 1e-5) for q, s in zip(prob, se, strict=True)],
        upper=[min(q + s, 1.0) for q, s in zip(prob, se, strict=True)],
        prior=[0.8 * q for q in prob],
        markers=(Marker(label="VaR 95%", loss=107.8, probability=0.05),),
    )


def pair(left: Block, right: Block) -> Strip:
    return Strip((At(left, 1, 6), At(right, 7, 6)))


def charts() -> Sheet:
    drivers = [
        "AI revenue growth",
        "GPU residual value",
        "Refinancing spread",
        "Contract renewal rate",
        "Power cost",
    ]
    tornado = Tornado(
        id="tornado",
        title="Change in ES 97.5% when a driver moves",
        alt="AI revenue growth moves the tail most: −26 to +31.",
        x_title="Driver",
        y_title="Change in ES 97.5%, USD bn",
        format="usd_change.0",
        labels=drivers,
        low=[-26.0, -22, -14, -15, -8],
        high=[31.0, 24, 19, 17, 13],
    )
    waterfall = Waterfall(
        id="waterfall",
        title="Recovery waterfall, worst 5% of paths",
        alt="Of 100 of debt 45 is lost; GPUs bring 34.",
        x_title="Step",
        y_title="USD bn",
        format="usd_bn.0",
        steps=[
            Step(label=n, amount=a, total=t)
            for n, a, t in (
                ("Neocloud debt", 100.0, True),
                ("Sponsor equity", -12.0, False),
                ("GPU collateral", -34.0, False),
                ("Contract cash", -9.0, False),
                ("Legal costs", 6.0, False),
                ("Loss to lenders", 51.0, True),
            )
        ],
    )
    ranges = Ranges(
        id="ranges",
        title="Loss by scenario: P5 – median – P95",
        alt="The joint tail loses 30 to 190, five times the base.",
        x_title="Scenario",
        y_title="Loss, USD bn",
        format="usd_bn.0",
        labels=["Base", "Slow ROI", "GPU glut", "Credit freeze", "Joint tail"],
        p5=[3.0, 6, 9, 12, 30],
        p50=[12.0, 22, 30, 41, 78],
        p95=[40.0, 66, 80, 120, 190],
    )
    walks = 2.4 * np.exp(np.cumsum(np.random.default_rng(3).normal(-0.02, 0.08, (26, 12)), axis=0))
    samples = [
        Series(
            name="Sample paths", values=list(np.round(walks[:, i], 4)), tone="grey", thin=True, legend=i == 0
        )
        for i in range(12)
    ]
    median = Series(name="Median", values=list(np.round(np.median(walks, axis=1), 4)))
    lines = Lines(
        id="lines",
        title="H100 rent: sample paths and median",
        alt="Most paths lose a third of their rent by 2032.",
        x_title="Quarter",
        y_title="USD per hour",
        format="price",
        labels=QUARTERS,
        series=[*samples, median],
    )
    years = [str(y) for y in range(2026, 2033)]
    bars = Bars(
        id="bars",
        title="Funding of AI capex",
        alt="Debt rises from a fifth to a half of funding.",
        x_title="Year",
        y_title="USD bn",
        format="usd_bn.0",
        labels=years,
        stacked=True,
        series=[
            Series(name="Cash flow", values=[310.0, 360, 380, 390, 400, 410, 420]),
            Series(name="Bonds and loans", values=[80.0, 120, 180, 240, 260, 270, 280], tone="light"),
            Series(name="Leases and vehicles", values=[40.0, 70, 90, 120, 150, 160, 160], tone="orange"),
        ],
    )
    grid = tuple(
        tuple(min(0.97, 0.05 + 0.14 * i + 0.05 * j + 0.01 * i * j) for j in range(7)) for i in range(5)
    )
    counts = tuple(tuple(int(4000 / (1 + i + j) ** 2) for j in range(7)) for i in range(5))
    heat = HeatMap(
        "heat",
        "P(loss > 50) by GPU price fall and refinancing spread",
        "GPU price",
        "Refinancing spread",
        ("-0%", "-20%", "-40%", "-60%", "-80%"),
        tuple(f"+{100 * j} bp" for j in range(7)),
        grid,
        counts,
        fewest=60,
    )
    return Sheet(
        "Charts",
        "Charts",
        SUBTITLE,
        "P",
        (
            pair(fan("fan-2", 1.9), exceedance("ex-2")),
            pair(tornado, waterfall),
            pair(ranges, lines),
            Strip((At(bars, 1, 6),)),
            Strip((At(heat, 1, 8),)),
        ),
        question="How do price, loss and scenarios spread?",
    )
