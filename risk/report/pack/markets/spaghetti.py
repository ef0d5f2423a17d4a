"""Single paths in the colors of their classes: what a fan cannot show is how one path runs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from risk.analysis import sampling
from risk.analysis.verdict import CLASSES
from risk.report.charts import Lines, Series, Tone
from risk.report.formats import show
from risk.report.pack.base.quarters import first_year_end
from risk.report.pack.base.results import Array, Results
from risk.runs.passes import by_quarter

PATHS = 40
SERIES = "h100_contract"
DRAWN: Mapping[str, Tone] = {"correction": "light", "durable": "main", "bust": "bad"}
"""Classes that exclude one another and their tones, from the back to the front: no two are equally bright."""


def chart(results: Results, height: int) -> Lines:
    """The contract rent on an even sample of paths."""
    ids = sampling.sampled(results.run.paths, PATHS)
    flags = results.run.outcomes(tuple(DRAWN))
    rents = np.stack([row[ids] for (row,) in by_quarter(results.run, SERIES)]).astype(np.float64)
    classes = {name: np.flatnonzero(flags[name][ids] > 0) for name in DRAWN}
    labels = dict(CLASSES)
    series = [
        Series(
            name=f"{labels[name]} ({len(own)})" if not k else f"Path {ids[i]}",
            values=rents[:, i].tolist(),
            tone=tone,
            thin=True,
            legend=not k,
        )
        for name, tone in DRAWN.items()
        for own in (classes[name],)
        for k, i in enumerate(own)
    ]
    return Lines(
        id="spaghetti",
        title=f"H100 one-year contract rent on {len(ids)} single paths",
        alt=finding(rents, classes, results.labels),
        x_title="Quarter",
        y_title="USD/h",
        format="price",
        labels=results.labels,
        series=series,
        first=first_year_end(results.labels),
        height=height,
    )


def finding(rents: Array, classes: Mapping[str, np.ndarray], labels: tuple[str, ...]) -> str:
    """How many paths of each class there are, and where their rents end."""
    words = dict(CLASSES)

    def ends(own: np.ndarray) -> str:
        last = rents[-1, own]
        low, high = (show(float(x), "price") for x in (last.min(), last.max()))
        return f"{show(float(np.median(last)), 'price')} ({low} to {high})"

    told = [
        f"{words[name].lower()} on {len(own)}, at {ends(own)} USD/h"
        for name, own in reversed(list(classes.items()))
        if len(own)
    ]
    return f"Of {rents.shape[1]} paths, evenly spaced, in {labels[-1]}, median and range: {'; '.join(told)}."
