"""What goes out comes back: the same bytes where nothing was edited, else exactly the edits."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk.assumptions import load
from risk.errors import LockedError, StorageError
from risk.exchange import files
from risk.exchange.content import same
from risk.exchange.export import export
from risk.exchange.heads import open_base
from risk.exchange.importing import import_workbook
from risk.exchange.problems import WorkbookErrors
from risk.exchange.reading import Edit, Line
from tests.assumptions.builder import Register
from tests.exchange.conftest import Typed, contents

ROOT = Path(__file__).parents[2]


def test_an_unedited_round_trip_changes_no_byte(typed: Typed) -> None:
    before = contents(typed.folder)
    result = import_workbook(typed.path, typed.folder)
    assert (result.edits, result.notes, result.files, result.written) == ((), (), (), False)
    assert contents(typed.folder) == before


@pytest.mark.slow
def test_the_register_itself_makes_an_unedited_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "assumptions.xlsx"
    path.write_bytes(export(open_base(ROOT / "assumptions")))
    assert import_workbook(path, ROOT / "assumptions", dry_run=True).edits == ()


def test_edits_keep_comments_order_and_everything_else(register: Register, typed: Typed) -> None:
    typed.type("gpu.launch_obsolescence", "Mode", 0.16)
    typed.type("gpu.launch_obsolescence", "Value", 0.16, why="Q3 prints")
    typed.type("gpu.hurdle", "Value", 13).type("gpu.order_book", "Locator", "p. 3")
    typed.type("gpu.generation.Rubin", "power (kW)", 2.7).type("gpu.delivery", "Value", "0.2; 0.4; 0.4")
    old = (typed.folder / "base/gpu.toml").read_text("utf-8").splitlines()
    typed.read()
    new = (typed.folder / "base/gpu.toml").read_text("utf-8").splitlines()
    assert [line for line in old if line not in new] == [
        "value   = 0.15",
        'prior   = { shape = "triangular", low = 0.05, mode = 0.15, high = 0.40 }',
        "value = [0.2, 0.5, 0.3]",
        "power = 2.6",
        "value = 12.5 # percent a year",
    ]
    assert [line for line in new if line not in old] == [
        "value   = 0.16  # was 0.15: Q3 prints",
        'prior   = { shape = "triangular", low = 0.05, mode = 0.16, high = 0.40 }',
        "value = [0.2, 0.4, 0.4]  # changed: New data.",
        "power = 2.7  # was 2.6: New data.",
        "value = 13.0 # percent a year; was 12.5: New data.",
        'locator = "p. 3"  # new: New data.',
    ]
    others = [name for name in register.base if name != "gpu"]
    assert all(
        (typed.folder / f"base/{name}.toml").read_text("utf-8") == register.base[name] for name in others
    )


def test_uncertainty_comes_and_goes(typed: Typed) -> None:
    typed.type("gpu.system_price", "Shape", "lognormal").type("gpu.system_price", "Median", 53)
    typed.type("gpu.system_price", "Sigma", 0.1, why="Quotes vary")
    for header in ("Low", "Mode", "High"):
        typed.type("gpu.launch_obsolescence", header, None)
    typed.type("gpu.launch_obsolescence", "Shape", "fixed").read()
    data = tomllib.loads((typed.folder / "base/gpu.toml").read_text("utf-8"))["gpu"]
    assert data["system_price"]["prior"] == {"shape": "lognormal", "median": 53, "sigma": 0.1}
    assert "prior" not in data["launch_obsolescence"]
    assert load(typed.folder).entry("gpu.launch_obsolescence").prior is None


def test_any_way_to_write_an_entry_is_edited_in_place(register: Register) -> None:
    text = """
