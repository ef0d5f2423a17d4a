"""The docs as a site: pages have their place, links lead somewhere, nothing is fetched or grows old."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools import guide, imports, site
from tools.pages import Fence, fences

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIG = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
PAGES = sorted(
    (*DOCS.rglob("*.md"), *DOCS.rglob("*.ipynb"), *(ROOT / x for x in site.ABOVE if x.endswith(".md")))
)
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


def listed(part: Any) -> Iterator[str]:
    """Pages of a part of the navigation."""
    if isinstance(part, str):
        yield part
    else:
        for inner in part.values() if isinstance(part, dict) else part:
            yield from listed(inner)


def test_every_page_has_its_place_and_every_place_a_page() -> None:
    ours = {str(site.place(page)) for page in PAGES}
    beside = {
        str(site.place(path)) for name, files in site.LISTED.items() for path in (DOCS / name).glob(files)
    }
    assert set(listed(CONFIG["nav"])) == ours - beside


def links(page: Path) -> Iterator[str]:
    """Targets of links and pictures, without the part of the page."""
    text = page.read_text("utf-8")
    if page.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    for part in fences(text):
        for found in site.LINK.finditer(part if isinstance(part, str) else ""):
            target = found["to"].partition("#")[0]
            if target and ":" not in target:
                yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_a_link_holds_in_the_site_or_is_words_alone() -> None:
    page = DOCS / "guide" / "first-run.md"

    def linked(text: str) -> str:
        return site.relinked(text, page)

    assert linked("[a](../model/README.md#words)") == "[a](../model/README.md#words)"
    assert linked("[a](../../README.md)") == "[a](../index.md)", "pages above are among those of the site"
    assert linked("![a](../images/summary.png)") == "![a](../images/summary.png)"
    assert linked("[a](../notebooks/first-run.ipynb)") == "[a](../notebooks/first-run.md)"
    assert linked("[a](../decisions)") == "[a](../decisions/README.md)", "of a folder its first page"
    assert linked("[a](../../assumptions/data) b") == "a b", "the site has no such page"
    assert linked("```\n[a](../../assumptions/data)\n```\n") == "```\n[a](../../assumptions/data)\n```\n"
    assert site.relinked("[a](docs/cli.md)", ROOT / "README.md") == "[a](cli.md)"


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<link rel=stylesheet href=//fonts.example/a.css>",
        '<img alt="" src="http://example.org/a.png">',
    ],
)
def test_what_a_page_would_fetch_is_found(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<a href="https://example.org">read</a><img src="a.png">{text}', "utf-8")
    assert len(site.outside(page)) == 1


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_a_notebook_carries_no_outputs(notebook: Path) -> None:
    cells = [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


def test_the_styles_of_a_notebooks_tables_are_the_sites() -> None:
    kept = '<table border="1" class="dataframe">\n</table>\n</div>\n'
    text = f"<div>\n<style scoped>\n    a {{\n\n}}\n</style>\n{kept}"
    assert site.plain(text) == "<div>\n<table>\n</table>\n</div>\n"


def test_blocks_of_code_are_told_from_text() -> None:
    page = 'a\n```toml title="b"\nx = 1\n```\n\n````text\n```\n````\nc [d](e)\n'
    parts = list(fences(page))
    assert [part for part in parts if isinstance(part, Fence)] == [
        Fence("```", 'toml title="b"', "x = 1\n"),
        Fence("````", "text", "```\n"),
    ]
    assert "".join(part.source if isinstance(part, Fence) else part for part in parts) == page


@pytest.mark.slow
def test_the_picture_of_imports_is_that_of_the_source() -> None:
    kept = (DOCS / "images" / "imports.svg").read_text("utf-8")
    assert kept == imports.drawn(), "python -m tools.imports docs/images/imports.svg"


@pytest.mark.slow
def test_an_import_that_runs_upwards_would_be_seen() -> None:
    arrows = imports.imports({"cli", "engine", "units", "report"})
    assert ("cli", "report") in arrows
    assert ("engine", "units") in arrows
    assert not arrows & {("engine", "report"), ("units", "cli"), ("cli", "cli")}


def test_the_gallery_shows_what_is_there() -> None:
    shown = re.findall(r"images/gallery/([\w-]+\.svg)", (DOCS / "gallery.md").read_text("utf-8"))
    assert sorted(shown) == sorted(path.name for path in (DOCS / "images" / "gallery").iterdir())


def test_the_guide_keeps_no_output() -> None:
    for page in guide.PAGES:
        blocks = [part for part in fences(page) if isinstance(part, Fence) and part.language == "console"]
        assert blocks
        assert all(line.startswith("$ ") for block in blocks for line in block.text.splitlines())


@pytest.mark.full
def test_the_site_is_built_without_a_fault() -> None:
    """As `make docs` does, where what builds it is installed; minutes."""
    pytest.importorskip("zensical")
    pytest.importorskip("nbconvert")
    site.lay_out(guide.filled())
    site.run_notebooks()
    site.build()
    assert (site.SITE / "guide" / "your-book.html").exists()
