"""The style sheet of the page: quiet type, light or dark, tables in boxes of their own, paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from risk.report.palette import (
    HEAT,
    INK,
    INPUT,
    LINK,
    NAVY,
    NOTE,
    OK,
    RED,
    RULE,
    SHADE,
    SKY,
    TONES,
    TYPED,
    VERMILLION,
    WASH,
)

_LIGHT = {
    "paper": "fff",
    "text": "1a1a1a",
    "title": NAVY,
    "ink": INK,
    "note": NOTE,
    "rule": RULE,
    "wash": WASH,
    "shade": SHADE,
    "input": INPUT,
    "typed": TYPED,
    "green": LINK,
    "way": "005A8D",
    "good": OK,
    "red": RED,
}
"""Colors of the page by what they are for."""

_DARK = {
    "paper": "14181d",
    "text": "e8e8e8",
    "title": "c6dbef",
    "ink": "c6dbef",
    "note": "aab4be",
    "rule": "3a434d",
    "wash": "1f2a36",
    "shade": "222930",
    "input": "38331c",
    "typed": "a9c1ff",
    "green": "84d69f",
    "way": "8cc8ff",
    "good": "7fd6b8",
    "red": "ff9d8f",
}
"""The same where the reader's screen is dark; charts keep a white ground, for their tones are made for it."""


def _named(colors: Mapping[str, str]) -> str:
    return "".join(f"--{name}:#{color};" for name, color in colors.items())


