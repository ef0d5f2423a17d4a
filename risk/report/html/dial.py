"""What a reader turns: a slider of steps and a choice of groups over two tables, for the page's script."""

from __future__ import annotations

from risk.report.html.markup import Markup, identifier, opened, tag
from risk.report.sheet import Dial
from risk.report.table import Table


def dial(spec: Dial, steps: Table, across: Table) -> Markup:
    """Slider, choice and the sentence they make; hidden until the script is there to turn them."""
    name = identifier(f"{spec.steps}-dial")
    levels = len(steps.rows) - 1
    slider = opened("input", type="range", id=f"{name}-step", min=0, max=levels - 1, value=levels // 2)
    options = (tag("option", said, value=steps.index(column)) for said, column in spec.groups.items())
    choice = tag("select", *options, id=f"{name}-group")
    return tag(
        "div",
        tag("label", spec.label, for_=f"{name}-step"),
        tag("output", for_=f"{name}-step"),
        slider,
        tag("label", across.columns[across.index(spec.group)].header, for_=f"{name}-group"),
        choice,
        tag("p", role="status", class_="finding"),
        class_="dial",
        role="group",
        aria_label=spec.label,
        hidden="",
        data_steps=identifier(spec.steps),
        data_across=identifier(spec.across),
        data_first=across.index(spec.first),
        data_group=across.index(spec.group),
        data_words=spec.words,
    )
