import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import AssumptionErrors, load, locate
from risk.assumptions.table import units
from risk.errors import AssumptionError, UsageError
from tests.assumptions.builder import GPU, PROVENANCE, Register


def test_reads_entries_with_unit_prior_and_provenance(register: Register) -> None:
    entry = register.load().entries["gpu.launch_obsolescence"]
    assert (entry.value, entry.unit, entry.owner, entry.grade) == (0.15, "1", "Research", "judgement")
    assert entry.prior is not None
    assert entry.prior.support == (0.05, 0.40)
    assert (entry.section, entry.name, entry.origin) == ("gpu", "launch_obsolescence", "base")
    line = 1 + GPU.splitlines().index("[gpu.launch_obsolescence]")
    assert (Path(entry.file).name, entry.line) == ("gpu.toml", line)


def test_what_has_not_changed_is_admitted_once_and_what_has_is_read_again(register: Register) -> None:
    first = register.load()
    assert load(register.folder) is first
    register.add("gpu", f'[gpu.idle]\nvalue = 1\nunit = "1"\nowner = "Risk"\n{PROVENANCE}')
    assert set(register.load().entries) - set(first.entries) == {"gpu.idle"}
    (register.folder / "base" / "gpu.toml").write_text("[gpu.idle]", encoding="utf-8")
    for _ in range(2):  # what is refused is refused every time
        with pytest.raises(AssumptionErrors):
            load(register.folder)


def test_groups_are_part_of_the_id(register: Register) -> None:
    assumptions = register.load()
    assert "gpu.spot.reversion" in assumptions.entries
    assert set(assumptions.section("gpu")) == {
        "launch_obsolescence",
        "system_price",
        "spot.reversion",
        "delivery",
    }


def test_values_are_in_base_units(register: Register) -> None:
    assumptions = register.load()
    assert assumptions.value("gpu.system_price") == 53_000
    assert assumptions.number("gpu.launch_obsolescence") == 0.15
    np.testing.assert_allclose(assumptions.array("gpu.delivery"), [0.2, 0.5, 0.3])
    assert assumptions.array("dependence.correlation").shape == (3, 3)
    assert assumptions.text("run.base_date") == "2026-06-30"


def test_columns_are_in_base_units(register: Register) -> None:
    table = register.load().tables["gpu.generation"]
    assert table.names == ("H100", "Rubin")
    np.testing.assert_allclose(table.numbers("gpus"), [4e6, 0])
    np.testing.assert_allclose(table.numbers("memory_bandwidth"), [3.35e12, 22e12])
    assert table.words("launch") == ("", "2026Q4")
    assert units(table.model)["power"] == "kW"
    with pytest.raises(AssumptionError, match="did you mean 'power'"):
        table.column("powr")


def test_quantiles_of_a_prior_are_in_the_unit_of_the_entry(register: Register) -> None:
    assumptions = register.load()
    entry = assumptions.entries["gpu.spot.reversion"]
    # Symmetric truncation at -2.5 and +3.5 sd moves the median of N(.45, .1) by less than .001.
    assert entry.p50 == pytest.approx(0.45, abs=1e-3)
    weights = assumptions.entries["gpu.delivery"].p50
    assert isinstance(weights, tuple)
    assert len(weights) == 3
    assert assumptions.entries["gpu.system_price"].p95 is None


def test_calendar_comes_from_the_run_settings(register: Register) -> None:
    calendar = register.load().calendar
    assert (calendar.labels[0], calendar.labels[-1]) == ("2026Q2", "2032Q4")


def test_unknown_ids_are_answered(register: Register) -> None:
    assumptions = register.load()
    with pytest.raises(AssumptionError, match="no entry 'gpu\\.launch_obsolesence'") as caught:
        assumptions.value("gpu.launch_obsolesence")
    assert "did you mean 'gpu.launch_obsolescence'" in str(caught.value)
    with pytest.raises(AssumptionError, match="vector or matrix"):
        assumptions.number("gpu.delivery")
    with pytest.raises(AssumptionError, match="setting in words"):
        assumptions.value("run.base_date")


def test_pickles_and_compares_by_its_numbers(register: Register) -> None:
    assumptions = register.load()
    copy = pickle.loads(pickle.dumps(assumptions))
    assert copy == assumptions
    assert hash(copy) == hash(assumptions)
    assert copy.tables["gpu.generation"].names == ("H100", "Rubin")


def test_digest_follows_numbers_not_words(register: Register) -> None:
    before = register.load().digest
    assert register.edit("gpu", "−12% at", "About −12% at").load().digest == before
    assert register.edit("gpu", "grade   = ", "grade = ").load().digest == before
    assert register.edit("gpu", "mode = 0.15", "mode = 0.16").load().digest != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("gpu", "value = 53", "value = 54"),
        ("gpu", "index = 2.65", "index = 2.66"),
        ("propositions", "value = 0.7", "value = 0.71"),
        ("run", "value = 26", "value = 25"),
    ],
)
def test_digest_sees_every_kind_of_number(register: Register, file: str, old: str, new: str) -> None:
    before = register.load().digest
    assert register.edit(file, old, new).load().digest != before


def test_normalised_form_is_plain_data(register: Register) -> None:
    import json

    register.scenario("low", '[change."gpu.launch_obsolescence"]\nvalue = 0.1\nprior = false\nwhy = "Test"\n')
    data = json.loads(json.dumps(register.load("low").normalised(), allow_nan=False))
    entry = data["entries"]["gpu.launch_obsolescence"]
    assert (entry["value"], entry["prior"], entry["origin"]) == (0.1, None, "low")
    assert entry["origins"] == {"value": "low", "prior": "low"}
    assert (entry["file"], entry["line"]) == ("base/gpu.toml", 3)
    assert data["changes"][0]["before"] == 0.15
    assert data["changes"][0]["file"] == "scenarios/low.toml"
    assert str(register.folder) not in json.dumps(data)
    assert data["tables"]["gpu.generation"]["units"]["gpus"] == "GPU M"


def test_line_ends_and_byte_order_mark_of_windows_are_accepted(register: Register) -> None:
    expected = register.load().digest
    path = register.folder / "base" / "gpu.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GPU.replace("\n", "\r\n").encode())
    assert load(register.folder).digest == expected


def test_reading_order_of_the_register(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = register.write()
    monkeypatch.chdir(tmp_path)
    assert load().directory == "assumptions"
    assert load(folder).directory == "assumptions"
    with pytest.raises(UsageError, match="not an assumption register"):
        load(tmp_path)
    with pytest.raises(UsageError, match="give the folder that holds it"):
        load(folder / "base")


def test_the_register_that_came_along_is_the_last_resort(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "risk"
    monkeypatch.setattr(locate, "__file__", str(package / "assumptions" / "locate.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no assumption register was found"):
        load()
    register.folder = package / "_assumptions"
    register.write()
    assert load().directory == "site/risk/_assumptions"


def test_loading_imports_nothing_heavy(register: Register) -> None:
    code = (
        "import sys; from pathlib import Path; from risk.assumptions import load; load(Path(sys.argv[1]));"
        "heavy = {'numpy', 'scipy', 'pandas', 'openpyxl', 'pyarrow', 'rich'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, str(register.write())], check=True, cwd=Path.cwd())


def test_errors_survive_the_way_between_processes(register: Register) -> None:
    register.edit("gpu", "value = 53", "value = -53")
    with pytest.raises(AssumptionErrors) as caught:
        register.load()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