_PLAIN = f"""
:root{{color-scheme:light dark;{_named(_LIGHT)}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_named(_DARK)}}}}}
*{{box-sizing:border-box}}
[hidden]{{display:none!important}}
html{{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}}
body{{margin:0 auto;padding:0 1rem 3rem;max-width:76rem;background:var(--paper);color:var(--text);
 font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}}
:focus-visible{{outline:3px solid var(--way);outline-offset:2px}}
h1,h2,h3{{color:var(--title);line-height:1.25;text-wrap:balance}}
h1{{font-size:1rem;margin:1rem 0 0}}
h2{{font-size:1.3rem;margin:0 0 .25rem}}
h3{{font-size:1rem;margin:0 0 .4rem;padding-bottom:.2rem;border-bottom:2px solid var(--title)}}
a{{color:var(--way)}}
p,ul{{max-width:48rem;margin:.6rem 0}}
ul{{padding-left:1.2rem}}
.about,.subtitle,.note,.question{{color:var(--note);font-size:.85rem}}
.about,.subtitle,.question{{margin:.1rem 0}}
.question{{font-style:italic}}
.lead{{font-size:1.05rem;font-weight:600;color:var(--ink)}}
.finding{{font-weight:600}}
.alert{{font-weight:600;color:var(--red)}}
section{{margin-top:1rem}}
section .table{{margin:1rem 0}}
details{{border-top:1px solid var(--rule)}}
details.sheet:last-of-type{{border-bottom:1px solid var(--rule)}}
summary{{cursor:pointer;padding:.6rem 0;font-weight:600;color:var(--title)}}
summary h2{{display:inline;font-size:1rem}}
details[open]>summary{{margin-bottom:.4rem}}
details.note{{border:0}}
.note>summary{{padding:.3rem 0;color:var(--note);font-weight:400}}
details[open]>summary h2{{font-size:1.3rem}}
.tools{{margin-top:1.5rem}}
button,select{{font:inherit;color:var(--text);background:var(--wash);border:1px solid var(--note);
 border-radius:4px;padding:.35rem .7rem}}
.dial{{display:grid;grid-template-columns:1fr auto;gap:.3rem 1rem;align-items:center;max-width:32rem;
 margin:1rem 0;padding:.8rem;background:var(--wash)}}
.dial input,.dial p{{grid-column:1/-1;width:100%;margin:.2rem 0}}
.dial input{{height:2rem;accent-color:var(--way)}}
.dial output{{font-weight:700}}
.dial p{{min-height:3em}}
.band{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2rem}}
.band>div{{min-width:0}}
.table,figure{{margin:1.4rem 0}}
.wide{{overflow-x:auto;position:relative}}
table{{border-collapse:separate;border-spacing:0;font-size:.85rem;line-height:18px;
 font-variant-numeric:tabular-nums}}
th,td{{padding:4px .4rem;border-bottom:1px solid var(--rule);text-align:right;vertical-align:top;
 white-space:nowrap}}
thead th,thead td{{background:#{NAVY};color:#fff;font-weight:600;vertical-align:bottom;white-space:normal}}
tbody th{{font-weight:400;text-align:left}}
tr>:first-child{{position:sticky;left:0;z-index:1;text-align:left}}
tbody>tr>:first-child{{background:var(--paper);box-shadow:1px 0 var(--rule)}}
.total>*,.strong{{font-weight:700}}
tbody .bad{{background:#{VERMILLION};color:#000;font-weight:700}}
tbody .good{{color:var(--good);font-weight:700}}
tbody .minus{{color:var(--red)}}
.tiles{{display:flex;flex-wrap:wrap;gap:.5rem;margin:.6rem 0 1.4rem}}
.tiles div{{flex:1 1 6.5rem;background:var(--wash);padding:.5rem;text-align:center}}
.tiles dt,.tiles .note{{font-size:.75rem;color:var(--text)}}
.tiles dd{{margin:0;font-size:1.35rem;font-weight:700;color:var(--ink)}}
.tiles .note{{font-weight:400}}
figure{{max-width:32rem;background:#fff;color:#1a1a1a}}
figure .note{{color:#{NOTE}}}
figcaption{{font-size:.85rem;color:#333;margin-bottom:.4rem}}
figcaption b{{display:block;color:#{NAVY};font-size:.95rem}}
svg{{display:block;width:100%;height:auto}}
svg text{{font-size:11px;fill:#404040}}
svg .axis,svg .axis text{{fill:#1a1a1a}}
svg .small{{font-size:9px}}
.legend{{list-style:none;padding:0;margin:.3rem 0;display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.8rem}}
.legend i{{display:inline-block;width:26px;height:10px;margin-right:.4rem}}
.legend .line{{height:0;vertical-align:middle;border-top:2px solid}}
.legend .thin{{border-top-width:1px}}
.legend .dash{{border-top-style:dashed}}
.legend .dots{{border-top-style:dotted}}
.grid{{stroke:#{RULE};stroke-width:.6;fill:none}}
.tick{{stroke:#A6A6A6;stroke-width:.8;fill:none}}
.line{{fill:none;stroke-width:2;stroke-linejoin:round}}
.dash{{stroke-dasharray:6 4}}
.dots{{stroke-dasharray:2 3}}
.thin.line{{stroke-width:.7}}
.edged{{stroke:#fff;stroke-width:.6}}
.flow{{fill-opacity:.55}}
.halo{{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}}
.legend .few{{background:repeating-linear-gradient(45deg,#{RULE} 0 1px,#fff 1px 4px)}}
footer{{margin-top:2rem;color:var(--note);font-size:.85rem}}
"""

_NARROW = """@media screen and (max-width:60rem){
.stack,.stack tbody,.stack thead,.stack thead tr{display:block}
.stack thead th:not(:first-child){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr>*{display:block;border:0;padding:0;white-space:normal;text-align:left;min-width:0}
.stack thead th:first-child{padding:2px .4rem}
.stack tbody tr{display:flex;flex-wrap:wrap;gap:0 .9rem;padding:.2rem 0;border-bottom:1px solid var(--rule)}
.stack tbody th{flex:0 0 100%;position:static;box-shadow:none;font-weight:600}
.stack td::before{content:attr(data-k);display:block;color:var(--note);font-size:.7rem;font-weight:400;
 line-height:1.2}
.stack tr:has(.large){display:grid;grid-template-columns:repeat(4,1fr);gap:0 .5rem}
.stack tr:has(.large) th{grid-column:1/4}
.stack .large{grid-area:1/4;background:none;font-size:1rem;text-align:right}
.stack .large::before,.stack tr:has(.large):not(.total) .none{display:none}
}
@media screen and (max-width:30rem){
html{font-size:15px}
body{font-size:14px}
section .table{margin:.7rem 0}
}
@media screen and (prefers-color-scheme:dark){
figure{padding:.6rem;border-radius:4px}
}
"""
"""Tables that lie open become lines on a phone; charts get a frame on a dark screen."""

