"""A block as it is returned: reproducible, cut, complete; and what stops it."""

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.assumptions.schema import Event
from risk.engine import EVERY, pilot, simulate, simulate_together
from risk.engine.couplings import Baseline
from risk.engine.layout import layout
from risk.engine.outcomes import counted
from risk.engine.record import Record
from risk.engine.simulate import _refuse_non_finite
from risk.engine.totals import entities
from risk.errors import NumericalError
from risk.paths import COUPLINGS, FACILITY_BLOCKS, FACILITY_SERIES, FIRM_SERIES, SERIES, Block
from risk.shocks.stream import BLOCK
from tests.engine.base import SEED, changed

pytestmark = pytest.mark.slow

PER_PATH = ("parameters", "outcomes", "series", "facility", "firm")


@pytest.fixture(scope="module")
def block(register: Assumptions) -> Block:
    return simulate(register, SEED, 0)


def equal(a: Block, b: Block, rows: int | None = None) -> bool:
    """Whether two blocks are the same to the bit, in the first rows."""
    for part in PER_PATH:
        one, other = getattr(a, part), getattr(b, part)
        if set(one) != set(other):
            return False
        for name in one:
            axis = 1 if part in ("series", "facility", "firm") else 0
            x = one[name] if rows is None else np.take(one[name], range(rows), axis=axis)
            if not np.array_equal(x, other[name], equal_nan=True):
                return False
    return rows is not None or all(np.array_equal(a.sums[k], b.sums[k]) for k in a.sums)


def test_the_same_block_is_the_same_to_the_bit(register: Assumptions, block: Block) -> None:
    """Whatever was computed before it."""
    other = simulate(register, SEED, 3)
    again = simulate(register, SEED, 0)
    assert equal(block, again)
    assert not equal(block, other)
    assert again.index == 0
    assert other.index == 3


def test_another_seed_is_another_block(register: Assumptions, block: Block) -> None:
    assert not equal(block, simulate(register, SEED + 1, 0))


def test_keeping_fewer_paths_keeps_the_first_rows(register: Assumptions, block: Block) -> None:
    few = simulate(register, SEED, 0, paths=37)
    assert few.paths == 37
    assert equal(block, few, rows=37)
    kept = few.series["capex"].astype(np.float64).sum(axis=1)
    np.testing.assert_allclose(few.sums["funding.capex"][1:].sum(axis=1), kept[1:], rtol=1e-6)


def test_a_block_remembers_what_it_promises(register: Assumptions, block: Block) -> None:
    quarters = register.calendar.quarters
    assert set(block.series) == {v.name for v in SERIES}
    assert len(SERIES) <= 24
    for values in block.series.values():
        assert values.shape == (quarters + 1, 1024)
        assert values.dtype == np.float32
    assert set(block.facility) == {v.name for v in FACILITY_SERIES}
    assert set(block.firm) == {v.name for v in FIRM_SERIES}
    assert set(register.outcomes) <= set(block.outcomes)
    assert counted(register) == len(block.outcomes)
    assert set(block.sums) == set(block.squares)
    names = entities(register, layout(register))
    for key, total in block.sums.items():
        assert total.shape == (quarters + 1, len(names[key])), key
        assert (block.squares[key] * 1024 >= total**2 * (1 - 1e-9)).all(), key
    assert set(block.sums) | set(block.facility) | set(block.firm) == set(names)
    drawn = {name for name, entry in register.entries.items() if entry.prior is not None}
    assert {name.partition("[")[0] for name in block.parameters} == drawn
    assert {x.shape for x in (*block.outcomes.values(), *block.parameters.values())} == {(1024,)}


