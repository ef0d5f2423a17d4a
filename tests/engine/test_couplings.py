"""Switches: what a cut coupling replaces, and that with all of them cut nothing feeds back."""

from dataclasses import replace

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine.couplings import Baseline, Links, medians, name_of
from risk.engine.simulate import BASELINE_BLOCKS
from risk.paths import COUPLINGS
from tests.base_names import SPV
from tests.engine.base import Opened, changed, opened
from tests.mechanisms.given import column

OFF = dict.fromkeys(COUPLINGS, False)
UNTIL = 10


def test_a_link_passes_what_it_is_given_or_the_median() -> None:
    baseline = Baseline({"capex->supply:compute": np.array([[0.0], [7.0]])})
    value = column(1.0, 2.0)
    assert Links({})("capex->supply", 1, value, "compute") is value
    off = Links({"capex->supply": False}, baseline)
    np.testing.assert_array_equal(off("capex->supply", 1, value, "compute"), column(7.0, 7.0))
    assert off("supply->rent", 1, value) is value
    with pytest.raises(ValueError, match="no baseline"):
        Links({"capex->supply": False})("capex->supply", 1, value)
    with pytest.raises(KeyError):
        name_of("capex->moon", "")


def test_medians_are_over_all_paths_of_the_pilot_by_quarter_and_entity() -> None:
    kept = {1: np.array([[0.0, 1.0], [2.0, 5.0]]), 2: np.array([[5.0, 6.0], [7.0, 8.0]])}
    found = medians({"x": kept}, 2).medians["x"]
    np.testing.assert_array_equal(found, [[0, 0], [1, 3], [6, 7]])


def test_a_baseline_is_told_by_its_medians() -> None:
    one, other = Baseline({"a": np.ones((2, 1))}), Baseline({"a": np.full((2, 1), 1.0 + 1e-12)})
    assert one.digest == Baseline({"a": np.ones((2, 1))}).digest
    assert one.digest != other.digest


def test_every_coupling_is_wired(register: Assumptions, medians: Baseline) -> None:
    """Each switch has at least one input behind it, and the pilot has its median in every quarter."""
    assert BASELINE_BLOCKS == 4
    wired = {name.partition(":")[0] for name in medians.medians}
    assert wired == set(COUPLINGS)
    for name, path in medians.medians.items():
        assert path.shape[0] == register.calendar.quarters + 1
        assert np.isfinite(path).all(), name


@pytest.fixture(scope="module")
def apart(register: Assumptions, medians: Baseline) -> Opened:
    """Block 0 with every coupling cut."""
    return opened(register, UNTIL, Links(OFF, medians))


def struck(apart: Opened, register: Assumptions, medians: Baseline, **hit: str) -> Opened:
    """The same with one source of chance turned around: `own`, `uniform` or `factor` by name."""
    shocks = apart.shocks
    common = np.array(shocks.common)
    for letter in hit.get("factor", ""):
        position = "MZEHPL".index(letter)
        common[..., position] = -common[..., position]
    own = {k: -x if k == hit.get("own") else x for k, x in shocks.idiosyncratic.items()}
    uniform = {k: 1.0 - x if k == hit.get("uniform") else x for k, x in shocks.uniform.items()}
    turned = replace(shocks, common=common, idiosyncratic=own, uniform=uniform)
    return opened(register, UNTIL, Links(OFF, medians), turned)


def moved(one: Opened, other: Opened) -> set[str]:
    """Mechanisms whose results differ in any quarter."""
    out = set()
    for a, b in zip(one.worlds, other.worlds, strict=True):
        for name in a.__dataclass_fields__:
            if name != "seen" and not same(getattr(a, name), getattr(b, name)):
                out.add(name)
    return out


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, tuple):
        return isinstance(b, tuple) and all(map(same, a, b))
    if hasattr(a, "__dataclass_fields__"):
        return all(same(getattr(a, f), getattr(b, f)) for f in a.__dataclass_fields__)
    return a == b


GPUS = {"fleet", "rents"}
CAPEX = {"plan", "funding", "required"}
COMPANIES = {"contracts", "facility", "holdco"}


