"""Who owes whom: debt of AI infrastructure, its holders of record, and who stands behind vehicles."""

from __future__ import annotations

from collections.abc import Mapping

from risk.analysis.owed import Owed, owed
from risk.report.formats import show
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.pack.base.yearly import BILLION
from risk.report.sheet import Network

INSTRUMENTS: Mapping[str, str] = {
    "ddtl": "GPU facilities",
    "site_loan": "Site loans",
    "spv": "SPV loans",
}
"""Short names, so that a drawing has room for them."""

HOLDERS: Mapping[str, str] = {
    "interval_fund": "Interval funds",
    "other": "Other non-banks",
    "vendor": "Equip- ment makers",
    "households": "House- holds",
}
"""The same of holders, with words that do not fit a column broken as in other headers."""

MIDDLE, MOST = 5.0, 50.0
"""USD bn at the middle and at the end of the scale: one instrument is larger than all others together."""


def network(results: Results) -> Network:
    """Who owes what to whom at the base date, USD bn."""
    found = owed(results.run)
    return Network(
        "who-owes-whom",
        f"Who owes whom: debt of AI infrastructure at {results.labels[0]}, USD bn",
        "Owed by",
        "Owed to",
        (
            *(words(name, INSTRUMENTS) for name in found.instruments),
            *(words(name, HOLDERS) for name in found.vehicles),
        ),
        tuple(words(name, HOLDERS) for name in found.creditors),
        tuple(tuple(x / BILLION if x else None for x in row) for row in found.amounts.tolist()),
        format="usd_bn.1",
        middle=MIDDLE,
        high=MOST,
        note=(
            "Par at the base date, mean over paths, by holder of record; what vehicles hold goes on to those "
            "who own and fund them, as they fund everything. Who holds what is judgement."
        ),
        alt=finding(found),
    )


def finding(found: Owed) -> str:
    """Who is owed most in the end, how much of it through vehicles, and what is the largest debt."""
    ranked = sorted(found.final, key=lambda name: -found.held(name))
    debts = found.amounts[: len(found.instruments)].sum(axis=1)
    largest = int(debts.argmax())

    def ends(name: str) -> str:
        return f"{share(found.held(name))} ends at {_within(words(name, HOLDERS))}"

    def billions(amount: float) -> str:
        return f"USD {show(amount / BILLION, 'usd_bn.0')}bn"

    def share(part: float) -> str:
        return show(part / found.debt, "share")

    first, *others = map(ends, ranked[:2])
    told = [f"{first} ({billions(found.through(ranked[0]))} through vehicles)", *others]
    return (
        f"Of {billions(found.debt)}, {', '.join(told)}; {share(float(debts[largest]))} of all is "
        f"{_within(words(found.instruments[largest], INSTRUMENTS))}."
    )


def _within(name: str) -> str:
    """A name within a sentence: small letters, but for acronyms."""
    name = name.replace("- ", "")
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
