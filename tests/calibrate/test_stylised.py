from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.targets import CASES
from risk.calibrate import stylised
from risk.calibrate.targets import TargetResult, results
from risk.engine import simulate
from risk.errors import StorageError
from risk.processes.annuity import level_payment
from risk.runs import Run
from risk.runs.beside import STYLISED
from risk.runs.files import publish_json
from tests.mechanisms.worked import worked
from tests.runs import fake

HOURS = 2190.0
COUNTS = {"5y": 12, "3y": 100, "2y": 300, "1y": 700}


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run of the fake engine under the base's name; measuring takes no time."""
    monkeypatch.setattr("risk.runs.specification.source_digest", lambda: fake.SOURCE)
    monkeypatch.setattr(stylised, "defaults", lambda *_: dict.fromkeys(CASES, COUNTS))
    return fake.run(tmp_path)


def column(a: Assumptions, name: str) -> dict[str, float]:
    """A numeric column of the stylised facilities by tenor."""
    table = a.tables["neoclouds.facility"]
    values = dict(zip(table.names, table.numbers(name), strict=True))
    return {tenor: float(values[stylised.PREFIX + tenor]) for tenor in stylised.tenors(a)}


def test_worked_example(register: Assumptions) -> None:
    found = stylised.variant(register, "base")
    devices, price, loan = (column(found, name) for name in ("gpus", "price", "debt"))
    opex = found.tables["gpu.generation"].numbers("opex")[3]
    with worked("calibration", "stylised facility") as w:
        w.agrees("loan", loan["2y"] / devices["2y"])
        w.agrees("loan", w["cost"] * register.number("neoclouds.stylised.loan_to_cost"))
        service = level_payment(loan["2y"] / devices["2y"], column(found, "coupon")["2y"] / 4.0, 20)
        w.agrees("service", service)
        cfads = {}
        for tenor, words in (("5y", "5 years"), ("3y", "3 years"), ("2y", "2 years"), ("1y", "1 year")):
            w.agrees(f"price for {words}", price[tenor])
            net = register.number("neoclouds.contract_availability") * price[tenor]
            cfads[tenor] = HOURS * (net - opex * column(found, "opex_multiple")[tenor])
        for tenor, words in (("5y", "5 years"), ("2y", "2 years")):
            w.agrees(f"CFADS, {words}", cfads[tenor])
            w.agrees(f"DSCR, {words}", cfads[tenor] / service)
        w.agrees("trapped after 2 years", 8 * (cfads["2y"] - service))
        w.agrees("service left", 12 * service)
        rows = (
            ("must earn then", "2y", 8),
            ("the same after 1 year", "1y", 4),
            ("the same after 3 years", "3y", 12),
        )
        for row, tenor, quarters in rows:
            missing = (20 - quarters) * service - quarters * (cfads[tenor] - service)
            w.agrees(row, 1.0 + missing / ((20 - quarters) * HOURS))


def test_one_loan_and_four_contracts(register: Assumptions) -> None:
    found = stylised.variant(register, "base")
    assert column(found, "contract_last") == {"5y": 20.0, "3y": 12.0, "2y": 8.0, "1y": 4.0}
    assert column(found, "contract_first") == column(found, "contract_last")
    assert set(column(found, "debt_quarters").values()) == {20.0}
    rows = found.tables["neoclouds.facility"].rows[-4:]
    assert [row.model_dump()["payer"] for row in rows] == ["ig", "other", "other", "other"]
    assert {row.model_dump()["firm"] for row in rows} == {row.id for row in rows}
    company = found.tables["neoclouds.firm"]
    for name in ("cash", "revolver", "overhead", "growth_equity", "cohort_share"):
        assert not company.numbers(name)[-4:].any()


def test_they_are_too_small_to_move_anything(register: Assumptions) -> None:
    found = stylised.variant(register, "base").tables["neoclouds.facility"].numbers("gpus")
    assert found[-4:].sum() < 1e-3 * found[:-4].sum()


@pytest.mark.parametrize("case", CASES)
def test_nothing_else_is_changed(register: Assumptions, case: str) -> None:
    found = stylised.variant(register, case)
    changed = {name for name, entry in found.entries.items() if entry != register.entries[name]}
    fast = {"gpu.hardware_cost_decline", "gpu.launch_obsolescence"}
    held = {
        "ig_hazard", "other_hazard", "payer_stress_loading", "moneyness_loading",
        "renewal_share", "renewal_price", "amend_probability", "acceleration", "cash_sweep",
    }  # fmt: skip
    allowed = {f"neoclouds.{name}" for name in held} | (fast if case == "fast" else set())
    assert changed <= allowed
    assert (changed & fast) == (fast if case == "fast" else set())
    for name, table in found.tables.items():
        before = register.tables[name].rows
        assert table.rows[: len(before)] == before
        longer = name in ("neoclouds.firm", "neoclouds.facility")
        assert len(table.rows) == len(before) + (4 if longer else 0)
    assert len(found.events) == len(register.events) + (case == "glut")
    assert found.switches == register.switches
    assert found.calendar.base == register.calendar.base


@pytest.mark.parametrize("quarters", [4, 60])
def test_they_are_measured_to_the_end_of_their_debt_however_long_the_run(
    register: Assumptions, quarters: int
) -> None:
    other = replace(register, calendar=replace(register.calendar, quarters=quarters))
    for case in CASES:
        assert stylised.variant(other, case) == stylised.variant(register, case)
    assert stylised.variant(other, "base").calendar.quarters == 20


