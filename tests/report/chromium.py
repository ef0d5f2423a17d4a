"""What a browser makes of a page: how wide it is, how its text stands out, and what it cannot do."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

from tests.report.conftest import needed

DARK = "--blink-settings=preferredColorScheme=0"
"""What a reader's dark screen tells a browser."""

DESK = """
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const all = what => [...page.querySelectorAll(what)];
  const unfold = () => { for (const fold of all("details")) fold.open = true; };
  const told = (() => { %s })();
  document.querySelector("pre").textContent = JSON.stringify(told);
});
"""

MEASURE = """
  const free = e => !e.closest(".wide, svg, [hidden]") && e.checkVisibility();
  const leavesPage = e => e.getBoundingClientRect().right > root.clientWidth + 1;
  const leaves = text => {
    const box = text.getBBox(), room = text.ownerSVGElement.viewBox.baseVal;
    return box.x < -1 || box.x + box.width > room.width + 1 || box.y + box.height > room.height + 1;
  };
  const scrolls = e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX);
  const short = e => e.outerHTML.slice(0, 80);
  const open = all("body *").filter(e => !e.closest("details"));
  const scrolling = open.filter(scrolls).map(short);
  const tall = page.querySelector(".tools").getBoundingClientRect().top;
  unfold();
  const texts = all("svg[role=img] text");
  return {
    tall,
    scrolling,
    width: root.clientWidth,
    scrolled: root.scrollWidth,
    outside: all("body *").filter(e => free(e) && leavesPage(e)).map(short),
    cut: texts.filter(leaves).map(t => t.textContent),
    drawn: texts.length,
    styled: page.defaultView.getComputedStyle(page.querySelector("h2")).color,
  };
"""

CONTRAST = """
  unfold();
  const numbers = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const style = e => page.defaultView.getComputedStyle(e);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = numbers(style(e).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const ratio = (one, two) => {
    const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const worst = new Map();
  for (const e of all("body *")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest("script")) continue;
    const color = numbers(e.closest("svg") ? style(e).fill : style(e).color);
    const bars = style(e).backgroundImage.match(/rgba?\\([^)]*\\)/g) ?? [];
    const under = ground(e);
    const mixed = ([r, g, b, a = 1]) => [r, g, b].map((v, i) => a * v + (1 - a) * under[i]);
    const over = bars.map(numbers).map(mixed);
    const least = Math.min(...[under, ...over].map(each => ratio(color, each)));
    const look = `${e.tagName}.${e.getAttribute("class") ?? ""} ${color} on ${under}`;
    worst.set(look, Math.min(least, worst.get(look) ?? 99));
  }
  return Object.fromEntries(worst);
"""
"""Least contrast of text against what it stands on, bars behind numbers too, by look."""

TURN = """
  const dial = page.querySelector(".dial"), [slider, choice] = dial.querySelectorAll("input, select");
  const rows = id => [...page.getElementById(id).querySelectorAll("tbody tr")].filter(row => !row.hidden);
  const cells = row => [...row.cells].filter(cell => !cell.hidden).map(cell => cell.textContent.trim());
  unfold();
  const found = [];
  for (let group = 0; group < choice.length; group++)
    for (let step = 0; step <= slider.max; step++) {
      choice.selectedIndex = group;
      choice.dispatchEvent(new Event("change"));
      slider.value = step;
      slider.dispatchEvent(new Event("input"));
      found.push({
        group: choice.selectedOptions[0].text,
        said: dial.querySelector("[role=status]").textContent,
        aloud: slider.getAttribute("aria-valuetext"),
        steps: rows(dial.dataset.steps).map(cells),
        across: rows(dial.dataset.across).map(cells),
      });
    }
  return found;
"""
"""Every step of every group, as the page shows it."""


@dataclass(frozen=True)
class Seen:
    """What was measured.

    Attributes
    ----------
    width, scrolled : of the window, and of what would have to be scrolled sideways, in pixels.
    scrolling : elements outside folds that scroll sideways.
    tall : where the answer and the titles of its folds end, in pixels.
    outside : elements, not in a box of their own that scrolls, which leave the window at the right.
    cut, drawn : labels of charts that leave their drawing, and the number of all labels.
    styled : color of a heading, which the browser's own style sheet has black.
    errors : what the console says.
    """

    width: int
    scrolled: int
    scrolling: list[str]
    tall: float
    outside: list[str]
    cut: list[str]
    drawn: int
    styled: str
    errors: tuple[str, ...]


def look(page: str, width: int, folder: Path) -> Seen:
    """Open a page in a frame of a width, under its own security policy, and measure it."""
    told, errors = ask(page, width, MEASURE, folder)
    return Seen(**told, errors=errors)


def ask(page: str, width: int, script: str, folder: Path, *flags: str) -> tuple[Any, tuple[str, ...]]:
    """What a script finds in a page in such a frame, and what the console says meanwhile.

    Parameters
    ----------
    script : body of a function that returns plain data; it stands beside the page, not under its policy.
    flags : more of the browser's.
    """
    frame = f'<iframe srcdoc="{escape(page)}" width="{width}" height="844" style="border:0"></iframe>'
    desk = folder / "desk.html"
    desk.write_text(f"<!DOCTYPE html>{frame}<pre></pre><script>{DESK % script}</script>", encoding="utf-8")
    command = [needed("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", *flags]
    command += ["--dump-dom", desk.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<pre>(.*?)</pre><script>", done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    errors = tuple(said for said in done.stderr.splitlines() if ":CONSOLE" in said)
    assert found[1], errors
    return json.loads(unescape(found[1])), errors
