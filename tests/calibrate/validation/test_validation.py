"""What a validator is told of a run, found anew where what it rests on has changed, and drift."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from risk.calibrate.validation import validation
from risk.calibrate.validation.drift import drift
from risk.calibrate.validation.evidence import Figure, keep, made
from risk.errors import StorageError
from risk.runs import Run, open_run
from risk.runs.signature import FILE, sign
from tests.report.runs import small_run

REGISTER = Path(__file__).parents[3] / "assumptions"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REGISTER, tmp_path / "assumptions"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The small run in a folder of its own, with nothing kept beside it."""
    found = small_run()
    shutil.copytree(found.directory, tmp_path / "runs" / found.id)
    (tmp_path / "runs" / found.id / validation.FILE).unlink()
    return open_run(found.id, tmp_path / "runs")


def other(run: Run, seed: int = 7) -> Run:
    """Another run of the scenario, of other draws, in the same folder."""
    found = small_run(seed=seed)
    shutil.copytree(found.directory, run.directory.parent / found.id, dirs_exist_ok=True)
    return open_run(found.id, run.directory.parent)


def test_nothing_is_written_by_looking(run: Run, register: Path) -> None:
    found = validation.current(run, register)
    assert validation.read(run) is None
    assert validation.keep(run, register) == found
    assert validation.read(run) == found
    assert validation.current(run, register) == found


def test_what_is_kept_is_kept_to_the_byte(run: Run, register: Path) -> None:
    validation.keep(run, register)
    path = run.directory / validation.FILE
    before = path.read_bytes()
    path.unlink()
    validation.keep(run, register)
    assert path.read_bytes() == before


def test_it_is_found_anew_where_evidence_or_a_declaration_has_changed(run: Run, register: Path) -> None:
    first = validation.keep(run, register)
    keep(
        made(
            "coverage",
            "make evidence",
            [Figure("c", "Coverage", 0.9, "fraction", 0.92, 0.98, 400, "runs", "x")],
        ),
        register,
    )
    second = validation.keep(run, register)
    assert second.inputs != first.inputs
    assert "c" in {figure.id for figure, _ in second.figures}
    path = register / "validation" / "declared.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("by = 0.2", "by = 0.3"), encoding="utf-8")
    assert validation.keep(run, register).inputs != second.inputs


def test_a_new_reading_makes_it_a_draft_and_taking_it_back_does_not(run: Run, register: Path) -> None:
    assert validation.keep(run, register).reasons == ()
    path = register / "readings.toml"
    text = path.read_text(encoding="utf-8")
    last = "    { date = 2026-08-31, value = 2.8, published = 2026-09-30 },\n"
    new = "    { date = 2026-10-31, value = 3.9, published = 2026-11-15 },\n"
    path.write_text(text.replace(last, last + new), encoding="utf-8")
    found = validation.keep(run, register)
    assert any(reason.startswith("A rent index has moved by a fifth") for reason in found.reasons)
    path.write_text(text, encoding="utf-8")
    assert validation.keep(run, register).reasons == ()


def test_an_edited_record_counts_as_none(run: Run, register: Path) -> None:
    found = validation.keep(run, register)
    path = run.directory / validation.FILE
    path.write_text(path.read_text(encoding="utf-8").replace("forbidden", "intended"), encoding="utf-8")
    assert validation.read(run) is None
    assert validation.current(run, register) == found


def test_edited_evidence_is_refused(run: Run, register: Path) -> None:
    path = keep(
        made("coverage", "x", [Figure("c", "Coverage", 0.9, "1", None, None, 1, "runs", "x")]), register
    )
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "0.95"), encoding="utf-8")
    with pytest.raises(StorageError, match="make evidence"):
        validation.current(run, register)


def test_signatures_stand_in_it_and_an_altered_record_says_so(run: Run, register: Path) -> None:
    before = validation.keep(run, register)
    sign(run, "Ann Bell", "Risk")
    found = validation.keep(run, register)
    assert (before.signatures, [each.by for each in found.signatures]) == ((), ["Ann Bell"])
    path = run.directory / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("Ann Bell", "Eve Fox"), encoding="utf-8")
    altered = validation.keep(run, register)
    assert altered.signatures == ()
    assert "nobody has signed this run" in altered.altered


# ─── drift ───


def test_without_a_signed_run_there_is_no_drift(run: Run) -> None:
    other(run)
    sign(run, "Ann Bell", "Risk")
    assert drift(run) is None, "a run does not drift from itself"


def test_another_seed_alone_hardly_moves_a_headline(run: Run) -> None:
    signed = other(run)
    sign(signed, "Ann Bell", "Risk")
    found = drift(run)
    assert found is not None
    assert (found.run, found.by, found.why) == (signed.id, "Ann Bell", "")
    assert found.compared > 15
    assert len(found.moved) <= 0.2 * found.compared, "two standard errors let one in twenty through"


def test_a_headline_that_has_moved_beyond_its_error_is_named(run: Run) -> None:
    glut = small_run("gpu-glut")
    shutil.copytree(glut.directory, run.directory.parent / glut.id)
    sign(run, "Ann Bell", "Risk")
    moved = replace(open_run(glut.id, run.directory.parent).manifest, scenario="base")
    found = drift(Run(open_run(glut.id, run.directory.parent).store, moved))
    assert found is not None
    by_name = {each.label: each for each in found.moved}
    loss = by_name["Headline loss, mean"]
    assert loss.change == pytest.approx(loss.after - loss.before)
    assert abs(loss.change) > 2.0 * loss.standard_error
    assert loss.unit == "USD bn"


def test_a_run_of_another_version_is_not_compared(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(other(run), "Ann Bell", "Risk")

    def refuse(before: Run, after: Run) -> None:
        raise StorageError("the assumptions of run x were written by another version of the model")

    monkeypatch.setattr("risk.analysis.contrasts.differences", refuse)
    found = drift(run)
    assert found is not None
    assert (found.compared, found.moved) == (0, ())
    assert "another version" in found.why
