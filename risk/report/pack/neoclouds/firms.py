"""HoldCos on the sheet of neoclouds: what they own and owe, default, loss, runway; all in one plain table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from risk.analysis import ladder, neoclouds
from risk.analysis.bands import Band
from risk.analysis.facilities import Facility
from risk.analysis.neoclouds import FirmLoss
from risk.analysis.statistics import Estimate
from risk.assumptions import tables
from risk.assumptions.tables import HoldcoNote, NeocloudFirm
from risk.axes import ended
from risk.report import spec
from risk.report.pack.base.ages import aged
from risk.report.pack.base.cells import linked, margin_cell
from risk.report.pack.base.fields import amount, chance, number, part
from risk.report.pack.base.names import PAYERS, words
from risk.report.pack.base.results import Results
from risk.report.pack.neoclouds.loans import BILLION, absorbing, at, chances, gap, row_is
from risk.report.record import Field
from risk.report.spec import Spec
from risk.report.table import Column, Table

SHOWN = 6
"""Year-ends for which runway and refinancing need are printed."""

FAILURES = 3
"""Full calendar years of which the chance to default is stated apart, the first ones."""

PLAIN, NAME = "neoclouds", "tblNeocloud"
AHEAD = 2
"""Which year's end the runway is shown at, counted from the base date."""

SOURCE = 17.0
"""Width of the last column, which the tables above it do not use."""

LINKED = {
    "secured": "Loans USD bn",
    "notes": "Notes USD bn",
    "asset": "Asset life",
    "debt_life": "Debt life",
    "contract": "Contr. life",
    "gap": "Gap",
    "contracted": "Contr. share",
    "top": "Top payer",
}
"""Numbers of the table of HoldCos that are repeated, and their headers here."""


@dataclass(frozen=True)
class HoldCo:
    """One HoldCo.

    Attributes
    ----------
    members : its facilities of the base date; `notes` : notes and converts, USD bn.
    owed : what contracts still bill, by class of payers.
    failed : chance of default by each horizon; `within` : in each of the years stated apart.
    """

    name: str
    row: NeocloudFirm
    members: tuple[Facility, ...]
    notes: float
    owed: Mapping[str, float]
    failed: tuple[Estimate, ...]
    within: tuple[Estimate, ...]
    loss: FirmLoss

    @property
    def label(self) -> str:
        """Its ticker and name."""
        return f"{self.name}: {self.row.note.partition('.')[0] or self.name}"

    @property
    def top(self) -> str:
        """The class of payers that owes most."""
        return max(self.owed, key=lambda payer: self.owed[payer])

    @property
    def published(self) -> bool:
        """Whether there is a balance sheet."""
        return self.row.balance_sheet == "published"


def holdcos(results: Results) -> list[HoldCo]:
    """Every HoldCo of the register."""
    run, key = results.run, "holdco.defaulted"
    losses, notes = neoclouds.firm_losses(run, results.facilities), results.register.rows(HoldcoNote)
    found = []
    for row in results.register.rows(NeocloudFirm):
        members = tuple(f for f in results.facilities if f.firm == row.name)
        owed: dict[str, float] = {}
        for f in members:
            owed[f.payer] = owed.get(f.payer, 0.0) + f.bills * f.contract_life
        column = run.entities[key].index(row.name)
        years = run.calendar.full_years[:FAILURES]
        found.append(
            HoldCo(
                row.name,
                row,
                members,
                sum(note.amount for note in notes if note.firm == row.name),
                owed,
                tuple(neoclouds.default_probability(run, key, column, q) for q in neoclouds.reached(run)),
                tuple(neoclouds.default_within(run, key, column, str(year)) for year in years),
                losses[row.name],
            )
        )
    return found


def _average(
    of: Callable[[Facility], float | None], weight: Callable[[Facility], float] = lambda f: f.debt
) -> Callable[[HoldCo], float | None]:
    """Average over the facilities, by debt; None where there is none, or one of them has no number."""

    def average(firm: HoldCo) -> float | None:
        known = [(value, weight(f)) for f in firm.members if (value := of(f)) is not None]
        if not known or len(known) < len(firm.members):
            return None
        return sum(value * size for value, size in known) / sum(size for _, size in known)

    return average


