"""`bubblerisk pack` and `bubblerisk batch`, with a workbook that is written at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from risk.door import desk as desks
from risk.door import packing, packs
from risk.errors import NumericalError, Terminated
from risk.report.form import DEFAULT_FORM, Form
from risk.runs import Run, list_runs
from risk.runs.signature import sign
from tests.cli.conftest import FEW, PATHS, SEED, SMALL, Ask, Stored

PACK, PAGE = Path("reports/base/pack.xlsx"), Path("reports/base/pack.html")


class Desk:
    """Writes workbooks that hold no more than the id of their run."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str | None]] = []
        self.compared: list[str] = []
        self.beside: list[list[str]] = []
        self.forms: list[Form] = []
        self.refuse: Exception | None = None

    def write_pack(
        self,
        run: Run,
        path: Path,
        prior: Run | None = None,
        beside: Sequence[Run] = (),
        form: Form = DEFAULT_FORM,
        page: Path | None = None,
    ) -> None:
        if self.refuse is not None:
            raise self.refuse
        if page is not None:
            page.write_text(f"<meta name=run content={run.id}>")
        self.written.append((run.id, prior.id if prior else None))
        self.forms.append(form)
        self.beside.append([other.manifest.scenario for other in beside])
        with ZipFile(path, "w") as archive:
            text = f'<property name="run_id"><vt:lpwstr>{run.id}</vt:lpwstr></property>'
            archive.writestr("docProps/custom.xml", text)

    def compare_scenarios(self, runs: Sequence[Run], mask: bool = False) -> list[str]:
        self.compared = [run.manifest.scenario for run in runs]
        return self.compared

    @staticmethod
    def write(workbook: list[str], path: Path) -> None:
        path.write_text(" ".join(workbook))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    for place, function in (
        ("risk.report.pack", made.write_pack),
        ("risk.report.comparison", made.compare_scenarios),
        ("risk.report.excel", made.write),
    ):
        monkeypatch.setattr(f"{place}.{function.__name__}", function)
    return made


def test_a_pack_is_written_once(runs: Stored, ask: Ask, desk: Desk) -> None:
    first = ask("pack", "base", *SMALL)
    assert first.code == 0
    assert first.out.startswith("Verdict to 2032Q4")
    assert first.out.endswith(f"written: {PACK}\n")
    second = ask("pack", "base", *SMALL)
    assert (second.code, second.out, second.err) == (0, f"up to date: {PACK}\n", "")
    assert desk.written == [(runs.base.id, None)]


def test_a_pack_that_is_gone_older_or_no_workbook_is_written_again(
    runs: Stored, ask: Ask, desk: Desk
) -> None:
    for spoil in (
        PACK.unlink,
        lambda: desk.write_pack(runs.glut, PACK),
        lambda: PACK.write_text("not a workbook"),
        lambda: PACK.with_name(".pack.xlsx.json").write_text("{}"),
    ):
        assert ask("pack", "base", *SMALL).code == 0
        spoil()
        assert f"written: {PACK}" in ask("pack", "base", *SMALL).out


def test_a_workbook_that_somebody_saved_is_left_alone_and_said_so(runs: Stored, ask: Ask, desk: Desk) -> None:
    ask("pack", "base", *SMALL)
    with ZipFile(PACK, "a") as archive:
        archive.writestr("note", "reviewed")
    said = ask("pack", "base", *SMALL)
    assert said.out == f"up to date: {PACK}\n"
    assert "saved by another program since" in said.err
    assert len(desk.written) == 1


def test_a_page_that_somebody_changed_is_written_again(runs: Stored, ask: Ask, desk: Desk) -> None:
    ask("pack", "base", *SMALL, "--html")
    PAGE.write_text(PAGE.read_text() + "100%")
    assert f"written: {PAGE}" in ask("pack", "base", *SMALL, "--html").out


