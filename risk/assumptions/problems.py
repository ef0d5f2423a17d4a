"""What is wrong with a register, and how it is told: where, what, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from risk.errors import AssumptionError

CODES = {
    "A001": "a file cannot be read",
    "A002": "not valid TOML",
    "A003": "unknown key",
    "A004": "missing key",
    "A005": "wrong type",
    "A006": "not a finite number",
    "A007": "not a valid name",
    "A008": "not one of the allowed words",
    "A009": "unknown unit",
    "A010": "unknown source",
    "A011": "outside its domain",
    "A012": "impossible prior",
    "A013": "value and prior disagree",
    "A014": "impossible date or quarter",
    "A015": "wrong shape",
    "A016": "not a correlation matrix",
    "A017": "does not sum to one",
    "A018": "unknown entry, row or name",
    "A019": "given twice",
    "A020": "stands in the wrong file",
    "A021": "unknown table",
    "A022": "a scenario that cannot be applied",
    "A023": "a figure without a place in the model",
    "A024": "too large or too deep",
    "A025": "outside its plausible range",
    "A026": "totals that do not agree",
    "A027": "a correlation against its direction",
    "A028": "a number with which the model does not run",
    "A029": "an expression that means nothing",
    "A030": "a role that no row or more than one has",
    "A031": "a state of another day, or known too late",
    "A032": "views that no weights on the paths meet",
    "A033": "views that leave too few paths",
}
"""Error codes, for `bubblerisk assumptions check --json` and the documentation."""

SHOWN = 100
"""Problems printed in full; beyond that only their number."""

_WIDTH = 100


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place.

    Attributes
    ----------
    code : one of `CODES`.
    file, line, column : where; line and column count from 1, line 0 means the file as a whole.
    reason : what was found and what was expected, in one sentence.
    fixes : what to do, one sentence each.
    excerpt : (line number, text) pairs to show; the last is the faulty line.
    width : characters the caret underlines.
    """

    code: str
    file: str
    line: int
    column: int
    reason: str
    fixes: tuple[str, ...] = ()
    excerpt: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    width: int = 1

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        lines = [f"error[{self.code}] {place}  {self.reason}", *self._source()]
        return "\n".join([*lines, *(f"   = {fix}" for fix in self.fixes)])

    def _source(self) -> list[str]:
        if not self.excerpt:
            return []
        gutter = len(str(self.excerpt[-1][0]))
        # A faulty value far to the right is shown from a little before it.
        cut = max(0, self.column - _WIDTH // 2) if self.column > _WIDTH * 3 // 4 else 0
        lines = [" " * gutter + " |"]
        previous = self.excerpt[0][0]
        for number, text in self.excerpt:
            if number > previous + 1:
                lines.append("." * gutter + " |")
            shown = text if number != self.line else text[cut:]
            lines.append(f"{number:>{gutter}} | {_clean(shown)[:_WIDTH]}".rstrip())
            previous = number
        width = max(1, min(self.width, len(self.excerpt[-1][1]) - self.column + 1, _WIDTH // 2))
        caret = " " * (self.column - 1 - cut) + "^" * width
        return [*lines, f"{' ' * gutter} | {caret}"]


class AssumptionErrors(AssumptionError):  # noqa: N818 - many of them
    """Every problem of a register at once.

    Parameters
    ----------
    problems : at least one.
    entries : how many entries were looked at.
    """

    def __init__(self, problems: Sequence[Problem], entries: int) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.code)))
        self.entries = entries
        super().__init__(self.summary)

    def __reduce__(self) -> tuple[type[AssumptionErrors], tuple[Sequence[Problem], int]]:
        return AssumptionErrors, (self.problems, self.entries)

    @property
    def files(self) -> tuple[str, ...]:
        """Files with a problem."""
        return tuple(dict.fromkeys(problem.file for problem in self.problems))

    @property
    def summary(self) -> str:
        """The closing line."""
        errors, files = counted(len(self.problems), "error"), counted(len(self.files), "file")
        checked = counted(self.entries, "entry", "entries")
        return f"{errors} in {files} ({checked} checked). Nothing was run."

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:SHOWN]]
        left = len(self.problems) - len(shown)
        more = [f"… and {counted(left, 'more error')}"] if left else []
        return "\n\n".join([*shown, *more, self.summary])


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 error``, ``2 errors``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def quoted(value: object) -> str:
    """Return a value as it would be read in a file, short enough for a sentence."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a number of many digits"
    if isinstance(value, (int, float)):
        return f"{value:g}" if len(repr(value)) > 12 else repr(value)
    text = _clean(f"'{value}'" if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else text[:56] + " …" + text[-1]


def _clean(text: str) -> str:
    """Return a line without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else (" " if c == "\t" else "�") for c in text)