def firms(results: Results, found: Sequence[HoldCo]) -> Table:
    """One row a HoldCo."""
    horizons = neoclouds.reached(results.run)
    outlasts = _average(lambda f: f.duration_gap)
    contracted = _average(lambda f: f.contracted_share, lambda f: f.bills * f.debt_end)
    made: Spec[HoldCo] = Spec(
        (
            spec.text("label", "HoldCo", lambda h: h.label + ("" if h.published else " *")),
            number("liquidity", "Liquidity", lambda h: h.row.cash + h.row.revolver, "usd_bn"),
            number("secured", "Secured", lambda h: sum(f.debt for f in h.members) / BILLION, "usd_bn"),
            number("notes", "Notes", None, "usd_bn"),
            number("top", "Top payer", _top_share, "share"),
            spec.shown("gap", "Gap", lambda h: gap(outlasts(h)), "years", style="engine"),
            *chances(horizons, lambda h: h.failed),
            amount("loss", "Loss, USD m", lambda h: h.loss.total, "USD m", span=2),
            number("asset", "Asset life", _average(lambda f: f.asset_life), "years"),
            number("lease", "Lease", _average(lambda f: f.lease_life), "years"),
            number("contract", "Contr. avg", _average(lambda f: f.contract_life), "years"),
            number("debt_life", "Debt avg", _average(lambda f: f.debt_life), "years"),
            number("contracted", "Con- tracted", contracted, "share"),
            amount("own", "of it HoldCo", lambda h: h.loss.holdco, "USD m", span=2),
            row_is(lambda h: h.row.stylised),
        ),
        id="holdcos",
        title="HoldCos",
        note=_NOTE,
        row_id=lambda h: h.name,
        guards=(absorbing("holdcos", horizons),),
    )
    return made.table(found)


def _top_share(firm: HoldCo) -> float | None:
    return max(firm.owed.values()) / sum(firm.owed.values()) if firm.owed else None


_NOTE = (
    "USD bn at the base date: cash and undrawn revolver, secured facility debt, notes and converts. "
    "Lives in years, averages by debt; gap = debt less contracts. Contracted = of the bills until the "
    "debt is repaid, at contract prices, the share under contract; top payer = largest class of "
    "payers in what contracts still bill. P = HoldCo in default. Loss = mean over paths, on "
    "facilities, cohorts in, and on HoldCo paper (revolver, notes, converts); ± standard error, of "
    "the sum an upper bound. * no published balance sheet."
)


def standing(results: Results, found: Sequence[HoldCo]) -> Table:
    """Liquidity runway and refinancing need by year-end."""
    quarters = ladder.year_ends(results.run)[1 : SHOWN + 1]
    years = [results.labels[t] for t in quarters]
    runway, need = (ladder.firms_at(results.run, name, quarters) for name in ("runway", "refinancing_need"))
    made: Spec[HoldCo] = Spec(
        (
            spec.text("label", "HoldCo"),
            spec.text("top", "Top payer", lambda h: words(h.top, PAYERS) if h.owed else "–", span=2),
            number("cohort", "Of new", lambda h: h.row.cohort_share, "share"),
            *(
                number(f"runway{year}p{q}", f"Runway\n{ended(year)}\nP{q}", at(runway, i, q), "count")
                for i, year in enumerate(years)
                for q in (5, 50)
            ),
            *(
                number(f"need{year}p{q}", f"Need\n{ended(year)}\nP{q}", at(need, i, q, BILLION), "usd_bn")
                for i, year in enumerate(years)
                for q in (50, 95)
            ),
        ),
        id="holdco-standing",
        title=(
            "HoldCos: liquidity runway in quarters, and refinancing need of the next four quarters in USD bn"
        ),
        note=_standing_note(runway, need),
        row_id=lambda h: h.name,
    )
    return made.table(found)


def _standing_note(runway: Mapping[str, Band], need: Mapping[str, Band]) -> str:
    lasts, owed = (
        max(float(np.nanmax(b.standard_error, initial=0.0)) for b in bands.values())
        for bands in (runway, need)
    )
    return (
        "At year-ends. Runway = cash and undrawn revolver over what the quarter burned, maturities aside; "
        "40 = ten years or more, or nothing burned; 0 in default. Need = notes, balloons and revolver due "
        "within four quarters, debt of new cohorts in; a HoldCo in default needs nothing. Of new = share "
        f"of new cohorts. Standard errors: runway at most {lasts:.1f} quarters, need at most USD "
        f"{owed / BILLION:.1f}bn."
    )


