"""A replay made by hand, so that its screen can be compared character by character."""

from __future__ import annotations

import math

from risk.assumptions.cases import Described, Open, load_case
from risk.assumptions.cases.filled import Filled
from risk.assumptions.cases.scale import Scale
from risk.calibrate.cases.judge import LEVELS, Judged, Rival
from risk.calibrate.cases.placebo import Placebo
from risk.calibrate.cases.replay import Reading, Replay
from risk.calibrate.cases.sensitivity import Chosen
from risk.report.terminal.replay import Shown
from tests.case_files import REGISTER

_NOTHING = (math.nan,) * len(LEVELS)


def judged(id: str, said: str, realised: float, median: float, pit: float, **more: object) -> Judged:
    """An outcome whose intervals lie evenly around its median, with both naive forecasts."""
    widths = (0.1, 0.2, 0.3, 0.5)
    found: dict[str, object] = {
        "id": id, "label": id, "unit": "fraction", "headline": False, "source": "invented",
        "grade": "judgement", "statistic": "level", "said": said, "missing": "", "realised": realised,
        "median": median, "low": tuple(median - w / 2 for w in widths),
        "high": tuple(median + w / 2 for w in widths), "pit": pit, "crps": 0.05, "interval": 0.4,
        "paths": 4096,
        "rivals": (Rival("no change", 1.0, 0.11, 0.9, 0.7), Rival("trend", 0.6, 0.07, 0.5, 0.4)),
    }  # fmt: skip
    return Judged(**(found | more))  # type: ignore[arg-type]


_FIRST = {"statistic": "first time", "low": (8.0, 7.0, 6.0, 3.0), "high": (11.0, 14.0, 17.0, 17.0)}

OUTCOMES = (
    judged("price", "0.7", 0.7, 0.62, 0.71, headline=True),
    judged("failures", "0.2 to 0.5", 0.35, 0.91, 0.999, headline=True, paths=812),
    judged("carrier_b", "2003Q2", 10.0, 9.0, 0.55, rivals=(), **_FIRST),
    judged(
        "share_price", "0.1", 0.1, math.nan, math.nan, missing="the model has no quantity for it",
        low=_NOTHING, high=_NOTHING, crps=math.nan, interval=math.nan, rivals=(), paths=0,
    ),
)  # fmt: skip
FORCED = (
    judged("price", "0.7", 0.7, 0.7, 0.5),
    judged("failures", "0.2 to 0.5", 0.35, 0.52, 0.81),
    *OUTCOMES[2:],
)


def described() -> Described:
    """The template, with few numbers left open."""
    found = load_case(REGISTER, REGISTER / "cases" / "template.toml")
    left = (
        Open("gpu.power_capacity", "AI ratio", 1, uncertain=True),
        Open("gpu.spot_reversion", "base prior", 1, uncertain=True),
        Open("credit.transition", "base value", 9, uncertain=False),
        Open("neoclouds.firm.revolver", "nothing of the kind", 2, uncertain=False),
    )
    filled = Filled(carried=["capex.recent_capex"], dropped={"capex.actual": 51})
    words = ("fleet-power: 2 against 9 GW, but they agree within a factor of 2",)
    return Described(found.case, found.register, Scale(0.0142, 1.43, 0.0273, 0.0267), filled, left, words)


REPLAY = Shown(
    Replay(
        described(),
        "8f3c2a1b9d70",
        4096,
        20261122,
        OUTCOMES,
        (Reading("price", "1b9d708f3c2a", FORCED),),
        Placebo(1024, 84, 3, (), ("case_price",)),
        (
            Chosen("revenue.volume_elasticity", False, 2, 1, 0.31, "price"),
            Chosen("gpu.spot_reversion", True, 2, 2, 0.04, "failures"),
        ),
        2.6,
    ),
    True,
)
