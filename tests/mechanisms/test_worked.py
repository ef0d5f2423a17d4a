"""The tables of docs/model and the tests that read them."""

import re
from pathlib import Path

import pytest

from tests.mechanisms.worked import DOCS, Worked, titles, worked

PAGES = sorted(path.stem for path in DOCS.glob("*.md"))
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_every_worked_example_has_its_test(page: str) -> None:
    for title in titles(page):
        assert re.search(rf'worked\("{page}", "{re.escape(title)}"\)', TESTS), f"{page}: {title}"


@pytest.mark.parametrize("page", [p for p in PAGES if p not in ("README", "screen", "states")])
def test_every_mechanism_has_a_worked_example(page: str) -> None:
    assert titles(page)


@pytest.mark.parametrize("path", sorted(DOCS.parent.rglob("*.md")), ids=lambda p: p.stem)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), f"{path.name}: {target}"


def test_a_row_is_checked_to_its_last_digit() -> None:
    w = Worked({"a": "1.25", "b": "−3,000"})
    w.agrees("a", 1.2549)
    with pytest.raises(AssertionError):
        w.agrees("a", 1.2551)
    assert w["b"] == -3000.0


def test_a_row_nobody_uses_is_noticed() -> None:
    with pytest.raises(AssertionError, match="rows no test uses"), Worked({"a": "1", "b": "2"}) as w:
        assert w["a"] == 1.0


def test_an_example_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AssertionError, match="no worked example"):
        worked("capex", "nothing")
