"""A run with companies shown by letters: none is named in pack, page, screens, JSON and frames."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import risk
from risk.assumptions import Assumptions
from risk.door import packing
from risk.report.form import Form, Recipe
from risk.report.opened import Opened
from risk.report.pack import write_pack
from tests.cli.conftest import Ask, Stored

FORMAT = ("xl/theme/", "docProps/app.xml", "[Content_Types]")
"""Parts of a workbook that say how it is written: they name the makers of the format and of fonts."""

TAG = re.compile(r"<(?:!DOCTYPE|/?[a-z])[^>]*>")
"""A tag of a page, which may be called `meta`."""


def named(register: Assumptions, text: str) -> list[str]:
    """Names of companies in a text, as the register's rows and list have them."""
    listed = register.companies.values()
    words = "|".join(re.escape(word) for company in listed for word in (company.id, *company.words))
    rows = [row.id for table in ("capex.firm", "neoclouds.firm") for row in register.tables[table].rows]
    codes = "|".join(re.escape(c) for c in {*rows, *(code for company in listed for code in company.codes)})
    edges = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
    found = [*re.finditer(edges.format(words), text), *re.finditer(edges.format(codes), text, re.IGNORECASE)]
    return [text[max(0, m.start() - 40) : m.end() + 20] for m in found]


@pytest.fixture(scope="module")
def masked(stored: Stored) -> risk.Result:
    return risk.open(stored.base.id, runs=stored.base.directory.parent, quiet=True).masked()


@pytest.fixture(scope="module")
def pack(stored: Stored, masked: risk.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    masked.check()  # what targets need is measured before, so that no test after changes what the run makes
    file = tmp_path_factory.mktemp("masked") / "pack.xlsx"
    form = Form(mask=True)
    write_pack(stored.base, file, beside=[stored.glut], form=form, page=file.with_suffix(".html"))
    return file


def test_an_unmasked_text_would_be_found(stored: Stored) -> None:
    register = stored.base.register
    assert len(named(register, "CRWV-DDTL1 of Oracle, nbis-20f")) == 3
    assert len(named(register, " ".join(f"x {c.id} y" for c in register.companies.values()))) >= 50


def test_nothing_of_the_workbook_names_a_company(stored: Stored, pack: Path) -> None:
    with ZipFile(pack) as archive:
        parts = [name for name in archive.namelist() if not name.startswith(FORMAT)]
        assert any(name.startswith("xl/worksheets/") for name in parts)
        for name in parts:
            if not name.endswith(".png"):
                assert named(stored.base.register, archive.read(name).decode()) == [], name


def test_nothing_of_the_page_names_a_company(stored: Stored, pack: Path) -> None:
    page = pack.with_suffix(".html").read_text(encoding="utf-8")
    assert named(stored.base.register, TAG.sub(" ", page)) == []


def test_the_manifest_says_that_companies_are_masked_and_the_run_is_the_same(
    stored: Stored, pack: Path
) -> None:
    book = Opened.at(pack)
    assert book.run == stored.base.id
    assert book.recipe.form.mask
    assert book.fact("Companies") == str(stored.base.register.letters)
    assert book.fact("To write this pack again").endswith(" --mask")
    assert Recipe.read({}).form.mask is False


def test_a_masked_workbook_is_not_up_to_date_for_one_that_is_not(stored: Stored, tmp_path: Path) -> None:
    run, file = stored.base, tmp_path / "pack.xlsx"
    packing.write(run, file, None, form=Form(mask=True))
    words, root = run.manifest.assumptions, run.directory.parent
    wanted = {
        mask: packing.Ingredients.of(run.id, words, None, (), Form(mask=mask), root) for mask in (True, False)
    }
    assert {mask: each.made(file) for mask, each in wanted.items()} == {True: True, False: False}


def test_a_masked_workbook_is_what_its_run_makes(stored: Stored, pack: Path) -> None:
    told = risk.verify(pack, runs=stored.base.directory.parent, quiet=True)
    assert [f.text for f in told.found["findings"] if f.subject == "numbers"] == [
        "the run makes the same file again, byte for byte"
    ]


SHOWN: dict[str, Callable[[risk.Result], risk.Told[Any]]] = {
    "summary": lambda run: run.summary(),
    "metric": lambda run: run.show("headline_loss"),
    "tail": lambda run: run.tail(),
    "drivers": lambda run: run.drivers(),
    "reverse": lambda run: run.reverse("bust", ["headline_loss"]),
    "path": lambda run: run.path("worst"),
    "check": lambda run: run.check(),
}


@pytest.mark.parametrize("name", SHOWN)
def test_no_screen_and_no_document_names_a_company(name: str, masked: risk.Result) -> None:
    register = masked.stored.register
    told = SHOWN[name](masked)
    assert named(register, str(told)) == []
    assert named(register, json.dumps(told.data, default=str)) == []
    assert named(register, told._repr_html_()) == []


def test_no_trace_of_a_cell_names_a_company(masked: risk.Result, pack: Path) -> None:
    cells = Opened.at(pack).values["Neoclouds"].items()
    at = next(at for at, value in cells if re.match(r"[A-Z]+-DDTL\d+:", str(value)))
    told = masked.trace(f"Neoclouds!{at}")
    assert named(masked.stored.register, f"{told} {told.data}") == []


def test_no_frame_names_a_company(masked: risk.Result) -> None:
    for frame in _frames(masked):
        assert named(masked.stored.register, f"{frame.to_csv()} {frame.attrs}") == []


def _frames(run: risk.Result) -> Iterator[Any]:
    yield run.register
    yield run.facilities("dscr").head(3)
    yield run.firms("runway").head(3)
    yield run.means("facility.debt")
    yield from (run.table(id) for id in run.tables.index[::7])


def test_numbers_stay(masked: risk.Result) -> None:
    plain = risk.Result(masked.stored)
    outcomes = plain.outcomes
    assert masked.outcomes.set_axis(outcomes.columns, axis=1).equals(outcomes)
    assert (masked.means("facility.debt").to_numpy() == plain.means("facility.debt").to_numpy()).all()


COMMANDS = {
    "table": "assumptions show neoclouds.facility",
    "row": "assumptions show neoclouds.facility.CRWV-DDTL2",
    "entries": "assumptions list",
    "scenario": "scenarios show gpu-glut",
    "scenarios": "scenarios list",
    "stale": "assumptions stale --days 0",
}


@pytest.mark.parametrize("form", ["--plain", "--json"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_on_the_register_names_a_company(name: str, form: str, stored: Stored, ask: Ask) -> None:
    said = ask(*COMMANDS[name].split(), "--mask", form)
    assert said.code == 0
    assert named(stored.base.register, said.out + said.err) == []
