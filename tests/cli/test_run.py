"""`bubblerisk run` and `bubblerisk show`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from risk import paths
from risk.calibrate import parameter_band
from risk.runs import Run, list_runs, open_run
from risk.runs.store import Store
from tests.cli.conftest import ROOT, SMALL, Ask, Stored

WANTED = parameter_band.wanted
"""As it is beyond these tests, which simulate nothing beside a run."""


def test_a_stored_run_is_only_read(runs: Stored, ask: Ask) -> None:
    before = {path: path.stat().st_mtime_ns for path in runs.folder.rglob("*") if path.is_file()}
    answer = ask("run", "base", *SMALL)
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.startswith("Verdict to 2032Q4: Base case\n")
    assert (
        f"run {runs.base.id} · base · 1,024 paths · seed 5 · identities {len(runs.base.identities)}/"
        in answer.out
    )
    assert f"bubblerisk pack {runs.base.id[:8]}" in answer.out
    assert before == {path: path.stat().st_mtime_ns for path in runs.folder.rglob("*") if path.is_file()}


def test_a_new_run_is_simulated_with_plain_progress(runs: Stored, ask: Ask) -> None:
    answer = ask("run", "-n", 300, "--seed", 6, "-j", 1)
    assert answer.code == 0
    assert "300 paths · seed 6" in answer.out
    assert answer.err.startswith("base: done 300 paths in ")
    assert len(list_runs(runs.folder)) == 3


def test_parameters_are_struck_by_other_shocks_once(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parameter_band, "wanted", WANTED)
    assert "over inputs" not in ask("show", "base").out
    first = ask("run", "base", *SMALL, "--band")
    assert (first.code, "over inputs" in first.out) == (0, True)
    assert "base under other shocks: 2 of 2 runs of 1,024 paths are left, about " in first.err
    others = [r for r in list_runs(runs.folder) if r.head and "other-shocks" in r.head.scenario]
    assert len(others) == 2
    own, other = runs.base.parameters(), open_run(others[0].id, runs.folder).parameters()
    assert all(np.array_equal(own[name], other[name]) for name in own)
    assert not np.array_equal(runs.base.outcome("B4"), open_run(others[0].id, runs.folder).outcome("B4"))
    again = ask("run", "base", *SMALL, "--band")
    assert (again.out, again.err) == (first.out, "")
    assert ask("show", "base").out == first.out, "a scenario's name means its own run"
    found = {c["id"]: c for c in ask("show", "base", "--json").json["claims"]}
    band = found["B2"]["band"]
    assert 0 <= band["low"]["value"] < found["B2"]["probability"]["value"] < band["high"]["value"] <= 1
    assert "over inputs" in ask("show", "base", "B2").out


def test_show_prints_the_screen_of_run(runs: Stored, ask: Ask) -> None:
    assert ask("show", runs.base.id[:6]).out == ask("show", "base").out == ask("run", "base", *SMALL).out


def test_the_screen_is_the_run_record(runs: Stored, ask: Ask) -> None:
    summary = ask("show", "base", "--json").json
    assert summary["schema"] == "bubblerisk.summary/2"
    assert summary["run"] == runs.base.id
    outcomes = {c["name"]: c["probability"]["value"] for c in summary["outcomes"]}
    assert outcomes["bust"] == pytest.approx(runs.base.outcome("bust").mean())
    assert outcomes["bust"] + outcomes["correction"] + outcomes["durable"] == pytest.approx(1.0)
    claims = {claim["id"]: claim for claim in summary["claims"]}
    assert claims["B8"]["probability"]["value"] == pytest.approx(runs.base.outcome("B8").mean())
    assert not [claim["id"] for claim in summary["claims"] if "pending" in claim]
    assert claims["B4"]["probability"]["value"] == pytest.approx(runs.base.outcome("B4").mean())
    loss = summary["losses"]["headline_loss"]
    assert loss["mean"]["value"] == pytest.approx(runs.base.outcome("headline_loss").mean() / 1e9)
    assert summary["identities"] == {"ok": len(runs.base.identities), "failed": 0}


@pytest.mark.parametrize(
    ("metric", "first", "key"),
    [
        ("headline_loss", "Headline credit loss", "quantiles"),
        ("exposed_recovery", "Recovery on AI-infrastructure credit by 2030Q4, %", "mean"),
        ("B4", "B4  GPU rent collapses", "by_year"),
        ("B8", "B8  Losses cascade", "by_year"),
        ("h100_contract", "H100 one-year contract rent, USD/h", "quantiles"),
    ],
)
def test_one_metric_in_full(runs: Stored, ask: Ask, metric: str, first: str, key: str) -> None:
    shown = ask("show", "base", metric)
    assert shown.code == 0
    assert shown.out.startswith(first)
    data = ask("show", "base", metric, "--json").json
    assert data["schema"] == "bubblerisk.metric/1"
    assert data["metric"] == metric
    assert data[key]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("run bace", "did you mean 'base'?"),
        ("run ./nothing.toml", "no scenario file"),
        ("run -n 0", "Must be >= 1"),
        ("run --jobs 0", "Must be >= 1"),
        ("run --seed -1", "Must be >= 0"),
        ("show gpu-glutt", "did you mean gpu-glut?"),
        ("show base headline_los", "did you mean headline_loss?"),
        ("compare base nothing", "no run nothing"),
        ("pack gpu-glutt", "did you mean 'gpu-glut'?"),
        ("pack -o pack.pdf", "ends in .xlsx"),
        ("check bace", "did you mean 'base'?"),
        ("check 0123456789ab", "no run 0123456789ab"),
        ("batch base bace", "did you mean 'base'?"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(
    runs: Stored, ask: Ask, words: str, answer: str
) -> None:
    said = ask(*words.split())
    assert (said.code, said.out) == (2, "")
    assert answer in said.err
    assert "Traceback" not in said.err


def test_a_run_of_an_older_model_is_named_as_such(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = (*paths.SERIES, paths.Variable("moon_phase", "fraction", "Phase of the moon"))
    monkeypatch.setattr(paths, "SERIES", new)
    for words in (["show", "base"], ["compare", "base", "gpu-glut"], ["check", runs.base.id]):
        said = ask(*words)
        assert said.code == 5
        assert "stored by another version of the model" in said.err


def test_a_bad_assumption_stops_everything(runs: Stored, ask: Ask) -> None:
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = nan", 1))
    for words in (["run"], ["pack"], ["check"], ["run", "--dry-run"]):
        said = ask(*words)
        assert said.code == 3
        assert "gpu.toml:" in said.err
    assert not Path("reports").exists()
    assert len(list_runs(runs.folder)) == 2


def test_a_locked_run_says_who_holds_it(runs: Stored, ask: Ask) -> None:
    code = (
        "import sys, time; from pathlib import Path; from risk.runs.lock import hold\n"
        "with hold(Path(sys.argv[1]), 'a test'): print('held', flush=True); time.sleep(60)"
    )
    (runs.folder / runs.base.id / "manifest.json").unlink()
    command = [sys.executable, "-c", code, str(runs.folder / runs.base.id)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = ask("run", "base", *SMALL)
        holder.kill()
    assert said.code == 6
    assert "is being written by process" in said.err


def test_an_interrupt_keeps_blocks_and_says_so(runs: Stored) -> None:
    words = ["run", "-n", "20000", "--seed", "9", "-j", "1", "--assumptions", str(ROOT / "assumptions")]
    words += ["--runs", str(runs.folder)]
    program = subprocess.Popen(
        [sys.executable, "-m", "risk", *words],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    known = {runs.base.id, runs.glut.id}
    while not [p for p in runs.folder.glob("*/blocks/[0-9]*") if p.parents[1].name not in known]:
        assert time.monotonic() < deadline
        assert program.poll() is None, program.communicate()[1]
        time.sleep(0.05)
    os.kill(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 130
    assert "blocks are kept" in err
    assert out == ""
    assert "Traceback" not in err


def test_new_words_reach_a_stored_run(runs: Stored, ask: Ask) -> None:
    before = runs.base.register.propositions
    file = Path("assumptions/base/propositions.toml")
    file.write_text(file.read_text().replace('"GPU rent collapses"', '"GPU rent falls apart"'))
    assert "GPU rent collapses" in ask("show", "base").out
    assert "GPU rent falls apart" in ask("run", "base", *SMALL).out
    changed = open_run(runs.base.id, runs.folder)
    assert changed.manifest.result == runs.base.manifest.result
    assert changed.register.propositions != before
    assert "GPU rent falls apart" in ask("show", "base").out


def test_a_scenario_of_the_same_numbers_keeps_the_words_of_the_first(runs: Stored, ask: Ask) -> None:
    Path("twin.toml").write_text('[scenario]\nname = "twin"\ntitle = "The same again"\n')
    assert ask("run", "./twin.toml", *SMALL).code == 0
    assert Run(Store(runs.folder / runs.base.id), runs.base.manifest).register
    assert open_run(runs.base.id, runs.folder).manifest.scenario == "base"
