"""Units of the register and their factors to base units.

Base units are USD, hour, year, watt, byte, GPU and plain fractions; time is never converted, so a rate a
quarter stays a rate a quarter. A unit is written as atoms joined by ``/`` (per) and, for sensitivities, by
`` per `` and a step: ``USD bn/q``, ``GW/y``, ``1/q per 100 bp``, ``bp per 10 USD bn``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from risk.errors import AssumptionError, suggestion
from risk.letters import Letters

HOURS_A_YEAR, HOURS_A_QUARTER = 8760.0, 2190.0
"""Of 365 days, as contracts are billed."""

TEXT_UNITS = frozenset({"date", "text"})
"""Units of settings that are words: they have no factor."""

TIME_UNITS = frozenset({"quarter", "year", "month", "day", "q", "y", "h", "s"})
"""Units of a length of time, which is never negative."""


class Unit(NamedTuple):
    """A unit: its factor to the base unit, and the base unit's name ("1" for pure numbers)."""

    scale: float
    base: str


def _words(base: str, factors: Mapping[str, float]) -> dict[str, Unit]:
    """Return the atoms ``USD``, ``USD m``, ``USD bn``."""
    return {base: Unit(1.0, base)} | {f"{base} {word}": Unit(f, base) for word, f in factors.items()}


def _prefixes(base: str, letters: str) -> dict[str, Unit]:
    """Return the atoms ``W``, ``kW``, ``MW``."""
    return {base: Unit(1.0, base)} | {f"{k}{base}": Unit(_PREFIX[k], base) for k in letters}


_PREFIX = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_PURE = ("1", "fraction", "multiple", "index", "log", "sd")
_NAMES = (*sorted(TIME_UNITS), "sqrt(y)", "sqrt(q)", "firm", "user", "request")

ATOMS: Mapping[str, Unit] = {
    **{name: Unit(1.0, "1") for name in _PURE},
    **{name: Unit(1.0, name) for name in _NAMES},
    "%": Unit(0.01, "1"),
    "bp": Unit(1e-4, "1"),
    **_words("USD", {"k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}),
    **_words("GPU", {"k": 1e3, "M": 1e6}),
    **_words("H100e", {"k": 1e3, "M": 1e6}),
    **_words("token", {"k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}),
    **_words("parameter", {"bn": 1e9, "tn": 1e12}),
    **_prefixes("W", "kMG"),
    **_prefixes("Wh", "kMGT"),
    **_prefixes("B", "kMGT"),
    **_prefixes("FLOP", "GT"),
    "t": Unit(1.0, "t"),
    "Mt": Unit(1e6, "t"),
}
"""Everything a unit may be composed of. A new atom is one line here."""

COMMON = (
    "1", "fraction", "%", "bp", "multiple", "log", "log/q", "log/y", "sd", "1/y", "1/q", "1/sqrt(y)",
    "1/q per 100 bp", "quarter", "year", "USD/h", "USD", "USD m", "USD bn", "USD bn/q", "USD bn/y",
    "USD bn/GW", "USD k/GPU", "USD/kWh", "USD/MWh", "USD/t", "t/MWh", "kW", "GW", "GW/y", "GW/q", "TWh/y",
    "Mt/y", "GPU k", "GPU M", "H100e M", "GB", "TB/s",
)  # fmt: skip
"""The units most often meant; listed when an unknown one is met."""


def _factor(term: str) -> Unit:
    numerator, *denominators = (ATOMS[atom] for atom in term.split("/"))
    scale, base = numerator
    for unit in denominators:
        scale /= unit.scale
        base += "" if unit.base == "1" else f"/{unit.base}"
    return Unit(scale, base)


@cache
def parse(text: str) -> Unit:
    """Return the factor and base unit of a unit written as text; KeyError if it is not one."""
    term, _, step = text.partition(" per ")
    scale, base = _factor(term)
    if not step:
        return Unit(scale, base)
    match = re.fullmatch(r"(?:([1-9]\d{0,6}) )?(\S.*)", step)
    if match is None:
        raise KeyError(text)
    size, per = float(match[1] or 1), _factor(match[2])
    return Unit(scale / (size * per.scale), base if per.base == "1" else f"{base} per {per.base}")


class Names(NamedTuple):
    """What a register calls its currency and its unit of work; files and keys say USD and H100e always.

    Attributes
    ----------
    letters : the companies that it names.
    masked : they are shown by letters.
    """

    currency: str = "USD"
    work: str = "H100e"
    letters: Letters = Letters()
    masked: bool = False

    @property
    def as_in_files(self) -> bool:
        """Whether a text is shown as files have it."""
        return (self.currency, self.work) == AS_IN_FILES[:2] and not self.masked

    @property
    def quoting(self) -> Names:
        """The same for a text of a source, whose currency it keeps."""
        return Names(letters=self.letters, masked=self.masked)

    def said(self, text: str) -> str:
        """Return a text that is shown, with these names in place of those that files use."""
        if (self.currency, self.work) != AS_IN_FILES[:2]:
            text = _CURRENCY.sub(lambda _: self.currency, _SIGN.sub(lambda _: f"{self.currency} ", text))
            text = _WORK.sub(lambda _: self.work, text)
        return self.letters.said(text) if self.masked else text


AS_IN_FILES = Names()

_CURRENCY = re.compile(rf"(?<![A-Za-z0-9]){AS_IN_FILES.currency}(?![A-Za-z0-9])")
_WORK = re.compile(rf"(?<![A-Za-z0-9])(?:{AS_IN_FILES.work}|H100 equivalents?)(?![A-Za-z0-9])")
_SIGN = re.compile(r"(?<![A-Za-z0-9:!])\$(?=\d|(?:bn|tn|[mMkT])(?![A-Za-z0-9$:!]))")
"""Of an amount or a unit; an address in a workbook has one too, behind its column."""


class _Scale(Mapping[str, float]):
    """Unit → factor to base units, for every unit that can be composed; iterates the common ones."""

    def __getitem__(self, unit: str) -> float:
        return parse(unit).scale

    def __iter__(self) -> Iterator[str]:
        return iter(COMMON)

    def __len__(self) -> int:
        return len(COMMON)

    def __contains__(self, unit: object) -> bool:
        try:
            return isinstance(unit, str) and bool(parse(unit))
        except KeyError:
            return False


SCALE: Mapping[str, float] = _Scale()
"""Register unit → factor to base units, e.g. ``SCALE["USD bn/q"] == 1e9``."""


def scale(unit: str) -> float:
    """Return the factor of `unit` to base units; AssumptionError naming the known units otherwise."""
    if unit in SCALE:
        return SCALE[unit]
    raise AssumptionError(*unknown(unit))


def unknown(unit: str) -> tuple[str, str]:
    """Return what is wrong with an unknown unit, and which units there are."""
    meant = suggestion(unit, (*COMMON, *ATOMS))
    hint = f" Did you mean '{meant}'?" if meant else ""
    return f"unknown unit '{unit[:40]}'.{hint}", "known units: " + ", ".join(COMMON)