def test_losses_by_debtor_are_those_of_the_sums(register: Assumptions, block: Block) -> None:
    """Loans of the base date; of companies that fail, what paper loses is a share, and failures stay."""
    names = entities(register, layout(register))
    for k, loan in enumerate(names["stage"]):
        total = block.sums["facility.loss"][:, k].sum()
        assert block.outcomes[f"loan_loss.{loan}"].sum() == pytest.approx(total, rel=1e-9, abs=1.0), loan
    for k, firm in enumerate(names["holdco.defaulted"]):
        failed = block.outcomes[f"failed.{firm}"]
        assert (failed > 0).sum() == block.sums["holdco.defaulted"][-1, k], firm
        assert failed.sum() == block.sums["holdco.defaulted"][:, k].sum(), firm
        for kind in ("revolver", "notes", "converts"):
            lost = block.outcomes[f"{kind}_lost.{firm}"]
            assert ((lost >= 0.0) & (lost <= 1.0)).all(), (kind, firm)
            assert not lost[failed == 0].any(), (kind, firm)
    assert any(block.outcomes[f"notes_lost.{firm}"].any() for firm in names["holdco.defaulted"])


def test_blocks_simulated_together_are_what_they_are_one_by_one(register: Assumptions) -> None:
    """Drawn out of order, one of them without series of facilities, the last one cut."""
    rows = {3: BLOCK, FACILITY_BLOCKS: BLOCK, 1: BLOCK, 7: 37}
    found = simulate_together(register, SEED, rows, check_all=True)
    assert {b.index: b.paths for b in found} == rows
    for one in found:
        alone = simulate(register, SEED, one.index, one.paths, check_all=True)
        for part in (*PER_PATH, "sums", "squares"):
            a, b = getattr(one, part), getattr(alone, part)
            assert list(a) == list(b)
            for name in a:
                assert (a[name].shape, a[name].dtype) == (b[name].shape, b[name].dtype), name
                assert a[name].tobytes() == b[name].tobytes(), (one.index, part, name)
        assert one.identities == alone.identities
        assert one.entities == alone.entities


@pytest.mark.parametrize("paths", [1, 2, 3])
def test_a_path_is_the_same_however_few_are_beside_it(register: Assumptions, paths: int) -> None:
    """NumPy adds up a lone row in another order than several."""
    whole = simulate(register, SEED, 1, 8)
    (alone,), (_, together) = (
        simulate_together(register, SEED, rows) for rows in ({1: paths}, {0: BLOCK, 1: paths})
    )
    for found in (alone, together):
        assert found.paths == paths
        for part in PER_PATH:
            axis = 0 if part in ("parameters", "outcomes") else 1
            for name, values in getattr(found, part).items():
                expected = getattr(whole, part)[name].take(range(paths), axis)
                assert values.tobytes() == expected.tobytes(), (part, name)
    for part in ("sums", "squares"):
        assert {k: x.tobytes() for k, x in getattr(alone, part).items()} == {
            k: x.tobytes() for k, x in getattr(together, part).items()
        }


def test_only_the_last_of_several_blocks_can_be_cut(register: Assumptions) -> None:
    with pytest.raises(ValueError, match="only the last"):
        simulate_together(register, SEED, {0: 37, 1: BLOCK})


def test_facility_series_are_kept_for_the_first_blocks_only(register: Assumptions) -> None:
    late = simulate(register, SEED, FACILITY_BLOCKS, paths=2)
    assert late.facility == late.firm == {}


def test_identities_hold(block: Block) -> None:
    assert len(block.identities) > 20
    assert max(block.identities.values()) < 1e-9


def test_identities_are_looked_at_on_one_block_in_eight_or_on_all(register: Assumptions) -> None:
    """Looking changes nothing."""
    plain, looked = (simulate(register, SEED, EVERY + 1, 8, check_all=all_) for all_ in (False, True))
    assert plain.identities == {}
    assert len(looked.identities) > 20
    assert max(looked.identities.values()) < 1e-9
    assert {name: x.tobytes() for name, x in plain.sums.items()} == {
        name: x.tobytes() for name, x in looked.sums.items()
    }