def test_what_could_not_be_written_has_no_record(runs: Stored, ask: Ask, desk: Desk) -> None:
    ask("pack", "base", *SMALL, "--html")
    desk.refuse = OSError(13, "Permission denied")
    assert ask("pack", "base", *SMALL, "--html", "--prior", runs.glut.id).code == 5
    desk.refuse = None
    assert f"written: {PAGE}" in ask("pack", "base", *SMALL, "--html").out


def test_a_changed_assumption_is_simulated(runs: Stored, ask: Ask, desk: Desk) -> None:
    ask("pack", "base", *SMALL)
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = 0.23", 1))
    said = ask("pack", "base", *SMALL)
    assert "base: done 1,024 paths in" in said.err
    assert f"written: {PACK}" in said.out
    assert len({run for run, _ in desk.written}) == 2


def test_a_changed_note_is_written_without_simulating(runs: Stored, ask: Ask, desk: Desk) -> None:
    ask("pack", "base", *SMALL)
    file = Path("assumptions/base/propositions.toml")
    file.write_text(file.read_text().replace('"GPU rent collapses"', '"GPU rent falls apart"'))
    said = ask("pack", "base", *SMALL)
    assert "GPU rent falls apart" in said.out
    assert said.err == "base: writing reports/base/pack.xlsx\n"
    assert [run for run, _ in desk.written] == [runs.base.id] * 2
    assert len(list_runs(runs.folder)) == 2


def test_a_stored_run_goes_where_it_is_told(runs: Stored, ask: Ask, desk: Desk) -> None:
    said = ask("pack", runs.glut.id[:8], "-o", "there/glut.xlsx", "--prior", "base", "--json")
    assert said.json == {
        "schema": "bubblerisk.pack/1",
        "status": "written",
        "pack": "there/glut.xlsx",
        "run": runs.glut.id,
    }
    assert desk.written == [(runs.glut.id, runs.base.id)]
    again = ask("pack", runs.glut.id[:8], "-o", "there/glut.xlsx", "--prior", "base", "--json")
    assert again.json["status"] == "up to date"
    assert ask("pack", runs.glut.id[:8], "-o", "there/glut.xlsx", "--json").json["status"] == "written"


def test_a_page_is_written_when_asked_for(runs: Stored, ask: Ask, desk: Desk) -> None:
    assert f"written: {PACK}\n" in ask("pack", "base", *SMALL).out
    assert not PAGE.exists()
    both = ("pack", "base", *SMALL, "--html")
    assert ask(*both).out.endswith(f"written: {PACK}\nwritten: {PAGE}\n")
    assert ask(*both).out == f"up to date: {PACK}\nup to date: {PAGE}\n"
    assert ask("pack", "base", *SMALL).out == f"up to date: {PACK}\n"
    assert len(desk.written) == 2
    said = ask("pack", runs.glut.id, "-o", "there/glut.xlsx", "--html", "--json").json
    assert (said["pack"], said["page"]) == ("there/glut.xlsx", "there/glut.html")
    assert Path("there/glut.html").exists()


def test_a_page_that_is_gone_or_of_another_run_is_written_again(runs: Stored, ask: Ask, desk: Desk) -> None:
    both = ("pack", "base", *SMALL, "--html")
    for spoil in (
        PAGE.unlink,
        lambda: PAGE.write_text(f"<meta name=run content={runs.glut.id}>"),
        lambda: PAGE.write_bytes(b"\xff"),
        lambda: PAGE.with_name(".pack.html.json").unlink(),
    ):
        assert ask(*both).code == 0
        spoil()
        assert f"written: {PAGE}" in ask(*both).out


def test_a_page_is_never_older_than_its_workbook(runs: Stored, ask: Ask, desk: Desk) -> None:
    ask("pack", "base", *SMALL, "--html")
    compared = ("pack", "base", *SMALL, "--prior", runs.glut.id)
    assert f"written: {PAGE}" in ask(*compared).out
    assert ask(*compared, "--html").out == f"up to date: {PACK}\nup to date: {PAGE}\n"
    stranger = Path("there/glut.html")
    stranger.parent.mkdir()
    stranger.write_text("somebody else's page")
    assert ask("pack", runs.glut.id, "-o", "there/glut.xlsx").code == 0
    assert stranger.read_text() == "somebody else's page"