@pytest.mark.parametrize(
    ("hit", "reached"),
    [
        ({"own": "capex"}, CAPEX),
        ({"own": "firm"}, CAPEX),
        ({"uniform": "digestion"}, CAPEX),
        # rents retire old units, and the accelerator reads rents without a switch (docs/decisions/0006)
        ({"own": "rent"}, GPUS | CAPEX),
        ({"own": "customers"}, GPUS | CAPEX | {"adoption"}),
        ({"uniform": "weather"}, GPUS | CAPEX | {"adoption"}),
        ({"factor": "P"}, GPUS | CAPEX),
        ({"factor": "H"}, GPUS | CAPEX),
        ({"uniform": "lab"}, COMPANIES | {"cascade"}),
        ({"uniform": "ig"}, COMPANIES | {"cascade"}),
        ({"uniform": "recovery"}, {"cascade"}),
    ],
    ids=lambda case: "-".join(sorted(case.values() if isinstance(case, dict) else case)),
)
def test_with_all_cut_chance_stays_in_its_mechanism(
    apart: Opened, register: Assumptions, medians: Baseline, hit: dict[str, str], reached: set[str]
) -> None:
    """Relation 24: a shock of one mechanism reaches no other, but for the declared readers downstream."""
    found = moved(apart, struck(apart, register, medians, **hit))
    assert found <= reached
    assert found, "the shock did something"


def test_with_all_on_chance_spreads(register: Assumptions, base: Opened) -> None:
    """The same shock of capex reaches fleet, rents, companies and losses once couplings are on."""
    own = {k: -x if k == "capex" else x for k, x in base.shocks.idiosyncratic.items()}
    other = opened(register, UNTIL, shocks=replace(base.shocks, idiosyncratic=own))
    short = replace(base, worlds=base.worlds[: UNTIL + 1])
    assert moved(short, other) >= GPUS | CAPEX | COMPANIES | {"adoption", "market", "segments", "cascade"}


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_every_switch_changes_what_it_should(
    coupling: str, register: Assumptions, base: Opened, medians: Baseline
) -> None:
    """Cut alone, a coupling leaves its source alone in the quarter it is cut and moves its reader."""
    t = 10
    links = Links({coupling: False}, medians)
    before = base.worlds[t - 1]
    world, flows = base.again(t, before, links=links)
    usual, f = base.worlds[t], base.flow(t)
    read = {
        "capex->supply": (flows.fleet.purchased, f.fleet.purchased),
        "supply->rent": (flows.rents.clearing, f.rents.clearing),
        "rent->renewals": (flows.operators.facility.cfads, f.operators.facility.cfads),
        "rent->collateral": (flows.operators.collateral, f.operators.collateral),
        "labs->payers": (world.seen.anchor_shortfall, usual.seen.anchor_shortfall),
        "losses->spread": (world.seen.impact, usual.seen.impact),
        "spread->capex": (world.plan.log_plan, usual.plan.log_plan),
        "fire-sale->rent": (flows.rents.spot, f.rents.spot),
        "losses->pensions": (flows.cascade.forced[:, 0], f.cascade.forced[:, 0]),
        "spread->banks": (flows.cascade.forced[:, 1], f.cascade.forced[:, 1]),
        "wall->clo": (world.seen.freeze, usual.seen.freeze),
        "losses->nbfi": (world.seen.squeeze, usual.seen.squeeze),
        "funding->supply": (flows.spending.ai, f.spending.ai),
        "suppliers->labs": (flows.demand.anchor_recycled, f.demand.anchor_recycled),
        "rent->demand": (flows.demand.total, f.demand.total),
        "rent->hardware": (flows.fleet.cost, f.fleet.cost),
    }
    left, right = read[coupling]
    assert not np.array_equal(left, right)


@pytest.mark.parametrize(
    ("coupling", "off"),
    [
        ("rent->demand", {"revenue.volume_elasticity": 1.0}),
        ("rent->hardware", {"gpu.price_response": 0.0}),
    ],
)
def test_a_coupling_nobody_answers_to_may_as_well_be_cut(
    coupling: str, off: dict[str, float], register: Assumptions, medians: Baseline
) -> None:
    """Every state to the bit, over ten quarters: the answer's size is its switch."""
    deaf = changed(register, off)
    on, cut = (opened(deaf, UNTIL, Links(switch, medians)) for switch in ({}, {coupling: False}))
    assert not moved(on, cut)


def test_bidders_and_borrowers_hear_the_price_through_couplings_of_their_own(
    base: Opened, medians: Baseline
) -> None:
    """With bidders cut off borrowers still see what rents are, and the other way round."""
    t = 10
    deaf, usual = base.again(t, links=Links({"rent->demand": False}, medians)), base.flow(t)
    np.testing.assert_array_equal(deaf[1].segments.default_rate, usual.segments.default_rate)
    deaf = base.again(t, links=Links({"rent->collateral": False}, medians))
    assert not np.array_equal(deaf[1].segments.default_rate[:, SPV], usual.segments.default_rate[:, SPV])
    np.testing.assert_array_equal(deaf[1].demand.total, usual.demand.total)
