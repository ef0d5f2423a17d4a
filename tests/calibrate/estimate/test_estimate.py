"""`bubblerisk estimate` as a whole: beside the register, on simulated files, without data, as a scenario."""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from risk.assumptions import load
from risk.calibrate.estimate import MODULES, Answer, ask, chosen, scenario
from risk.calibrate.estimate.core import Estimate, Finding, Module, beside, delta, held, pooled
from risk.calibrate.estimate.planted import ar1, register, spreads
from risk.cli.app import run
from risk.errors import AssumptionError, UsageError
from tests.schema import problems

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "assumptions"
RNG_SEED = 20261122
DAY = dt.date(2026, 11, 28)
RATES = {
    "sp_B_pct": 3.5, "sp_us_sg_pct": 4.0, "sp_global_sg_pct": 4.0, "sp_BB_pct": 0.8, "sp_CCC_pct": 24.0,
    "moodys_sg_issuer_weighted_pct": 4.0, "altman_hy_par_pct": 3.5,
}  # fmt: skip
"""Median default rate by column, %."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated files of every series that does not ship."""
    folder, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(RNG_SEED)
    months = pd.period_range("1997-01", periods=348, freq="M").astype(str)
    bp = np.repeat(spreads(rng, 116, 0.3, 0.08), 3)
    pd.DataFrame({"month": months, "mean_bp": bp.round(1)}).to_csv(folder / "hy_oas_monthly.csv", index=False)
    years = np.arange(1981, 2025)
    rates = pd.DataFrame({"year": years})
    shared = ar1(rng, len(years), 0.5, 0.5)
    for name, level in RATES.items():
        rates[name] = np.minimum(level * np.exp(shared + 0.2 * rng.standard_normal(len(years))), 90).round(3)
    rates.to_csv(folder / "default_rates_annual.csv", index=False)
    recovered = pd.DataFrame({"year": years, "moodys_sg_default_rate_pct": rates["sp_us_sg_pct"]})
    for name in ("loan_sr_secured", "bond_sr_secured", "bond_sr_unsecured", "bond_sr_sub"):
        recovered[name] = (
            55 - 2 * recovered["moodys_sg_default_rate_pct"] + 8 * rng.standard_normal(44)
        ).clip(5, 95)
    recovered.round(2).to_csv(folder / "recovery_by_year_seniority.csv", index=False)
    _rents(folder, rng)
    return folder


def _rents(folder: Path, rng: np.random.Generator) -> None:
    months = pd.period_range("2023-09", periods=37, freq="M")
    base = np.exp(1.0 + np.cumsum(0.04 * rng.standard_normal(37)))
    wide = {"month": months.astype(str), "H100": base * 1.3}
    for name, ratio in (("H200", 1.3), ("B200", 1.8), ("A100_80", 0.6)):
        wide[name] = base * 1.3 * ratio * np.exp(0.05 * rng.standard_normal(37))
    pd.DataFrame(wide).round(3).to_csv(folder / "gpu_ratecard_monthly.csv", index=False)
    middle = base[4:] * np.exp(0.02 * rng.standard_normal(33))
    contract = pd.DataFrame({"period_start": months[4:].astype(str), "contract1y_p25": middle * 0.9})
    contract["contract1y_p75"] = middle * 1.1
    contract["on_demand_low"], contract["on_demand_high"] = middle * 1.3, middle * 1.5
    contract.round(3).to_csv(folder / "gpu_h100_contract_1y.csv", index=False)
    days = pd.period_range("2026-05-23", periods=133, freq="D")
    spot = float(base[-1]) * np.exp(ar1(rng, 133, 0.8, 0.06))
    daily = pd.DataFrame({"date": days.astype(str), "ornn_h100": spot, "ornn_b200": 2 * spot})
    daily.round(3).to_csv(folder / "gpu_ornn_daily.csv", index=False)


@pytest.fixture(scope="session")
def answers(made: Path) -> tuple[Answer, ...]:
    return tuple(ask(module, register(), FOLDER, made) for module in chosen([]))


def test_every_module_answers_on_data_of_the_declared_form(answers: tuple[Answer, ...]) -> None:
    assert [a.module.name for a in answers] == list(MODULES)
    for answer in answers:
        assert not answer.missing
        assert answer.estimates
        for each in answer.estimates:
            assert math.isfinite(each.finding.estimate), each.finding.entry
            assert each.finding.error > 0.0, each.finding.entry
            assert each.finding.n > 0
            assert each.finding.method


def test_the_same_files_give_the_same_numbers(made: Path, answers: tuple[Answer, ...]) -> None:
    again = ask(MODULES["rents"], register(), FOLDER, made)
    assert again == next(a for a in answers if a.module.name == "rents")


def test_a_module_without_its_files_says_so_and_tells_what_the_register_has() -> None:
    for name in ("credit_cycle", "default_factor", "pd_lgd", "rents", "generations"):
        answer = ask(MODULES[name], register(), FOLDER)
        assert answer.missing
        assert not answer.estimates
    for name in ("private_credit", "capex", "revenue", "dependence"):
        assert ask(MODULES[name], register(), FOLDER).estimates


def test_an_unknown_module_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no module 'rent'"):
        chosen(["rent"])


# ─── beside the register ───


def finding(entry: str, estimate: float, error: float = 0.01) -> Finding:
    return Finding(entry, estimate, error, 10, "by hand")