def test_a_file_that_cannot_be_written_is_a_storage_error(runs: Stored, ask: Ask, desk: Desk) -> None:
    desk.refuse = PermissionError(13, "Permission denied")
    said = ask("pack", "base", *SMALL)
    assert said.code == 5
    assert "cannot be written (Permission denied)" in said.err
    assert "Traceback" not in said.err


def test_runs_of_other_scenarios_are_shown_beside(runs: Stored, ask: Ask, desk: Desk) -> None:
    both = ("pack", "base", "--with", "gpu-glut", "--with", runs.glut.id[:8])
    said = ask(*both, *SMALL)
    assert (said.code, desk.beside) == (0, [["gpu-glut"]])
    assert ask(*both, *SMALL).out == f"up to date: {PACK}\n"
    assert f"written: {PACK}" in ask("pack", "base", *SMALL).out
    assert ask("pack", runs.base.id, "--with", "gpu-glut").code == 0
    assert desk.beside == [["gpu-glut"], [], ["gpu-glut"]]


def test_a_pack_of_another_form_is_another_pack(runs: Stored, ask: Ask, desk: Desk) -> None:
    other = "--paper letter --sample 2000"
    for words, answer in (("", "written"), (other, "written"), (other, "up to date"), ("", "written")):
        assert ask("pack", "base", *SMALL, *words.split()).out.endswith(f"{answer}: {PACK}\n")
    assert desk.forms == [DEFAULT_FORM, Form("letter", 2_000), DEFAULT_FORM]
    for words in ("--paper a3", "--sample 999", "--sample 20001"):
        assert ask("pack", "base", *SMALL, *words.split()).code == 2


def test_a_run_of_other_draws_is_not_shown_beside(runs: Stored, ask: Ask, desk: Desk) -> None:
    said = ask("pack", "base", "-n", 2048, "--seed", SEED, "--with", "gpu-glut")
    assert said.code == 2
    assert "1,024 paths instead of 2,048" in said.err
    assert f"bubblerisk run gpu-glut --paths 2048 --seed {SEED}" in said.err
    assert ask("pack", "base", *SMALL, "--with", "nowhere").code == 2
    assert desk.written == []


def test_a_batch_writes_everything_and_compares(runs: Stored, ask: Ask, desk: Desk) -> None:
    said = ask("batch", "base", "gpu-glut", *SMALL)
    assert said.code == 0
    assert "3 of 3 done" in said.out
    assert desk.compared == ["base", "gpu-glut"]
    assert desk.beside == [["base"], ["gpu-glut"]], "the base case comes last: it has all others beside it"
    assert "batch: up to 2 workbooks to write, about " in said.err
    assert "gpu-glut: written, bust " in said.err
    assert "reports/base/pack.xlsx (2 of 2)" in said.err
    assert Path("reports/gpu-glut/pack.xlsx").exists()
    assert Path("reports/comparison.xlsx").exists()
    rows = ask("batch", "base", "gpu-glut", *SMALL, "--json").json["scenarios"]
    assert [row["status"] for row in rows] == ["up to date", "up to date", "written"]
    assert rows[0]["outcomes"]["bust"]["value"] == pytest.approx(runs.base.outcome("bust").mean())


