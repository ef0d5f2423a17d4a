"""Credit loss by line on the verdict screen: its spread, in which outcome it falls, what the end leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import RenderableType

from risk.analysis.loss_lines import LossLine
from risk.analysis.metrics import Metric
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.report.record import Field
from risk.report.spec import Spec, shown
from risk.report.terminal.numbers import with_error
from risk.report.terminal.page import Page, heading, note, table
from risk.report.terminal.summary import THIN, Summary, thin

SAID = (
    "Means over the paths of each outcome. Beyond the cycle: less what the cycle takes of the same "
    "exposures. A year: over par owed."
)
"""What the columns of means are."""


def tables(summary: Summary, page: Page) -> Iterator[RenderableType]:
    """The lines of credit loss on a page."""
    lines, end = summary.lines, summary.heading.horizon
    yield heading(f"First-round credit loss to {end}, USD bn", page)
    yield table(DISTRIBUTION.table(lines), page)
    if thin([estimate for line in lines for estimate in _spread(line.loss)]):
        yield note(THIN, page)
    yield table(MEANS.table(lines), page)
    yield note(SAID, page)
    yield table(_ahead(end, summary.until).table(lines), page)


def _spread(loss: Metric) -> tuple[Estimate, ...]:
    return loss.mean, loss.quantiles[4], loss.var[0], loss.shortfall[1]


def _of_lines(id: str, *fields: Field[LossLine]) -> Spec[LossLine]:
    """A table with one row a line of credit loss."""
    label: Field[LossLine] = shown("of", "", lambda line: line.label, least=18)
    return Spec((label, *fields), id=id)


def _number(
    key: str, header: str, get: Callable[[LossLine], Estimate], unit: str = "USD bn", optional: int = 0
) -> Field[LossLine]:
    """A number of a line with its error."""
    return shown(key, header, lambda line: with_error(get(line), unit), align="right", optional=optional)


def _of_class(name: str, label: str) -> Field[LossLine]:
    return _number(name, label.lower(), lambda line: line.by_class[name])


def _ahead(end: str, until: str) -> Spec[LossLine]:
    """What the end of the run leaves, and what of it is still to come."""
    return _of_lines(
        "losses-ahead",
        _number("left", f"left {end}", lambda line: line.left),
        _number("due", f"due by {until}", lambda line: line.due),
        _number("ahead", "loss by then", lambda line: line.ahead),
    )


DISTRIBUTION = _of_lines(
    "losses",
    *(
        _number(f"x{k}", title, lambda line, k=k: _spread(line.loss)[k])  # type: ignore[misc]
        for k, title in enumerate(("mean", "P50", "VaR 95%", "ES 97.5%"))
    ),
)
MEANS = _of_lines(
    "losses-by-class",
    *(_of_class(name, label) for name, label in CLASSES[:3]),
    _number("excess", "beyond the cycle", lambda line: line.excess),
    _number("rate", "a year", lambda line: line.rate, "fraction", optional=1),
)
