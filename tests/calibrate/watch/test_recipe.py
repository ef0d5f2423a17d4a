"""A new watch item costs a declaration: the recipe is followed as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

from risk.calibrate.hindcast import readings
from risk.calibrate.watch import declared, watching
from risk.report.terminal import watch as screens
from risk.report.terminal.headed import Headed
from risk.report.terminal.page import Page, text
from tests.report.runs import small_run
from tests.schema import problems

REGISTER = Path(__file__).parents[3] / "assumptions"
METRICS = readings.read(REGISTER, readings.sources(REGISTER))
PAGE = Page(120, plain=True)


def test_the_recipe_costs_a_declaration(tmp_path: Path) -> None:
    """The table that the recipe prints stands in ranking, screen and JSON of a run."""
    page = (REGISTER.parent / "docs" / "recipes.md").read_text("utf-8")
    section = page.partition("\n## A watch item\n")[2].partition("\n## ")[0]
    (item,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    before = (REGISTER / declared.FILE).read_text("utf-8")
    (tmp_path / declared.FILE).write_text(f"{before}\n{item}", "utf-8")
    listed = declared.read(tmp_path, METRICS)
    assert len(listed.items) == len(declared.read(REGISTER, METRICS).items) + 1
    run = small_run()
    found = watching.watch(run, listed, METRICS)
    new = [t for t in found.tripwires if t.item == listed.items[-1].id]
    assert {t.side for t in new} == {"low", "high"}
    headed = Headed.of(run, found)
    shown = text(screens.screen(headed, PAGE), PAGE)
    assert "The price of a chip-hour" in shown
    data = {"schema": screens.DOCUMENT.id, **screens.DOCUMENT.data(headed)}
    assert not problems(data)
    assert {row["item"] for row in data["tripwires"]} >= {listed.items[-1].id}