_TONES = "".join(
    f".line.{tone}{{stroke:#{color};border-color:#{color}}}.fill.{tone}{{fill:#{color};background:#{color}}}\n"
    for tone, color in TONES.items()
)

_DRAWN = re.compile(r"svg (text|\.)|\.(grid|tick|line|dash|dots|thin\.line|edged|flow|halo|fill)\b")
"""Rules that a drawing needs."""

_PAPER = """@media print{
@page{size:A4 landscape;margin:12mm}
body{max-width:none;padding:0;font-size:9pt}
html{font-size:11px}
details:not([open]),.tools,.dial>:not(p){display:none}
details{border:0}
details.sheet{break-before:page}
summary{list-style:none;padding:0}
details.note{display:block}
.note::details-content{content-visibility:visible}
.wide{overflow:visible}
th,td{padding:.1rem .25rem;-webkit-print-color-adjust:exact;print-color-adjust:exact}
table{font-size:6.5pt;line-height:1.25}
.stack{font-size:8.5pt}
tr>:first-child{position:static}
tr,figure,.tiles{break-inside:avoid}
h2,h3,figcaption{break-after:avoid}
svg,.tiles div{-webkit-print-color-adjust:exact;print-color-adjust:exact}
figure{max-width:120mm}
}
"""

_COLUMN: Mapping[str, str] = {
    "l": "text-align:left",
    "m": "text-align:left;white-space:normal;min-width:7.5rem",
    "p": "text-align:left;white-space:normal;min-width:12rem",
    "f": "white-space:normal;min-width:clamp(7.5rem,18vw,15rem)",
    "c": "text-align:center",
    "e": "background:var(--shade)",
    "i": "background:var(--input);color:var(--typed)",
    "k": "color:var(--green)",
    "n": "color:var(--note);font-size:.78rem",
    "d": "color:var(--note)",
    "x": "background:none;color:inherit;font-size:inherit",
}
"""What the letter of a column does to its cells."""

_CELL = frozenset("eikndx")
"""Letters that a single cell may have too, in place of its column's."""


def of_drawings(classes: Collection[str] = ()) -> str:
    """The rules for drawings alone that use these classes, as files of their own need them."""
    common = [line for line in (_PLAIN + _TONES).splitlines() if _DRAWN.match(line)]
    return "\n".join(common) + "\n" + "".join(rule for name in sorted(classes) for rule in _own_rules(name))


def sheet(classes: Collection[str]) -> str:
    """The rules for a page that uses these classes."""
    own = [rule for name in sorted(classes) for rule in _own_rules(name)]
    return "\n" + (_PLAIN + _TONES + "".join(own) + _NARROW + _PAPER).strip() + "\n"


def _own_rules(name: str) -> list[str]:
    """Rules of a look: of a cell, a column (weaker), a bar behind a number, a step of a color scale."""
    if name in _CELL:
        return [f"tbody tr>.{name}{{{_COLUMN[name]}}}\n"]
    found = re.fullmatch(r"([a-z])(\d+)", name)
    if not found:
        return []
    letter, number = found[1], int(found[2])
    if letter == "b":
        return [f"tbody .{name}{{{_bar(number)}}}\n"]
    if letter == "h":
        return [f".{name}{{{_heat(number)}}}\n"]
    if letter not in _COLUMN:
        return []
    rows = f".{name} tbody tr" if letter in _CELL else f".{name} tr"
    return [f":where({rows})>:nth-child({number}){{{_COLUMN[letter]}}}\n"]


def _bar(percent: int) -> str:
    return f"background:linear-gradient(to right,#{SKY}38 {percent}%,transparent 0) 0 2px/100% 22px no-repeat"


def _heat(step: int) -> str:
    low, middle, high = ([int(color[i : i + 2], 16) for i in (0, 2, 4)] for color in HEAT)
    start, end, share = (low, middle, step / 50) if step < 50 else (middle, high, step / 50 - 1)
    mixed = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    color = "".join(f"{part:02x}" for part in mixed)
    return f"fill:#{color};background:#{color}"
