"""The sheet that says how to use the workbook."""

from __future__ import annotations

from collections.abc import Iterator

from risk.exchange import heads
from risk.report.sheet import Heading, Paragraph, Sheet

_TEXT = {
    "What this is": """
Every number of the register's base: entries on Assumptions, rows of the entity tables on Tables. The text
files stay the master; this workbook is a way to edit them.""",
    "How to change a number": """
1. Type over a yellow cell. A changed cell turns orange and bold; what it was stands further right, in the
column of the same name that ends in “at export”.

2. Say why in the column “Why changed” of that row. A change without a reason is refused.

3. Save as .xlsx and hand the file back. bubblerisk assumptions import FILE --dry-run shows the differences
and every error; without --dry-run the files are changed, all of them or none.""",
    "Numbers": """
Numbers are in the unit of their row: a share of 55 percent in unit fraction is 0.55, in unit % it is 55.
Type numbers, not text such as “12%” or “n/a”; do not format cells as percentages.

Lists are written 0.2; 0.5; 0.3, matrices row by row: 1; 0.4 | 0.4; 1. They keep their length.

A formula is replaced by its value.""",
    "Uncertainty": """
Shape says how a number is uncertain; fixed means it is not. Fill in what the shape needs and empty the rest:

normal: Mean, SD, and Low and High where it is cut off · uniform and discrete_uniform: Low, High ·
triangular: Low, Mode, High · lognormal: Median, Sigma · dirichlet (weights): Concentration.""",
    "What not to do": """
Rows cannot be added, removed or renamed here: do that in the files. Columns may be moved, hidden or added;
the import finds its own by their headings.

The import refuses the workbook where the files have changed since the export, and says which rows.
Protection has no password: it guards against slips and is not security.""",
}


def _blocks() -> Iterator[Heading | Paragraph]:
    for heading, text in _TEXT.items():
        yield Heading(heading)
        for paragraph in text.split("\n\n"):
            yield Paragraph(" ".join(paragraph.split()))


README = Sheet(
    heads.README,
    "Read me",
    "How to change an assumption with this workbook",
    "C",
    tuple(_blocks()),
    grid=(110.0,),
)