def plain(results: Results, found: Sequence[HoldCo], firms: Table, standing: Table) -> Table:
    """Every HoldCo with what is said of it above, and more.

    Parameters
    ----------
    firms, standing : the tables above, to which repeated numbers are linked.
    """
    run = results.run
    years, last = run.calendar.full_years[:FAILURES], ended(neoclouds.reached(run)[-1])
    ahead = results.labels[ladder.year_ends(run)[: AHEAD + 1][-1]]
    made: Spec[HoldCo] = Spec(
        (
            spec.text("label", "HoldCo", lambda h: h.name),
            spec.flag("books", "Books public", lambda h: h.published, align="center"),
            *(_link(firms, key, header) for key, header in LINKED.items()),
            _link(standing, "cohort", "Of new"),
            number("rents", "Site rents USD bn", lambda h: _rents_owed(results, h.name), "usd_bn"),
            *(_link(standing, f"runway{ahead}p{q}", f"Runw. P{q} {ended(ahead)}") for q in (5, 50)),
            *(_fails(f"y{y}", str(y), part(lambda h: h.within, i)) for i, y in enumerate(years)),
            _fails("ever", f"by {last}", lambda h: h.failed[-1]),
            amount("lgd", "LGD", lambda h: h.loss.lgd, "fraction", error="± LGD"),
            amount("loss", "EL USD m", lambda h: h.loss.total, "USD m", error="± EL", note="usd_error.0"),
            spec.several(
                Column("age", "Age days", "count", style="calculation"),
                Column("stale", "Stale", style="flag", align="center"),
                cells=lambda h: aged(
                    results, h.row.as_of, f"DATE({h.row.as_of.year},{h.row.as_of.month},{h.row.as_of.day})"
                ),
            ),
            spec.text("source", "Source", lambda h: h.row.source, wrap=False),
        ),
        id=PLAIN,
        title=f"The same in one plain table, to filter and to calculate with ({NAME})",
        note=_plain_note(ahead),
        row_id=lambda h: h.name,
    )
    return made.table(found, excel_name=NAME, printed_rows=0)


def _link(source: Table, key: str, header: str) -> Field[HoldCo]:
    """A number of a table above."""
    form = source.columns[source.index(key)].format
    return spec.shown(key, header, lambda firm: linked(source, key, firm.name), form)


def _fails(key: str, when: str, get: Callable[[HoldCo], Estimate]) -> Field[HoldCo]:
    """Chance of default, as a plain number."""
    found = chance(key, f"Fails {when}", get, error=f"± 95% {when}")
    return replace(found, cells=lambda p: (p.value, margin_cell(p)))


def _rents_owed(results: Results, name: str) -> float:
    """What contracts still bill the HoldCo as the tenant of another's site, operating cost in, USD bn."""
    let = {row.name for row in results.register.rows(tables.Facility) if row.tenant == name}
    return sum(f.bills * 4.0 * f.contract_life for f in results.facilities if f.name in let) / 1e9


def _plain_note(ahead: str) -> str:
    return (
        "Loans, notes, lives, contracted share, top payer, share of new cohorts and runway as above. Books "
        "public = a balance sheet is published. Site rents: what contracts still bill the HoldCo as tenant "
        "of another's site; rents of its own sites are operating cost in the model. Runway in quarters at "
        f"the end of {ended(ahead)}, maturities aside. Fails: the HoldCo comes into default in the year, "
        "which is how a refinancing fails in the model: notes, revolver or bills fall due that "
        "neither lenders, cash nor shareholders meet; facilities that fail at their maturity stand "
        "in the ladder above. LGD = loss over debt in default, facilities, cohorts and HoldCo paper "
        "together, a ratio of means; its ± and that of EL are upper bounds. EL = mean loss. Losses "
        "by path are kept by instrument, not by company: contributions to the expected shortfall stand "
        "on PrivateCredit. Age of the row's data against Stale_Days."
    )