def test_flags_are_flags_and_classes_exclude_each_other(block: Block) -> None:
    o = block.outcomes
    for name in (
        "B1",
        "B1x",
        "B2",
        "B3",
        "B4",
        "B5",
        "B5x",
        "B5i",
        "B5d",
        "B6",
        "B7",
        "B7x",
        "B8",
        "U1",
        "U2",
        "U3",
        "U4",
    ):
        assert set(np.unique(o[name])) <= {0.0, 1.0}, name
    np.testing.assert_array_equal(o["bust"] + o["correction"] + o["durable_paid"] + o["durable_unpaid"], 1.0)
    assert (o["B1x"] >= o["B1"]).all()
    assert (o["B5x"] >= o["B5"]).all()
    assert (o["B5d"] >= o["B5"]).all()
    assert (o["B4_60"] >= o["B4"]).all()
    assert (o["U1x"] >= o["U1"]).all()
    assert (o["U4x"] >= o["U4"]).all()
    for name in ("B2", "B4", "B5", "B5i", "B7", "B8"):
        np.testing.assert_array_equal(np.isnan(o[f"{name}_quarter"]), o[name] == 0.0)


def test_a_cut_coupling_needs_a_baseline(register: Assumptions, block: Block, medians: Baseline) -> None:
    cut = changed(register, switches={"losses->spread": False})
    with pytest.raises(ValueError, match="losses->spread"):
        simulate(cut, SEED, 0)
    assert not equal(simulate(cut, SEED, 0, baseline=medians), block)


def test_a_baseline_changes_nothing_where_nothing_is_cut(
    register: Assumptions, block: Block, medians: Baseline
) -> None:
    assert equal(simulate(register, SEED, 0, baseline=medians), block)


def test_the_pilot_couples_everything(register: Assumptions, medians: Baseline) -> None:
    """Its medians do not depend on the switches of the scenario that asks for them."""
    cut = changed(register, switches=dict.fromkeys(COUPLINGS, False))
    assert pilot(cut, SEED).digest == medians.digest


def test_a_forced_stress_that_never_happens_changes_nothing(register: Assumptions, block: Block) -> None:
    """Scenarios share draws: an event of probability zero leaves every path as it was."""
    never = Event("demand", "2027Q4", "2032Q4", -0.4, "log", "test", probability=0.0)
    assert equal(simulate(changed(register, events=[never]), SEED, 0), block)


def test_a_forced_stress_hits_from_its_first_quarter(register: Assumptions, block: Block) -> None:
    half = Event("hy_spread", "2028Q1", "2028Q2", 300.0, "bp", "test", probability=0.5)
    hit = simulate(changed(register, events=[half]), SEED, 0)
    first = register.calendar.index("2028Q1")
    np.testing.assert_array_equal(hit.series["hy_spread"][:first], block.series["hy_spread"][:first])
    wider = hit.series["hy_spread"][first] - block.series["hy_spread"][first]
    touched = wider > 0.0
    np.testing.assert_allclose(wider[touched], 0.03, atol=1e-6)
    later = [hit.series["hy_spread"][first + k] - block.series["hy_spread"][first + k] for k in (1, 2)]
    assert np.median(later[0][touched]) > 0.029, "the last quarter is in"
    assert np.median(later[1][touched]) < 0.01, "and the next one out"
    assert abs(touched.mean() - 0.5) < 4 * 0.5 / 32
    free = np.flatnonzero(~touched)
    for name, values in hit.outcomes.items():
        np.testing.assert_array_equal(values[free], block.outcomes[name][free])


def test_what_is_not_finite_stops_the_run() -> None:
    record = Record(2, 2)
    for t, x in enumerate((1.0, np.nan, 1.0)):
        record.keep("capex", t, np.array([[1.0], [x]]))
    with pytest.raises(NumericalError, match=r"capex is not finite \(nan\) on path 3073 in quarter 1"):
        _refuse_non_finite(record, range(3072, 3074))
