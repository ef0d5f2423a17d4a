"""The documentation as a site: `python -m tools.site` (`make docs`) lays out its source and builds it.

Pages are those of `docs/` and some of the folder above; links between both are made to fit. The guide's
commands and the notebooks are run. What is wrong ends the build: a command or cell that fails, a link that
leads nowhere, a page that would fetch something.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from os.path import relpath
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import guide
from tools.pages import Fence, fences

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "build" / "docs-source"
SITE = ROOT / "build" / "docs"

ABOVE = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "reports/example/pack.xlsx": "example/pack.xlsx",
}
"""Files outside `docs/` that the site has, and where."""

LISTED = {"decisions": "0*.md", "schemas": "*.json"}
"""Folders of `docs/` whose first page lists these files."""

LINK = re.compile(r"(?<!\\)\[(?P<words>[^\]\n]*)\]\((?P<to>[^)\s]+)\)")
FETCHED = re.compile(
    r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["']?(?:https?:)?//[^"'\s>]*"""
)


class SiteError(Exception):
    """The site cannot be built as it stands."""


def place(path: Path) -> Path | None:
    """Where the site's source has a file of the repository; None if it has none."""
    inside = path.relative_to(ROOT).as_posix()
    if inside in ABOVE:
        return Path(ABOVE[inside])
    if not inside.startswith("docs/") or not path.is_file():
        return None
    page = Path(inside).relative_to("docs")
    return page.with_suffix(".md") if page.suffix == ".ipynb" else page


def relinked(text: str, page: Path) -> str:
    """A page of the repository with links that hold in the site: words alone where the site has no such file.

    Parameters
    ----------
    page : its file.
    """
    here = place(page)
    assert here is not None

    def link(found: re.Match[str]) -> str:
        target, hash_, part = found["to"].partition("#")
        if not target or ":" in target:
            return found[0]
        there = place(_index((page.parent / target).resolve()))
        if there is None:
            return found["words"]
        return f"[{found['words']}]({relpath(there, here.parent)}{hash_}{part})"

    parts = fences(text)
    return "".join(part.source if isinstance(part, Fence) else LINK.sub(link, part) for part in parts)


def _index(path: Path) -> Path:
    """The page that a folder shows."""
    return path / "README.md" if path.is_dir() else path


def lay_out(filled: Mapping[Path, str]) -> None:
    """Copy the pages, with links that hold there.

    Parameters
    ----------
    filled : text of the pages that are made of what stands in `docs/`.
    """
    shutil.rmtree(SOURCE, ignore_errors=True)
    for path in sorted((*(ROOT / "docs").rglob("*"), *map(ROOT.joinpath, ABOVE))):
        there = place(path)
        if there is None or path.suffix == ".ipynb":
            continue
        file = SOURCE / there
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            file.write_text(relinked(filled.get(path) or path.read_text("utf-8"), path), "utf-8")
        else:
            shutil.copy(path, file)

    for folder, files in LISTED.items():
        rows = [f"- [{_title(path)}]({path.name})\n" for path in sorted((SOURCE / folder).glob(files))]
        with (SOURCE / folder / "README.md").open("a", encoding="utf-8") as page:
            page.write("".join(["\n", *rows]))


def _title(path: Path) -> str:
    """What a page or a schema is called."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return f"{path.stem}: {json.loads(text)['title']}"
    return text.partition("\n")[0].removeprefix("# ")


def run_notebooks() -> None:
    """Run the notebooks in one empty folder, where they share their runs, and make pages of them."""
    pages = SOURCE / "notebooks"
    with TemporaryDirectory() as folder:
        for notebook in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")):
            print(f"{notebook.stem} …", file=sys.stderr)
            shutil.copy(notebook, folder)
            words = ("--to", "markdown", "--execute", "--output-dir", str(pages), notebook.name)
            command = (sys.executable, "-m", "nbconvert", *words)
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SiteError(f"{notebook.relative_to(ROOT)} fails\n{done.stderr}")
            page = pages / f"{notebook.stem}.md"
            page.write_text(plain(page.read_text("utf-8")), "utf-8")


def plain(text: str) -> str:
    """A notebook's page without the styles of its tables: the site has its own."""
    text = re.sub(r"<style scoped>.*?</style>\n", "", text, flags=re.DOTALL)
    return text.replace('<table border="1" class="dataframe">', "<table>")


def build() -> None:
    """Build the site; what it warns of ends the build."""
    shutil.rmtree(SITE, ignore_errors=True)
    command = (sys.executable, "-m", "zensical", "build", "--strict", "--clean")
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SiteError("the site has faults")
    fetched = {f"{page.relative_to(SITE)}: {text}" for page in SITE.rglob("*.html") for text in outside(page)}
    if fetched:
        raise SiteError("\n".join(["pages would fetch", *sorted(fetched)]))


def outside(page: Path) -> list[str]:
    """What a page fetches from elsewhere as it is opened."""
    return [text for text in FETCHED.findall(page.read_text("utf-8")) if 'rel="canonical"' not in text]


if __name__ == "__main__":
    try:
        lay_out(guide.filled())
        run_notebooks()
        build()
    except (SiteError, guide.GuideError) as error:
        sys.exit(str(error))
    print(SITE.relative_to(ROOT) / "index.html")
