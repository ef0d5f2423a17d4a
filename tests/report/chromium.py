"""What a browser makes of a page: how wide it is, and what it cannot do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

import pytest

MEASURE = """
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const boxes = [...page.querySelectorAll("body *")].filter(e => !e.closest(".wide, svg, [hidden]"));
  const texts = [...page.querySelectorAll("svg[role=img] text")];
  const leavesPage = e => e.getBoundingClientRect().right > root.clientWidth + 1;
  const leaves = text => {
    const box = text.getBBox(), room = text.ownerSVGElement.viewBox.baseVal;
    return box.x < -1 || box.x + box.width > room.width + 1 || box.y + box.height > room.height + 1;
  };
  const told = {
    width: root.clientWidth,
    scrolled: root.scrollWidth,
    outside: boxes.filter(leavesPage).map(e => e.outerHTML.slice(0, 80)),
    cut: texts.filter(leaves).map(t => t.textContent),
    drawn: texts.length,
    styled: page.defaultView.getComputedStyle(page.querySelector("h2")).color,
  };
  document.querySelector("pre").textContent = JSON.stringify(told);
});
"""


def browser() -> str:
    """Path of a browser; the test is skipped where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.skip("no chromium is installed (Debian: apt-get install chromium)")


@dataclass(frozen=True)
class Seen:
    """What was measured.

    Attributes
    ----------
    width, scrolled : of the window, and of what would have to be scrolled sideways, in pixels.
    outside : elements, not in a box of their own that scrolls, which leave the window at the right.
    cut, drawn : labels of charts that leave their drawing, and the number of all labels.
    styled : color of a heading, which the browser's own style sheet has black.
    errors : what the console says.
    """

    width: int
    scrolled: int
    outside: list[str]
    cut: list[str]
    drawn: int
    styled: str
    errors: tuple[str, ...]


def look(page: str, width: int, folder: Path) -> Seen:
    """Open a page in a frame of a width, under its own security policy, and measure it."""
    frame = f'<iframe srcdoc="{escape(page)}" width="{width}" height="800" style="border:0"></iframe>'
    desk = folder / "desk.html"
    desk.write_text(f"<!DOCTYPE html>{frame}<pre></pre><script>{MEASURE}</script>", encoding="utf-8")
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}"]
    command += ["--dump-dom", desk.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<pre>(.*?)</pre><script>", done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    errors = tuple(said for said in done.stderr.splitlines() if ":CONSOLE" in said)
    return Seen(**json.loads(unescape(found[1])), errors=errors)
