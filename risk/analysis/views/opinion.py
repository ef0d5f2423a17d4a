"""A view in words: ``P(bust) >= 50%``, ``mean(h100_2028) < 1.4 USD/h``, ``P(bust) > P(correction)``.

Either side of ``=  >=  <=`` (``>`` and ``<`` say the same: the nearest weights lie on the edge) is a number,
perhaps with a unit, or a term, perhaps with a number in front: ``2 * P(B4)``. Chains are several views.

==================  =======================================================================
term                meaning
==================  =======================================================================
``P(A)``            probability of a condition on a path (`risk.analysis.conditions`)
``P(A | B)``        of those paths that meet B
``mean(x)``         of a quantity of a path, over the paths that have it
``median(x)``       and ``p90(x)``: quantiles; as probabilities, ``P(x <= 1.4) = 90%``
``bust``            a bare condition by name: its probability; a bare quantity: its mean
==================  =======================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from risk.analysis.conditions import condition, quantity
from risk.analysis.estimate import Estimate
from risk.analysis.views import weighted
from risk.analysis.views.moments import Array, Flags, Moment, Relation
from risk.analysis.views.pooling import Posterior
from risk.errors import UsageError
from risk.runs import Run
from risk.units import SCALE, parse, unknown

Kind = Literal["probability", "mean", "quantile"]
Shown = Literal["share", "points", "ratio", "number"]
"""As what a view is told: a probability, points between two, one mean over another, a number in a unit."""

EXAMPLES = "write one like P(bust) >= 50%, mean(h100_2028) = 1.4 or P(bust) > P(correction)"
LONGEST = 1_000
"""Letters that a view may have."""

SIGNS: dict[str, Relation] = {
    "=": "=", "==": "=", ">=": ">=", ">": ">=", "≥": ">=", "<=": "<=", "<": "<=", "≤": "<=",
}  # fmt: skip
TURNED: dict[Relation, Relation] = {"=": "=", ">=": "<=", "<=": ">="}

_SIGN = re.compile(r"==|>=|<=|=|>|<|≥|≤")
_NUMBER = re.compile(
    r"(?P<number>[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?:\s*/\s*(?P<over>\d+(?:\.\d+)?))?"
)
_CALL = re.compile(
    r"(?P<name>P|mean|median|p\d{1,2}(?:\.\d+)?)\s*\((?P<inside>.*)\)", re.IGNORECASE | re.DOTALL
)
_NAME = re.compile(r"[A-Za-z_][\w.]*(?:\[\d+\])?(?:@\w+)?")


@dataclass(frozen=True)
class Term:
    """What a view is about, path by path.

    Attributes
    ----------
    words : as it was written, the number in front left out.
    values : (path,) in `unit`; of a probability 1 or 0.
    known : paths that have it, or that meet what is given.
    level : of a quantile.
    factor : the number in front.
    """

    words: str
    kind: Kind
    values: Array
    known: Flags
    unit: str
    level: float = 0.5
    factor: float = 1.0

    def estimate(self, posterior: Posterior) -> Estimate:
        """The term under a posterior, without its factor."""
        if self.kind == "probability":
            given = None if self.known.all() else self.known
            return weighted.probability(self.values > 0.5, posterior, given)
        if self.kind == "quantile":
            return weighted.quantile(self.values, self.level, posterior)
        return weighted.mean(self.values, posterior, self.known)


@dataclass(frozen=True)
class Opinion:
    """One view on the paths of a run.

    Attributes
    ----------
    words : the comparison as it was written.
    left, right : the term, and the term that it is compared with; None where that is a number.
    bound : the number, in the unit of the left term; 0 where two terms are compared.
    moment : the same on arrays.
    """

    words: str
    left: Term
    right: Term | None
    relation: Relation
    bound: float
    moment: Moment

    @property
    def unit(self) -> str:
        """Unit of what is told of it."""
        return self.left.unit

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return self.left.words if self.right is None else f"{self.left.words} less {self.right.words}"

    @property
    def range(self) -> tuple[float, float]:
        """Least and largest number that it can be on these paths, in its unit."""
        if self.right is not None:
            return float(self.moment.values.min()), float(self.moment.values.max())
        inside = self.left.values[self.left.known]
        return float(inside.min()), float(inside.max())

    def between(self, low: float, high: float) -> str:
        """Between what the mean of its moment lies, in words; empty where that mean is nothing one says."""
        if self.right is None and self.left.kind == "quantile":
            what = f"the share of paths up to {self.bound:.4g}"
        elif self.right is not None or self.left.known.all():
            what = self.about
        else:
            return ""
        return f"{what} lies between {low:.4g} and {high:.4g}"

    @property
    def shown(self) -> Shown:
        """As what the view is told."""
        if self.right is None:
            return "share" if self.left.kind == "probability" else "number"
        if self.left.factor > 0.0 and self.right.factor not in (0.0, self.left.factor):
            return "ratio"
        return "points" if self.left.kind == "probability" else "number"

    @property
    def asked(self) -> float:
        """The number that is asked for: of a ratio what stands in front, of another comparison 0."""
        if self.right is not None and self.shown == "ratio":
            return self.right.factor / self.left.factor
        return self.bound

    def estimate(self, posterior: Posterior) -> Estimate:
        """The left term, how far it lies above the other, or one mean over the other."""
        if self.right is None:
            return self.left.estimate(posterior)
        if self.shown == "ratio":
            scale = SCALE[self.right.unit] / SCALE[self.left.unit]
            return weighted.ratio(self.left.values, scale * self.right.values, posterior)
        return weighted.mean(self.moment.values, posterior)


def opinions(run: Run, words: str) -> tuple[Opinion, ...]:
    """The views that words hold, one a comparison.

    Raises
    ------
    UsageError : they cannot be read, name what nobody knows, or compare what cannot be compared.
    """
    sides, signs = _split(words)
    read = [_side(run, side, words) for side in sides]
    found = zip(pairwise(sides), pairwise(read), signs, strict=True)
    return tuple(_opinion(f"{a} {sign} {b}", one, two, SIGNS[sign]) for (a, b), (one, two), sign in found)


@dataclass(frozen=True)
class _Number:
    value: float
    unit: str = ""


def _split(words: str) -> tuple[list[str], list[str]]:
    """Sides and signs of comparisons outside brackets."""
    if len(words) > LONGEST:
        raise UsageError(f"a view has at most {LONGEST:,} letters, not {len(words):,}", EXAMPLES)
    sides, signs, start, place = [], [], 0, 0
    while place < len(words):
        sign = _SIGN.match(words, place) if _depth(words[start:place]) == 0 else None
        if sign is None:
            place += 1
            continue
        sides.append(words[start:place].strip())
        signs.append(sign[0])
        start = place = sign.end()
    sides.append(words[start:].strip())
    if not signs or not all(sides) or _depth(words) != 0:
        raise _unreadable(words)
    return sides, signs


def _depth(text: str) -> int:
    return text.count("(") - text.count(")")


def _side(run: Run, side: str, words: str) -> Term | _Number:
    number = _NUMBER.match(side)
    if number is None:
        return _term(run, side, 1.0, words)
    value = float(number["number"].replace("_", ""))
    if number["over"]:
        if not float(number["over"]):
            raise _unreadable(words, side)
        value /= float(number["over"])
    rest = side[number.end() :].strip()
    if rest.startswith("*"):
        return _term(run, rest[1:].strip(), value, words)
    if rest and rest not in SCALE:
        raise UsageError(*unknown(rest))
    return _Number(value, rest)


def _term(run: Run, text: str, factor: float, words: str) -> Term:
    call = _CALL.fullmatch(text)
    if call is None:
        if _NAME.fullmatch(text) is None:
            raise _unreadable(words, text)
        column = quantity(run, text)
        kind: Kind = "probability" if column.flag else "mean"
        return Term(text, kind, column.values, _known(column.values), column.unit, factor=factor)
    name, inside = call["name"].casefold(), call["inside"].strip()
    if name == "p":
        return _probability(run, text, inside, factor)
    column = quantity(run, inside)
    known = _known(column.values)
    if name == "mean":
        kind = "probability" if column.flag else "mean"
        return Term(text, kind, column.values, known, column.unit, factor=factor)
    if not known.all():
        reason = f"{inside} has no value on {1.0 - known.mean():.0%} of the paths: it has no quantile"
        raise UsageError(reason, f"say P({inside} <= …) or mean({inside})")
    level = 0.5 if name == "median" else float(name[1:]) / 100.0
    if not 0.0 < level < 1.0:
        raise UsageError(f"{name} is no quantile inside a distribution", "write p1( to p99(")
    return Term(text, "quantile", column.values, known, column.unit, level, factor)


def _known(values: Array) -> Flags:
    return np.asarray(np.isfinite(values))


def _probability(run: Run, text: str, inside: str, factor: float) -> Term:
    what, bar, given = inside.partition("|")
    flags = condition(run, what.strip()).flags
    known = condition(run, given.strip()).flags if bar else np.ones(run.paths, dtype=bool)
    if not known.any():
        raise UsageError(f"on no path is it so that {given.strip()}", "leave out what is given, or soften it")
    return Term(text, "probability", flags.astype(np.float64), known, "1", factor=factor)


def _opinion(words: str, one: Term | _Number, two: Term | _Number, sign: Relation) -> Opinion:
    if isinstance(one, Term) and isinstance(two, _Number):
        return _numbered(words, one, two, sign)
    if isinstance(one, _Number) and isinstance(two, Term):
        return _numbered(words, two, one, TURNED[sign])
    if isinstance(one, Term) and isinstance(two, Term):
        return _ranked(words, one, two, sign)
    raise UsageError(f"'{words}' compares two numbers: that is a view on nothing", EXAMPLES)


def _numbered(words: str, term: Term, number: _Number, relation: Relation) -> Opinion:
    value = _converted(words, term, number) / term.factor if term.factor else np.nan
    if not np.isfinite(value):
        raise UsageError(f"'{words}' is 0 times something: that is a view on nothing", EXAMPLES)
    relation = TURNED[relation] if term.factor < 0.0 else relation
    if term.kind == "probability" and not 0.0 <= value <= 1.0:
        fix = f"did you mean {value:g}%?" if 1.0 < value <= 100.0 else "give a share, such as 0.5 or 50%"
        raise UsageError(f"'{words}': a probability lies between 0 and 1", fix)
    return Opinion(words, term, None, relation, value, _moment(term, relation, value))


def _converted(words: str, term: Term, number: _Number) -> float:
    """The number in the unit of the term."""
    if not number.unit or number.unit == term.unit:
        return number.value
    if parse(number.unit).base != parse(term.unit).base:
        unit = "a share" if term.unit == "1" else f"in {term.unit}"
        raise UsageError(f"'{words}': {term.words} is {unit}, not in {number.unit}", f"give it {unit}")
    return number.value * SCALE[number.unit] / SCALE[term.unit]


def _moment(term: Term, relation: Relation, value: float) -> Moment:
    if term.kind == "quantile":
        below = (term.values <= value).astype(np.float64)
        return Moment(below, TURNED[relation], term.level)
    if term.known.all():
        return Moment(term.values, relation, value)
    return Moment(np.where(term.known, term.values - value, 0.0), relation, 0.0)


def _ranked(words: str, one: Term, two: Term, relation: Relation) -> Opinion:
    for term in (one, two):
        if term.kind == "quantile" or not term.known.all():
            why = "a quantile" if term.kind == "quantile" else "not known on every path"
            raise UsageError(f"'{words}': {term.words} is {why} and ranks with no other", EXAMPLES)
    if parse(one.unit).base != parse(two.unit).base:
        raise UsageError(f"'{words}': {one.words} is in {one.unit}, {two.words} in {two.unit}", EXAMPLES)
    scale = SCALE[two.unit] / SCALE[one.unit]
    apart = one.factor * one.values - two.factor * scale * two.values
    return Opinion(words, one, two, relation, 0.0, Moment(apart, relation, 0.0))


def names(words: str) -> Iterator[str]:
    """Sides of a view in order, as they were written; UsageError where it cannot be read."""
    yield from _split(words)[0]


def _unreadable(words: str, at: str = "") -> UsageError:
    reason = f"'{words[:200]}' is not a view" + (f": '{at[:60]}' is not understood" if at else "")
    return UsageError(reason, EXAMPLES)
