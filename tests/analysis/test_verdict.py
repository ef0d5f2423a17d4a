from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from risk.analysis.verdict import CLASSES, decided, timing, verdict
from risk.assumptions import Assumptions, load
from risk.assumptions.measures import Class, Condition, Proposition
from risk.axes import Calendar, Span, span

CALENDAR = Calendar(date(2026, 6, 30), 26)


@dataclass
class Stored:
    """What the verdict reads of a run."""

    columns: dict[str, Any]
    register: Assumptions
    calendar: Calendar = CALENDAR
    parameter_band: None = None

    @property
    def paths(self) -> int:
        return len(self.columns["bust"])

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(self.columns)

    def outcomes(self, names: list[str]) -> dict[str, Any]:
        return {name: self.columns[name] for name in names}

    def window(self, over: str) -> Span:
        return span(self.calendar, over)


def register(*propositions: Proposition) -> Assumptions:
    own = Class(gap="B2", breaks=("B8",), companions="propositions.bust_companions")
    beside = ({"id": "b", "label": "otherwise"}, {"id": "v1", "version": "1"})
    sorts = [own, *(own.model_copy(update=words) for words in beside)]
    claims = {claim.id: claim for claim in propositions}
    return replace(load(), propositions=claims, flags={}, classes={sort.id: sort for sort in sorts})


def proposition(id: str, *windows: str, pending: str = "") -> Proposition:
    found = tuple(Condition(quantity="capex", over=over, below=0.0) for over in windows or ("2028",))
    return Proposition(id=id, side="bear", label="L", statement="S", source="s", any=found, pending=pending)


@pytest.fixture
def stored() -> Stored:
    n = 1000
    flags = np.zeros(n)
    flags[:250] = 1.0
    columns = {name: flags for name, _ in CLASSES}
    kinds = ("bust", "correction", "durable")
    columns |= {f"{kind}_b": flags for kind in kinds} | {f"{kind}_v1": 1.0 - flags for kind in kinds}
    columns["bust_quarter"] = np.where(flags > 0, 10.0, np.nan)
    columns["B2"] = flags
    columns["B2_quarter"] = np.where(flags > 0, np.arange(n) % 5 + 4.0, 2.0)
    columns["B8"] = np.full(n, np.nan)
    return Stored(columns, register(proposition("B2"), proposition("B8", pending="later")))


def test_a_claim_has_its_probability_and_error(stored: Stored) -> None:
    claim = verdict(stored).claim("B2")  # type: ignore[arg-type]
    assert claim.probability is not None
    assert claim.probability.value == pytest.approx(0.25)
    assert claim.probability.standard_error == pytest.approx(np.sqrt(0.25 * 0.75 / 1000), rel=0.01)
    assert claim.words == "unlikely"


def test_timing_counts_only_paths_on_which_it_happens(stored: Stored) -> None:
    claim = verdict(stored).claim("B2")  # type: ignore[arg-type]
    assert claim.timing is not None
    assert claim.timing.median == CALENDAR.labels[6]  # the quarter 2 of the other paths is not counted


def test_readings_beside_the_classes_are_told_apart_by_their_version(stored: Stored) -> None:
    found = verdict(stored)  # type: ignore[arg-type]
    assert {label: three[0].value for label, three in found.alternatives.items()} == {"otherwise": 0.25}
    assert {version: three[0].value for version, three in found.before.items()} == {"1": 0.75}


def test_what_had_come_by_a_year_is_told_where_the_window_goes_on(stored: Stored) -> None:
    later = replace(stored, register=register(proposition("B2", "..end"), proposition("B8", pending="later")))
    found = verdict(later)  # type: ignore[arg-type]
    ends = {str(year): CALENDAR.offset(f"{year}Q4") for year in (2028, 2030)}
    dates = np.where(later.columns["B2"] > 0, later.columns["B2_quarter"], np.inf)
    assert {year: p.value for year, p in found.claim("B2").so_far.items()} == {
        year: pytest.approx((dates <= end).mean()) for year, end in ends.items()
    }
    assert {year: p.value for year, p in found.bust_so_far.items()} == {"2028": 0.25, "2030": 0.25}
    assert verdict(stored).claim("B2").so_far == {}  # type: ignore[arg-type]


def test_a_pending_claim_has_no_number(stored: Stored) -> None:
    claim = verdict(stored).claim("B8")  # type: ignore[arg-type]
    assert claim.probability is None
    assert claim.pending == "later"


def test_classes_are_decided_when_the_last_of_their_windows_ends(stored: Stored) -> None:
    assert decided(stored) == "2028"  # type: ignore[arg-type]
    later = register(proposition("B2"), proposition("B8", "2027", "2030Q2"))
    assert decided(replace(stored, register=later)) == "2030Q2"  # type: ignore[arg-type]


def test_timing_of_what_never_happens() -> None:
    assert timing(np.full(5, np.nan), CALENDAR) is None


def test_timing_gives_quartiles_that_occurred() -> None:
    found = timing(np.array([1.0, 2.0, 3.0, 4.0, np.nan]), CALENDAR)
    assert found is not None
    assert (found.early, found.median, found.late) == ("2026Q3", "2026Q4", "2027Q1")