def test_an_address_finds_entries_components_cells_and_widths() -> None:
    assert held(register(), "credit.spread_reversion")[0] == register().number("credit.spread_reversion")
    chain = register().entries["credit.transition"]
    assert held(register(), "credit.transition[tight,stress]")[0] == chain.value[1][2]  # type: ignore[index]
    assert held(register(), "gpu.generation[B200].noise")[2] == "log/q"
    assert held(register(), "gpu.index_error:sd")[0] == register().entries["gpu.index_error"].prior.sd  # type: ignore[union-attr]
    for unknown in ("credit.nothing", "credit.transition[calm,war]", "gpu.generation[Z9].noise"):
        with pytest.raises((KeyError, ValueError, AssumptionError)):
            held(register(), unknown)


def test_inside_is_of_the_prior_or_of_a_fixed_number_of_the_estimate() -> None:
    low, high = (register().entries["credit.lgd_generic"].quantile(p) for p in (0.05, 0.95))
    assert beside("m", finding("credit.lgd_generic", low + 1e-6), register()).inside  # type: ignore[operator]
    assert not beside("m", finding("credit.lgd_generic", high + 1e-6), register()).inside  # type: ignore[operator]
    fixed = register().number("credit.spread_reversion")
    assert beside("m", finding("credit.spread_reversion", fixed + 0.016), register()).inside
    assert not beside("m", finding("credit.spread_reversion", fixed + 0.017), register()).inside


def test_the_delta_method_of_a_square() -> None:
    value, error = delta(lambda x: float(x[0] ** 2), np.array([3.0]), np.array([[0.04]]))
    assert [value, error] == pytest.approx([9.0, 6.0 * 0.2], rel=1e-4)


def test_deviations_are_pooled_by_observations() -> None:
    assert pooled((0.1, 0.01, 10), (0.1, 0.01, 30))[0] == pytest.approx(0.1)
    assert pooled((0.3, 0.01, 10), (0.1, 0.01, 30))[0] == pytest.approx(
        math.sqrt((10 * 0.09 + 30 * 0.01) / 40)
    )


# ─── as a scenario ───


def test_what_is_written_is_a_scenario_that_loads(answers: tuple[Answer, ...], tmp_path: Path) -> None:
    file = tmp_path / "what-data-say.toml"
    text, changed = scenario.text(answers, register(), DAY)
    file.write_text("\n".join(_accepted(text)), encoding="utf-8")
    found = load(FOLDER, file)
    assert changed == text.count("[change.")
    moved = found.entries["credit.spread_reversion"]
    assert moved.grade == "estimated"
    assert moved.estimate is not None
    assert moved.estimate.module == "credit_cycle"
    rows = np.array(found.entries["credit.transition"].value)
    assert rows.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])


def _accepted(text: str) -> list[str]:
    """Lines with a reason in each change: simulated data may lie beyond what is plausible."""
    return [
        f'{line}\naccept = "simulated"' if line.startswith("[change.") else line for line in text.split("\n")
    ]


def answer(*findings: Finding) -> Answer:
    module = Module("by_hand", "By hand", (), lambda *_: ())
    return Answer(
        module,
        tuple(beside("by_hand", f, register()) for f in findings),
        ("a.csv@sha256:0123456789ab",),
        (),
        (),
    )


def written(*findings: Finding) -> str:
    return scenario.text([answer(*findings)], register(), DAY)[0]


def test_what_is_wider_than_the_prior_or_a_second_opinion_is_not_written() -> None:
    wide = written(finding("credit.lgd_generic", 0.35, 0.5))
    assert "[change." not in wide
    assert "# credit.lgd_generic: 0.35 ± 0.5, too wide to move" in wide
    other = Finding("credit.lgd_generic", 0.35, 0.01, 10, "x", second=True)
    assert "lgd_generic" not in written(other)
    narrow = written(finding("credit.lgd_generic", 0.35, 0.02))
    assert 'prior = { shape = "normal", mean = 0.35, sd = 0.02, low = 0.15, high = 0.85 }' in narrow


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("kept")
    with pytest.raises(UsageError, match="is there already"):
        scenario.write(file, [answer(finding("credit.lgd_generic", 0.35, 0.02))], register(), DAY)
    assert file.read_text() == "kept"


# ─── the command ───


def test_the_command_prints_tables_or_one_document(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(FOLDER, tmp_path / "assumptions")
    monkeypatch.chdir(tmp_path)
    assert run(["estimate", "pd_lgd", "private_credit", "--data", str(made)]) == 0
    said = capsys.readouterr().out
    for words in ("credit.lgd_slope", "credit.pd_direct_lending", "recovery_by_year_seniority.csv@sha256:"):
        assert words in said
    assert run(["estimate", "pd_lgd", "revenue", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not problems(found)
    assert found["modules"][0]["missing"] == ["recovery_by_year_seniority.csv"]
    assert [e["entry"] for e in found["modules"][1]["estimates"]] == [
        "revenue.log_ceiling",
        "revenue.imitation",
    ]


def test_bad_rows_end_the_command_with_the_code_of_bad_assumptions(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(made, tmp_path / "data")
    file = tmp_path / "data" / "recovery_by_year_seniority.csv"
    lines = file.read_text().split("\n")
    lines[3] = lines[3].replace(",", ",?", 1)
    file.write_text("\n".join(lines))
    code = run(["estimate", "pd_lgd", "--data", str(tmp_path / "data"), "--assumptions", str(FOLDER)])
    assert code == 3
    assert "recovery_by_year_seniority.csv:4 " in capsys.readouterr().err
    assert run(["estimate", "--data", str(tmp_path / "none")]) == 2


def test_estimates_are_told_by_what_they_are_of(answers: tuple[Answer, ...]) -> None:
    """Every address stands in the register: `beside` has looked each up."""
    assert all(isinstance(e, Estimate) for a in answers for e in a.estimates)