@pytest.mark.parametrize("error", [NumericalError("rent is not finite", "replay it"), KeyError("capex")])
def test_a_batch_goes_on_past_a_failure(
    runs: Stored, ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    plain = desk.write_pack

    def write(run: Run, path: Path, **rest: Any) -> None:
        if run.manifest.scenario == "base":
            raise error
        plain(run, path, **rest)

    monkeypatch.setattr("risk.report.pack.write_pack", write)
    said = ask("batch", "base", "gpu-glut", *SMALL)
    assert said.code == 1
    assert "base failed: " in said.out
    assert "1 of 3 failed" in said.out, "its run is compared all the same"
    assert ("Traceback" in said.err) == isinstance(error, KeyError)
    assert Path("reports/gpu-glut/pack.xlsx").exists()


def test_a_batch_covers_every_scenario_of_the_register(
    runs: Stored, ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in Path("assumptions/scenarios").glob("*.toml"):
        if file.stem not in ("base", "gpu-glut", "slow-roi"):
            file.unlink()
    Path("assumptions/scenarios/slow-roi.toml").write_text("[scenario]\nname = 3\n")
    said = ask("batch", *SMALL)
    assert said.code == 1
    assert "slow-roi.toml:2" in said.err
    assert desk.compared == ["base", "gpu-glut"]


FEWER = ("-n", FEW, "--seed", SEED, "-j", 1)


@pytest.mark.parametrize("words", [("pack", "base"), ("batch", "base", "gpu-glut")])
def test_fewer_paths_of_the_same_inputs_replace_nothing_unless_forced(
    runs: Stored, short: Run, ask: Ask, desk: Desk, words: tuple[str, ...]
) -> None:
    ask("pack", "base", *SMALL)
    before = PACK.read_bytes()
    said = ask(*words, *FEWER)
    assert (said.code, said.out) == (2, "")
    assert f"{PACK} shows {PATHS:,} paths of the same inputs, not {FEW}" in said.err
    assert "--force" in said.err
    assert PACK.read_bytes() == before
    assert len(list_runs(runs.folder)) == 3, "nothing is simulated before it is told"
    assert ask("pack", "base", *FEWER, "--force").code == 0
    assert desk.written[-1][0] == short.id
    assert ask("pack", "base", *SMALL).code == 0, "more paths replace fewer without a word"


def test_a_run_by_its_id_replaces_no_larger_one_either(
    runs: Stored, short: Run, ask: Ask, desk: Desk
) -> None:
    ask("pack", "base", *SMALL)
    assert ask("pack", short.id).code == 2
    assert ask("pack", short.id, "-o", "elsewhere.xlsx").code == 0
    assert ask("batch", "base", *FEWER, "--reports", "elsewhere").code == 0


def test_what_a_pack_shows_is_known_without_its_run_or_without_its_record(
    runs: Stored, short: Run, ask: Ask, desk: Desk
) -> None:
    ask("pack", "base", *SMALL)
    wanted = short.manifest.specification
    assert packing.larger(PACK, wanted, Path("nowhere")) == PATHS
    PACK.with_name(".pack.xlsx.json").unlink()
    assert packing.larger(PACK, wanted, runs.folder) == PATHS
    assert packing.larger(PACK, wanted, Path("nowhere")) == 0
    for name, value in {"seed": 9, "assumptions": "others", "source": "another", "paths": PATHS}.items():
        other: dict[str, Any] = {name: value}
        assert packing.larger(PACK, replace(wanted, **other), runs.folder) == 0


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt(), 130), (Terminated(), 143)])
def test_an_interrupt_while_a_pack_is_written_is_told_in_a_line(
    runs: Stored, ask: Ask, desk: Desk, stop: Any, code: int
) -> None:
    ask("pack", "base", *SMALL)
    desk.refuse = stop
    said = ask("pack", "base", *SMALL, "--prior", runs.glut.id)
    assert (said.code, said.err) == (code, f"base: writing {PACK}\ninterrupted\n")
    desk.refuse = None
    assert f"written: {PACK}" in ask("pack", "base", *SMALL).out, (
        "its record is gone, so it is not up to date"
    )


def test_a_pack_is_compared_with_the_last_run_of_its_scenario_that_was_signed(
    runs: Stored, short: Run, tmp_path: Path
) -> None:
    at = desks.Desk(runs=runs.folder)
    assert packs.earlier(None, runs.base, at) is None
    sign(short, "A. Member", "Chair")
    before = packs.earlier(None, runs.base, at)
    assert before is not None
    assert before.id == short.id
    assert packs.earlier(None, short, at) is packs.earlier(None, runs.glut, at) is None
    assert packs.earlier("none", runs.base, at) is None
