"""The guide's commands run in its order, and print what its pages explain."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.report.runs import small_book
from tools import guide
from tools.pages import Fence, fences

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("bash") is None, reason="the guide's commands are those of a shell"),
]


@pytest.fixture(scope="module")
def filled() -> Mapping[Path, str]:
    return guide.filled()


def printed(text: str) -> str:
    blocks = (part for part in fences(text) if isinstance(part, Fence) and part.language == "console")
    return "".join(block.text for block in blocks)


@pytest.mark.full  # a minute; `make docs` runs the same commands, and stops where one fails
@pytest.mark.parametrize("page", guide.PAGES, ids=lambda page: str(page.stem))
def test_every_command_prints_something_and_what_is_explained_is_there(
    filled: Mapping[Path, str], page: Path
) -> None:
    found = printed(filled[page])
    told = found.split("\n$ ")
    assert all("\n" in each.strip() for each in told), "a command prints nothing"
    assert [term for term in guide.terms(page.read_text("utf-8")) if term not in found] == []


def test_outputs_name_no_path_of_this_machine(filled: Mapping[Path, str]) -> None:
    assert not [page.stem for page, text in filled.items() if str(guide.ROOT) in text or "/tmp" in text]


def test_a_command_that_fails_ends_the_build(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ bubblerisk show nothing\n```\n", "utf-8")
    with pytest.raises(
        guide.GuideError, match=r"page.md: `bubblerisk show nothing` ends with 2\nerror: no run"
    ):
        guide.filled([page])


def test_the_page_on_the_pack_leads_to_every_sheet() -> None:
    page = (guide.ROOT / "docs" / "guide" / "read-the-pack.md").read_text("utf-8")
    rows = [line.split("|")[2] for line in page.splitlines() if line.startswith("| ")]
    named = {name.strip() for row in rows for name in row.split(",")}
    sheets = {sheet.name for sheet in small_book().sheets} - {"Cover"}
    assert sheets <= named
    assert named - sheets <= {"Sheet", "Changes", "Hindcast"}, "these need a prior run or hindcasts"
