"""What is told of a run in the words of another sector has none of today's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from risk.analysis import contrasts, ladder
from risk.analysis.facilities import facilities
from risk.analysis.line_items import ITEMS
from risk.analysis.provenance import provenance
from risk.analysis.story import quarter, story
from risk.engine.rerun import rerun
from risk.runs import Run, execute
from tests.analysis.reruns import NAMES, having, quiet
from tests.engine.base import SEED
from tests.railways import railways
from tests.test_words import SAID, says_the_sector

PATHS = 128


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("railways")
    return execute(railways(), PATHS, SEED, jobs=1, directory=folder)


def shown(run: Run, texts: list[str]) -> list[str]:
    """Texts as screens show them: the unit of work has the register's name too."""
    return [run.register.names.said(text) for text in texts]


def texts(found: Any) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for item in found.values():
            yield from texts(item)
    elif isinstance(found, (list, tuple)):
        for item in found:
            yield from texts(item)


@pytest.mark.slow
def test_a_path_of_the_run(run: Run) -> None:
    told = story(run, rerun(run.register, SEED, 5))
    found = shown(run, list(texts(asdict(told))))
    assert len(found) > 50
    assert [text for text in found if SAID.search(text)] == []


def test_every_sentence_that_names_a_role(run: Run) -> None:
    others = {"generation": ("Class 2", "Class 6"), "facility": ("CRWV-CANAL", "NBIS-IG1")}
    before = replace(quiet(), names=NAMES | others, cohorts=(2, 3))
    changes: dict[str, tuple[float, ...] | float] = {
        "forced.demand": (-0.4,),
        "forced.lab_funding": (-1.0,),
        "state.fleet.since_launch": (9.0, 0.3),
        "rents.jump": (-0.2,),
        "power_bound": 1.0,
        "shock.Z": (-2.4,),
        "demand.window": (-1.6,),
        "lab_coverage": 0.8,
        "h100_contract": 1.6,
        "digestion": 1.0,
        "capex": 170e9,
        "state.seen.fire_sale": (0.1,),
        "operators.originated": (2e10, 1e10),
    }
    during = having(before, 2, changes)
    after = having(
        during, 3, {"demand.window": (0.0,), "lab_coverage": 1.2, "operators.originated": (0.0, 0.0)}
    )
    after = having(after, 3, {"digestion": 0.0})
    told = [event for t in (2, 3) for event in quarter(after, t, run.register).events]
    assert {event.kind for event in told} >= {
        *("forced", "launch", "efficiency", "power", "demand", "window_shut", "window_open", "rent"),
        *("anchor_shortfall", "anchor_recovery", "digestion", "digestion_end", "capex_fall", "cohort"),
        "fire_sale",
    }
    assert [text for text in shown(run, list(texts([*map(asdict, told)]))) if says_the_sector(text)] == []
    sentences = [event.sentence for event in told]
    assert "Trunk lines begin to digest; Great-Four capex is $170bn in the quarter." in sentences
    assert "Branch lines borrow $30bn against new locomotives and $0m in notes." in sentences
    assert "Nobody lends against this year's new locomotives." in sentences


def test_the_ladder_and_the_tables(run: Run) -> None:
    book = facilities(run.register, run.calendar.quarters)
    rungs = [*ladder.by_firm(run, book), *ladder.by_payer(run, book)]
    labels = [label for rung in rungs for label in (rung.name, *rung.members)]
    assert "Canal companies" in labels
    labels += [run.register.said(item.label) for item in ITEMS]
    labels += [difference.label for difference in contrasts.differences(run, run)]
    labels.append(provenance(run.register, date(2026, 12, 31)).words)
    assert [label for label in shown(run, labels) if SAID.search(label)] == []
    assert {"Branch-line debt", "Class 2 one-year contract rent", "Great-Four cash capex"} <= set(labels)
