"""The page of the docs on estimates: its tables from answers, its words as somebody wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from risk.calibrate.estimate import Answer, Estimate

SECTION = "## "
DATA = "Data: "
DIGITS = ".3g"


def _prior(e: Estimate) -> str:
    return "fixed" if e.prior is None else " to ".join(f"{end:{DIGITS}}" for end in e.prior)


HEAD = (
    "| number | register | prior, 90% | estimate | ± SE | n | inside | method |",
    "|---|---|---|---|---|---|---|---|",
)


def _row(e: Estimate) -> str:
    found = e.finding
    numbers = (f"{e.value:{DIGITS}}", _prior(e), f"{found.estimate:{DIGITS}}", f"{found.error:.2g}")
    method = f"{found.method}{' (second opinion)' if found.second else ''}"
    cells = (f"`{found.entry}`", *numbers, str(found.n), "yes" if e.inside else "no", method)
    return f"| {' | '.join(cells)} |"


def refreshed(page: str, answers: Sequence[Answer]) -> str:
    """The page with the tables of what was answered; sections without an answer stay as they are."""
    answered = {answer.module.name: answer for answer in answers if answer.estimates}
    first, *sections = page.split(f"\n{SECTION}")
    return f"\n{SECTION}".join([first, *(_section(each, answered) for each in sections)])


def _section(text: str, answered: dict[str, Answer]) -> str:
    answer = answered.get(text.partition(":")[0])
    return "\n".join(_lines(text, answer)) if answer else text


def _lines(text: str, answer: Answer) -> Iterator[str]:
    """Lines of a section: the first of its table stands for the table, and the line of data for the data."""
    drawn = False
    for line in text.split("\n"):
        if line.startswith(DATA):
            yield f"{DATA}{', '.join(f'`{name}`' for name in answer.data)}."
        elif not line.startswith("|"):
            yield line
        elif not drawn:
            drawn = True
            yield from (*HEAD, *map(_row, answer.estimates))