[gpu.odd]
value = [
  1.5, # first
  2,   # second
]
'unit' = "quarter"
source = "sector-page"
as_of = 2026-06-30
grade = "judgement"
owner = \'Research\'
[gpu.even]
value = 0.5
unit = "1"
source = "sector-page"
as_of = 2026-06-30
grade = "judgement"
owner = "Research"
[gpu.even.prior]
shape = "uniform"   # flat
low = 0
high = 1
"""
    folder = register.add("gpu", text).write()
    path = folder.parent / "a.xlsx"
    path.write_bytes(export(open_base(folder)))
    typed = Typed(folder, path).type("gpu.odd", "Value", "1.5; 3").type("gpu.odd", "Unit", "year")
    typed.type("gpu.even", "High", 0.9).type("gpu.even", "Note", "Both.").read()
    data = tomllib.loads((folder / "base/gpu.toml").read_text("utf-8"))["gpu"]
    assert (data["odd"]["value"], data["odd"]["unit"]) == ([1.5, 3], "year")
    assert data["even"]["prior"] == {"shape": "uniform", "low": 0, "high": 0.9}
    kept = (folder / "base/gpu.toml").read_text("utf-8")
    assert all(
        part in kept for part in ("1.5, # first", "# second", "'unit'", "owner = 'Research'", "# flat")
    )


def test_every_item_of_the_register_can_be_edited_in_place() -> None:
    register = open_base(ROOT / "assumptions")
    by_file: dict[str, list[Edit]] = {}
    for item in register.items:
        line = Line("", 0, {}, {})
        known = {field.key: field for field in item.fields}
        number = next((f for f in item.fields if isinstance(item.get(f.key), float) and not f.locked), None)
        edits = [Edit(item, known["note"], item.get("note"), 'An "edited" note', "Tried", line)]
        edits += [Edit(item, known["locator"], item.get("locator"), "p. 1", "Tried", line)]
        edits += [Edit(item, number, 0, 0.125, "Tried", line)] if number else []
        by_file.setdefault(Path(item.raw.home.document.name).stem, []).extend(edits)
    for stem, edits in by_file.items():
        old = register.texts[stem].decode("utf-8").splitlines()
        new = files.edited(stem, register.texts[stem], edits).decode("utf-8").splitlines()
        comments = [line for line in old if line.startswith("#")]
        assert comments == [line for line in new if line.startswith("#")]
        added = [line for line in new if line not in set(old)]
        assert len(new) - len(old) <= len(added) <= len(edits) + len(comments)
        assert sum(line.startswith("[") for line in old) == sum(line.startswith("[") for line in new)


def test_dates_are_written_as_the_file_writes_them(typed: Typed) -> None:
    typed.type("run.as_of", "Value", dt.datetime(2026, 11, 1)).type(
        "gpu.hurdle", "As of", dt.datetime(2026, 10, 20)
    )
    typed.read()
    assert 'value = "2026-11-01"' in (typed.folder / "base/run.toml").read_text("utf-8")
    assert "as_of = 2026-10-20" in (typed.folder / "base/gpu.toml").read_text("utf-8")


def test_a_second_import_replaces_the_reason_of_the_first(typed: Typed, register: Register) -> None:
    typed.type("gpu.system_price", "Value", 60, why="First").read()
    typed.path.write_bytes(export(open_base(typed.folder)))
    Typed(typed.folder, typed.path).type("gpu.system_price", "Value", 61, why='Said "61"').read()
    text = (typed.folder / "base/gpu.toml").read_text("utf-8")
    assert 'value = 61  # was 60: Said "61"\n' in text
    assert "First" not in text


def test_a_dry_run_writes_nothing(typed: Typed) -> None:
    before = contents(typed.folder)
    result = typed.type("gpu.system_price", "Value", 60).read(dry_run=True)
    assert (len(result.edits), result.files, result.written) == (1, ("gpu.toml",), False)
    assert contents(typed.folder) == before


def test_a_workbook_older_than_the_files_is_refused_with_its_rows(register: Register, typed: Typed) -> None:
    register.edit("gpu", "value = 53", "value = 54").write()
    found = typed.type("gpu.hurdle", "Value", 13).problems()
    assert [p.code for p in found] == ["W014", "W014"]
    assert "gpu.toml" in found[0].reason
    assert found[1].place == typed.place("gpu.system_price", "Value")
    assert "Value was 53 at the export; gpu.toml:" in found[1].reason
    assert found[1].reason.endswith("now says 54")


def test_a_moved_comment_is_told_as_such(register: Register, typed: Typed) -> None:
    register.edit("gpu", "# What is known", "# All that is known").write()
    assert "no number differs" in typed.problem().reason


def test_a_workbook_of_another_origin_is_refused(typed: Typed) -> None:
    for name in list(typed.book.custom_doc_props.names):
        del typed.book.custom_doc_props[name]
    assert "does not say what it was exported from" in typed.problem().reason


def test_part_of_the_register_makes_the_round_trip(typed: Typed) -> None:
    typed.path.write_bytes(export(open_base(typed.folder), owner="Finance"))
    part = Typed(typed.folder, typed.path)
    assert [row[0].value for row in part.book["Assumptions"].iter_rows(min_row=5)] == [
        "gpu.hurdle",
        "gpu.order_book",
    ]
    assert [e.item.id for e in part.type("gpu.hurdle", "Value", 13).read().edits] == ["gpu.hurdle"]
    typed.path.write_bytes(export(open_base(typed.folder), stale=True))
    assert import_workbook(typed.path, typed.folder).edits == ()


def test_windows_line_ends_and_a_byte_order_mark_stay(register: Register) -> None:
    folder = register.write()
    file, path = folder / "base/gpu.toml", folder.parent / "a.xlsx"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    before = file.read_bytes()
    path.write_bytes(export(open_base(folder)))
    Typed(folder, path).type("gpu.system_price", "Value", 60, why="Dear").read()
    assert file.read_bytes() == before.replace(b"value = 53\r\n", b"value = 60  # was 53: Dear\r\n")


def test_all_files_or_none(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(typed.folder)
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".new") and Path(target).name == "run.toml":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    typed.type("gpu.system_price", "Value", 60).type("run.stale_days", "Value", 90)
    typed.type("credit.holder.BDC", "carry (1/y)", 0.05)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(
        StorageError, match=r"run\.toml cannot be written: permission denied; nothing was changed"
    ):
        typed.read()
    assert contents(typed.folder) == before


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "gpu.toml"
    file.write_bytes(b"theirs")
    with pytest.raises(LockedError, match="changed meanwhile"):
        files.replace_all({file: b"ours"}, {file: b"as read"})
    assert contents(tmp_path) == {"gpu.toml": b"theirs"}


NUMBERS = st.floats(0.001, 0.999).map(lambda x: float(f"{x:.12g}"))


def _with_the_prior(edits: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """A drawn value is not edited alone: its draws would not move."""
    drawn = "gpu.spot.reversion"
    return {(drawn, "SD"): 0.11, **edits} if (drawn, "Value") in edits else edits


EDITS = st.fixed_dictionaries(
    {},
    optional={
        ("gpu.system_price", "Value"): st.integers(1, 10**9) | NUMBERS,
        ("propositions.capex_fall", "Value"): NUMBERS,
        ("gpu.hurdle", "Value"): NUMBERS | st.integers(-5, 100),
        ("gpu.hurdle", "Note"): st.text(
            st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1
        ),
        ("gpu.spot.reversion", "Value"): st.floats(0.2, 0.8).map(lambda x: float(f"{x:.9g}")),
        ("gpu.spot.reversion", "SD"): NUMBERS,
        ("gpu.generation.H100", "index (USD/h)"): (NUMBERS | st.integers(1, 50)).filter(bool),  # it is rented
        ("gpu.generation.H100", "locator"): st.sampled_from(
            ["p. 1", "=1+1", "@x", '"quoted" \\ text', "# no comment"]
        ),
        ("credit.holder.BDC", "threshold"): NUMBERS,
    },
).map(_with_the_prior)


@pytest.mark.slow
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edits=EDITS)
def test_random_valid_edits_come_back_as_they_were_typed(
    edits: dict[tuple[str, str], Any], exported: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.exchange.conftest import FIRMS, MORE

    root = tmp_path_factory.mktemp("edits")
    folder = Register(root / "assumptions").add("run", MORE).add("gpu", FIRMS).write()
    path = root / "a.xlsx"
    path.write_bytes(exported)
    typed = Typed(folder, path)
    for (id, header), value in edits.items():
        cell = typed.cell(id, "Locator" if header == "locator" else header)
        cell.value, cell.data_type = value, "s" if isinstance(value, str) else "n"
        typed.cell(id, "Why changed").value = "Tried."
    result = typed.read()
    again = {item.id: item for item in open_base(folder).items}
    for edit in result.edits:
        assert same(again[edit.item.id].get(edit.field.key), edit.after)
    for (id, header), value in edits.items():
        field = next(f for f in again[id].fields if f.header.casefold() == header.casefold())
        now = again[id].get(field.key)
        assert now == value.strip() if isinstance(value, str) else same(float(now), float(value))
    assert len(result.edits) <= len(edits)
    path.write_bytes(export(open_base(folder)))
    assert import_workbook(path, folder).edits == ()


def test_errors_are_those_of_the_register_when_it_is_bad_itself(register: Register, typed: Typed) -> None:
    from risk.assumptions import AssumptionErrors

    register.edit("gpu", "value = 53", "value = -53").write()
    with pytest.raises(AssumptionErrors):
        import_workbook(typed.path, typed.folder)


def test_problems_travel_between_processes() -> None:
    import pickle

    error = WorkbookErrors("a.xlsx", [])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


SEED = """
[run.seed]
value = 20261122202611229
unit = "1"
domain = "whole"
owner = "Risk"
source = "sector-page"
as_of = 2026-06-30
grade = "judgement"
"""


def test_a_seed_keeps_every_digit(register: Register) -> None:
    folder = register.add("run", SEED).write()
    path = folder.parent / "a.xlsx"
    path.write_bytes(export(open_base(folder)))
    typed = Typed(folder, path)
    assert typed.cell("run.seed", "Value").value == "20261122202611229"
    assert not typed.read().edits
    typed.type("run.seed", "Value", "20261122202611228").read()
    loaded = load(folder)
    assert loaded.integer("run.seed") == 20261122202611228
    assert loaded.normalised()["entries"]["run.seed"]["value"] == 20261122202611228
    other = register.edit("run", "value = 20261122202611229", "value = 20261122202611227").load()
    assert other.digest != loaded.digest


def test_an_outlier_travels_with_its_reason(register: Register) -> None:
    bounds = 'domain = "positive"\nlow = 20\nhigh = 40\naccept = "A whole rack."\n'
    folder = register.edit("gpu", 'domain = "positive"\n', bounds).write()
    path = folder.parent / "a.xlsx"
    path.write_bytes(export(open_base(folder)))
    typed = Typed(folder, path)
    assert typed.cell("gpu.system_price", "Accept").value == "A whole rack."
    assert not typed.read().edits
    typed.type("gpu.system_price", "Value", 60).read()
    (outlier,) = load(folder).outliers
    assert (outlier.value, outlier.reason, outlier.high) == (60, "A whole rack.", 40)
