"""Which sign each correlation has, and why: a lost sign leaves a matrix valid and the model wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import Field

from risk.assumptions.matrices import Fault
from risk.assumptions.plausible import KEEP, shown
from risk.assumptions.schema import Record, Text

CODE = "A027"


class Direction(Record):
    """What is known of one correlation: a member of `directions` in the matrix's entry.

    `size` holds the least and the largest absolute value beside none at all; `either` has no known sign.
    """

    pair: Text
    sign: Literal["+", "-", "0", "either"]
    size: Annotated[tuple[float, float], Field(strict=False)] = (0.0, 1.0)
    why: Text


def declaration_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield pairs of labels without a direction, and directions of no pair."""
    labels, declared = raw.get("labels"), raw.get("directions")
    if not declared or not isinstance(declared, list) or not isinstance(labels, list):
        return
    pairs = [f"{a}-{b}" for a, b in combinations(labels, 2)]
    named = [item.get("pair") for item in declared if isinstance(item, Mapping)]
    for i, pair in enumerate(named):
        if pair not in pairs or named.index(pair) != i:
            why = "is given twice" if pair in pairs else "is no pair of the labels, in their order"
            yield Fault(("directions", i, "pair"), "A018", f"'{pair}' {why}")
    missing = [pair for pair in pairs if pair not in named]
    if missing:
        reason = f"directions says nothing of {', '.join(missing)}: every pair has a sign, or 'either'"
        yield Fault(("directions",), "A004", reason)


def doubts(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the correlations of a sound matrix that stand against their declared direction."""
    labels: Sequence[str] = raw.get("labels", ())
    declared = {item["pair"]: item for item in raw.get("directions", ())}
    for (i, a), (j, b) in combinations(enumerate(labels), 2):
        known, x = declared.get(f"{a}-{b}"), raw["value"][i][j]
        if known is None or x == 0:
            continue
        sign, (least, most) = known["sign"], known.get("size", (0.0, 1.0))
        told = f"value of {a}-{b} is {x:g}"
        if sign == "0" or (sign == "+" and x < 0) or (sign == "-" and x > 0):
            reason = f"{told}; its declared direction is {sign} ({known['why']})"
            yield Fault(("value", i, j), CODE, reason, _meant(sign, x))
        elif not least <= abs(x) <= most:
            size = f"plausible in size is [{shown(least)}, {shown(most)}], or none at all"
            yield Fault(("value", i, j), CODE, f"{told}; {size}", (KEEP,))


def _meant(sign: str, x: float) -> tuple[str, ...]:
    return (KEEP,) if sign == "0" else (f"did you mean {-x:g}?", KEEP)
