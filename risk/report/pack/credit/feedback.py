"""What couplings add and what the loop returns, as it was measured beside the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from risk.analysis.amplification import MEASURES, Amplification
from risk.analysis.feedback import LOSS, MARKS, Feedback, adds
from risk.analysis.statistics import Estimate
from risk.paths import PATHWAYS
from risk.report import spec
from risk.report.pack.base.fields import estimated, fraction
from risk.report.pack.base.names import CHANNELS, words
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.sheet import Heading, Paragraph
from risk.report.spec import Spec
from risk.report.table import Table

World = tuple[str, Amplification]

EVERY = "What each of all couplings adds: bubblerisk amplification"
ABSENT = (
    "How much feedback amplifies the losses is measured beside runs of the base case. Of any scenario: "
    "bubblerisk amplification"
)
NOTE = (
    "All couplings on over all off, on the same draws; a coupling that is off passes the base case's median "
    "path. Gain: the part of a push of the spread in one quarter that losses return to it, by the link from "
    "them to the spread alone. Closed: quarters of spread for each imposed, as the model has them; 1 = no "
    "loop. ± = standard error, paired path by path. Small is a finding, not a fault."
)


def blocks(results: Results) -> tuple[Heading | Paragraph | Table, ...]:
    """Amplification and loop by scenario, then each pathway; a sentence where nothing was measured."""
    found = results.feedback
    if found is None:
        return (Paragraph(ABSENT, "note"),)
    return (
        Heading(f"Feedback: what couplings add, {found.paths:,} paths a case"),
        _worlds(found),
        _pathways(found),
        Paragraph(EVERY, "note"),
    )


def _worlds(found: Feedback) -> Table:
    made: Spec[World] = Spec(
        (
            spec.text("label", "Scenario", lambda world: world[0]),
            *(_multiple(m.name, m.label, partial(_whole, measure=m.name)) for m in MEASURES),
            _share("gain", "Loop gain", lambda world: world[1].loop.gain),
            _multiple("closed", "Closed", lambda world: world[1].loop.closed),
        ),
        id="feedback",
        title="Losses with all couplings over those with none, and the loop from losses over the spread",
        note=NOTE,
        row_id=lambda world: world[0],
    )
    return made.table(found.worlds.items())


def _whole(world: World, measure: str) -> Estimate | None:
    return world[1].whole.ratios.get(measure)


def _pathways(found: Feedback) -> Table:
    """What each pathway adds in each scenario, the scenarios beside one another."""
    made: Spec[str] = Spec(
        (
            spec.text("label", "Pathway", lambda pathway: words(pathway.rpartition(">")[2], CHANNELS)),
            *(field for i, world in enumerate(found.worlds.items()) for field in _added(i, *world)),
        ),
        id="pathways",
        title="What each pathway adds: to the marks of forced sales, which it moves, and to the mean loss",
        note="As a share of what there is with the pathway cut; – where nothing is.",
        row_id=str,
    )
    return made.table(PATHWAYS)


def _added(number: int, name: str, world: Amplification) -> Iterator[Field[str]]:
    for key, label, measure in (("marks", "marks", MARKS), ("loss", "loss", LOSS)):
        yield _share(f"{key}{number}", f"{name}, {label}", partial(adds, world, measure=measure))


def _multiple(key: str, header: str, get: Callable[..., Estimate | None]) -> Field[World]:
    cells = partial(estimated, unit="multiple")
    return spec.measure(key, header, get, cells, error="±", form="price", note="usd_error")


def _share(key: str, header: str, get: Callable[..., Estimate]) -> Field[Any]:
    return spec.measure(key, header, get, fraction, error="±", form="rate", note="standard_error")
