"""The page in a browser: it fits a phone, its text stands out, and its dial says what the engine counted."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from risk.analysis import metrics
from risk.analysis.statistics import proportion
from risk.report.html import page
from risk.report.pack import pack
from risk.report.pack.base.cells import probability_text
from tests.report.chromium import CONTRAST, DARK, TURN, ask, look
from tests.report.demo import demo
from tests.report.runs import small_run

pytestmark = pytest.mark.slow  # a browser starts for each

PHONE, DESK = 390, 1280
SCREEN = 844
"""Height of a phone's screen on which 390 pixels stand abreast."""

LEAST = 4.5
"""Contrast of text that everybody can read (WCAG 2.2, 1.4.3)."""

GROUPS = {"All paths": None, "Bust": "bust", "Correction": "correction", "Durable": "durable"}


@pytest.fixture(scope="module")
def made() -> str:
    return page(pack(small_run()), "pack.xlsx")


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", ["pack", "demo"])
def test_nothing_but_tables_in_folds_scrolls_sideways(
    name: str, width: int, made: str, tmp_path: Path
) -> None:
    seen = look(made if name == "pack" else page(demo(), "demo.xlsx"), width, tmp_path)
    assert seen.width == seen.scrolled == width
    assert (seen.scrolling, seen.outside, seen.cut, seen.errors) == ([], [], [], ())
    assert seen.styled == "rgb(11, 37, 69)"
    assert seen.drawn > 100
    assert seen.tall <= 3 * SCREEN
    assert (seen.tall > SCREEN) == (name == "pack")


@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_text_stands_out(flags: tuple[str, ...], made: str, tmp_path: Path) -> None:
    worst, errors = ask(made, DESK, CONTRAST, tmp_path, *flags)
    assert errors == ()
    assert len(worst) > 50
    assert ("H2. 198,219,239 on 20,24,29" in worst) == bool(flags)
    assert {look: ratio for look, ratio in worst.items() if ratio < LEAST} == {}


def test_the_dial_says_what_the_engine_counts(made: str, tmp_path: Path) -> None:
    run = small_run()
    loss = metrics.values(run, run.variable(metrics.HEADLINE))
    turned, errors = ask(made, PHONE, TURN, tmp_path)
    assert errors == ()
    assert {each["group"] for each in turned} == set(GROUPS)
    assert len(turned) >= 10 * len(GROUPS)
    for each in turned:
        name = GROUPS[each["group"]]
        inside = np.ones(len(loss), dtype=bool) if name is None else run.outcome(name) > 0.0
        bar = float(re.sub("[^0-9.]", "", each["aloud"]))
        hits, of = int((inside & (loss > bar)).sum()), int(inside.sum())
        share = probability_text(proportion(hits, of))
        line = f"lenders to AI infrastructure lose {each['aloud']}."
        assert each["said"] == f"{each['group']}: on {hits:,} of {of:,} ({share}) {line}"
        base, level = each["steps"]
        assert (base[1], level[0]) == (f"{len(loss):,}", each["aloud"])
        assert {len(row) for row in each["across"]} <= {6}
        shown = [(row[0], int(row[3].replace(",", ""))) for row in each["across"]]
        assert sum(count for _, count in shown) == hits
        assert {group for group, count in shown} <= ({each["group"]} if name else set(GROUPS))
        assert all(count for _, count in shown)


def test_a_link_unfolds_what_it_leads_to(made: str, tmp_path: Path) -> None:
    script = """
      page.defaultView.location.hash = "sheet-Metrics";
      page.defaultView.dispatchEvent(new HashChangeEvent("hashchange"));
      const one = all("details[open]").map(e => e.id);
      const button = page.querySelector(".tools button");
      button.click();
      const folded = all("details:not([open])").length, says = button.textContent;
      button.click();
      return { one, folded, says, left: all("details[open]").length, shown: !button.hidden };
    """
    told, errors = ask(made, PHONE, script, tmp_path)
    assert errors == ()
    assert told == {"one": ["sheet-Metrics"], "folded": 0, "says": "Fold all", "left": 0, "shown": True}


def test_the_policy_stops_another_script_and_style(made: str, tmp_path: Path) -> None:
    styled = made.replace("<style>", "<style>/* not the style that the policy allows */", 1)
    wrong = styled.replace("<main>", f"<main><pre>{'x' * 400}</pre><script>document.title = 'x'</script>", 1)
    seen = look(wrong, PHONE, tmp_path)
    assert len(seen.errors) >= 2
    assert seen.scrolled > seen.width == PHONE
    assert seen.styled == "rgb(0, 0, 0)"
    title, _ = ask(wrong, PHONE, "return page.title", tmp_path)
    assert title != "x"