def test_payers_and_lenders_are_held_on_every_path(register: Assumptions) -> None:
    found = stylised.variant(register, "base")
    for name, value in (("renewal_share", 0.7), ("renewal_price", 0.94), ("amend_probability", 0.0)):
        entry = found.entry(f"neoclouds.{name}")
        assert (entry.value, entry.prior) == (value, None)
    for name, yearly in (("ig_hazard", 0.002), ("other_hazard", 0.03)):
        assert 1.0 - (1.0 - found.number(f"neoclouds.{name}")) ** 4 == pytest.approx(yearly, rel=0.01)


def test_the_glut_is_half_of_the_futures(register: Assumptions) -> None:
    event = stylised.variant(register, "glut").events[-1]
    assert (event.variable, event.scaled, event.probability) == ("demand", -0.55, 0.5)
    assert register.calendar.index(event.start) == 6
    assert register.calendar.index(event.end) == 20


@pytest.mark.parametrize(
    ("name", "by"), [("gpu.hardware_cost_decline", 0.24), ("gpu.launch_obsolescence", 0.30)]
)
def test_fast_obsolescence_moves_a_prior_and_keeps_its_width(
    register: Assumptions, name: str, by: float
) -> None:
    p = np.linspace(0.01, 0.99, 25)
    before, after = register.entry(name), stylised.variant(register, "fast").entry(name)
    assert before.prior is not None
    assert after.prior is not None
    np.testing.assert_allclose(after.prior.quantile(p) - before.prior.quantile(p), by, atol=1e-9)
    assert after.value == pytest.approx(before.value + by)  # type: ignore[operator]


def test_what_has_no_prior_cannot_be_moved(register: Assumptions) -> None:
    bare = replace(register.entry("gpu.launch_obsolescence"), prior=None)
    other = replace(register, entries={**register.entries, bare.id: bare})
    assert stylised.variant(other, "glut").entry(bare.id) == bare
    with pytest.raises(Exception, match="launch_obsolescence"):
        stylised.variant(other, "fast")


def test_a_run_of_the_base_is_measured_once(run: Run) -> None:
    said: list[str] = []
    assert stylised.wanted(run)
    stylised.measure(run, fake.Assumptions(), said.append)  # type: ignore[arg-type]
    assert said == ["base: stylised facilities in base, glut, fast, 6 random blocks"]
    assert run.stylised is not None
    assert run.stylised["defaults"] == dict.fromkeys(CASES, COUNTS)
    assert not stylised.wanted(run)


def test_another_world_measures_nothing(run: Run) -> None:
    stylised.measure(run, fake.Assumptions(level=2.0), pytest.fail)  # type: ignore[arg-type]
    assert run.stylised is None


def test_another_scenario_is_not_measured(run: Run) -> None:
    assert not stylised.wanted(Run(run.store, replace(run.manifest, scenario="gpu-glut")))


def test_another_method_measures_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stylised.measure(run, fake.Assumptions(), str)  # type: ignore[arg-type]
    monkeypatch.setattr(stylised, "_method", lambda: "another")
    assert stylised.wanted(run)


def test_a_damaged_record_is_refused_and_measured_again(run: Run) -> None:
    stylised.measure(run, fake.Assumptions(), str)  # type: ignore[arg-type]
    file = run.directory / STYLISED
    file.write_text(file.read_text().replace("300", "301", 1))
    with pytest.raises(StorageError, match="damaged"):
        _ = run.stylised
    assert stylised.wanted(run)


def test_a_record_of_another_run_is_refused(run: Run) -> None:
    publish_json(run.directory / STYLISED, {"run": "0" * 12})
    with pytest.raises(StorageError, match="another run"):
        _ = run.stylised


def told(run: Run, register: Assumptions) -> dict[str, TargetResult]:
    """Targets on stylised facilities, as a run of that register measures them."""
    some = {id: target for id, target in register.targets.items() if target.measure == "stylised"}
    run.__dict__["register"] = replace(register, targets=some)
    return {result.id: result for result in results(run)}


def test_targets_read_the_record(run: Run, register: Assumptions) -> None:
    stylised.measure(run, fake.Assumptions(), str)  # type: ignore[arg-type]
    found = told(run, register)["T6d"]
    n = stylised.BLOCKS * 1024
    assert found.value == 300 / n
    assert found.standard_error == pytest.approx(np.sqrt(300 / n * (1 - 300 / n) / n))


def test_an_absent_record_contradicts_nothing(run: Run, register: Assumptions) -> None:
    found = told(run, register).values()
    assert len(found) == 6
    assert all(r.value is None and r.inside is None and not r.contradicts for r in found)


@pytest.mark.slow
def test_shorter_contracts_and_worse_worlds_default_more(register: Assumptions) -> None:
    found = stylised.defaults(register, 20261122, jobs=1)
    for counts in found.values():
        assert counts["5y"] < counts["3y"] < counts["2y"] < counts["1y"]
    for tenor in ("3y", "2y", "1y"):
        assert found["base"][tenor] < found["glut"][tenor] < found["fast"][tenor]


@pytest.mark.slow
def test_what_a_facility_pays_out_comes_back(register: Assumptions) -> None:
    """Distributed in full or not at all: cash is trapped either way, path by path in every quarter."""
    shares = []
    for value in (0.0, 0.6):
        world = stylised.variant(register, "base")
        entry = replace(world.entry("neoclouds.distribution"), value=value, prior=None)
        block = simulate(replace(world, entries={**world.entries, entry.id: entry}), 20261122, 0)
        columns = [
            block.entities["facility.defaulted"].index(stylised.PREFIX + tenor)
            for tenor in stylised.tenors(register)
        ]
        shares.append(block.sums["facility.defaulted"][:, columns])
    assert shares[0].any()
    assert np.abs(shares[0] - shares[1]).max() <= 5.0  # of 1,024 paths: other companies' losses move spreads
