"""Views: what markets say of the model's quantities, and what one would have to believe."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis.views.views import Views
from risk.report import views as tables
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Block, Heading, Paragraph, Sheet


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where nobody has looked for views."""
    found = results.views
    if found is None:
        return None
    views, refused = found
    return Sheet(
        "Views",
        "Views – what do others believe, and what would you have to?",
        subtitle(results, "paths weighted anew, nothing simulated", explained=True),
        "P",
        question="What do markets say where the model speaks, and what would change its verdict?",
        screen=(
            *(*_believed(views), *_refused(refused), *_voted(views)),
            *(*_moved(views), *_claims(views), *_sources(views)),
        ),
        grid=_grid(views),
    )


WORDS, NUMBER, FEWEST = (34.0, 40.0, 11.0), 9.0, 8
"""Widths: whose it is, what, its unit; then numbers, so many of them at least."""


def _grid(found: Views) -> tuple[float, ...]:
    numbers = 2 * len(found.ballots.members) + bool(found.ballots.bands)
    return *WORDS, *(NUMBER,) * max(numbers, FEWEST)


def _believed(found: Views) -> Iterator[Block]:
    yield Heading("What you would have to believe")
    yield from (Paragraph(tables.believed(each), "finding") for each in found.beliefs)


def _moved(found: Views) -> Iterator[Block]:
    """Every change of beliefs."""
    rows = [*tables.moved(found.beliefs)]
    if rows:
        yield tables.BELIEFS.table(rows, note=tables.BELIEF_SAID, title="What you would have to believe")


def _refused(why: str) -> Iterator[Block]:
    if why:
        yield Paragraph(f"The sets of views that came along cannot be held on these paths: {why}.", "alert")


def _voted(found: Views) -> Iterator[Block]:
    """Members against the model."""
    ballots = found.ballots
    if not ballots.voting:
        return
    yield Heading("Model against market")
    model = ballots.members[0]
    yield from (Paragraph(tables.ballot(member, model), "finding") for member in ballots.voting)
    yield tables.VIEWS.table(tables.told_views(ballots), note=tables.VIEWS_SAID)
    yield tables.side_by_side(ballots).table(tables.rows(ballots))
    said = " ".join((tables.COLUMNS, *((tables.OVER_INPUTS,) if ballots.bands else ())))
    yield tables.MEMBERS.table(ballots.members, note=said)


def _claims(found: Views) -> Iterator[Block]:
    """Every proposition by member."""
    ballots = found.ballots
    if ballots.voting:
        table = tables.side_by_side(ballots, claims=True)
        yield table.table(tables.rows(ballots, claims=True), title="Propositions, model against market")


def _sources(found: Views) -> Iterator[Block]:
    """Where views of prices come from."""
    said = [*tables.sourced(found.ballots)]
    if said:
        yield Heading("Where the market's views come from")
        yield from (Paragraph(words, "bullet") for words in said)
