"""Entity tables: one class a table, one annotated attribute a column.

A column is numeric, in the unit its annotation names (`In`), or text. A column that names a row of another
table says so (`Names`). To add a column, add an attribute; to add a table, add a class and its line in
`TABLES`. An attribute without a default must be given in every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from risk.assumptions.priors import refuse
from risk.assumptions.schema import Note, Quarter, Text
from risk.assumptions.table import (
    CashFlow,
    Entity,
    EntryName,
    HourlyPrice,
    In,
    Money,
    MoneyPerQuarter,
    Names,
    Percent,
    Quarters,
    Ratio,
    Row,
    Share,
    sums_to_one,
)
from risk.axes import ordinal

HEADLINE = "headline"
"""Name of the line of credit loss that the verdict speaks of."""


def _launch(text: str) -> str:
    try:
        _ = text and ordinal(text)
    except ValueError as error:
        raise refuse("A014", f'{error}, or "" once launched') from None
    return text


class Generation(Entity):
    """A GPU generation: ``[[gpu.generation]]``."""

    order: ClassVar[tuple[str, ...]] = ("launch", "stream")

    name: Text
    numeraire: bool = False
    newest: bool = False
    launch: Annotated[str, AfterValidator(_launch)]
    gpus: Annotated[float, Field(ge=0), In("GPU M")]
    age: Annotated[float, Field(ge=0), In("year")] = 0.0
    relative_throughput: Ratio
    index: HourlyPrice
    noise: Annotated[float, Field(ge=0), In("log/q")] = 0.0
    power: Annotated[float, Field(gt=0), In("kW")]
    opex: HourlyPrice
    compute: Annotated[float, Field(ge=0), In("TFLOP/s")]
    memory_bandwidth: Annotated[float, Field(ge=0), In("TB/s")]
    memory: Annotated[float, Field(ge=0), In("GB")]

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """One rented generation is the numeraire, and one the newest at the base date."""
        for role in ("numeraire", "newest") if rows else ():
            chosen = [i for i, row in enumerate(rows) if getattr(row, role)]
            if len(chosen) != 1:
                reason = f"{len(chosen)} generations have {role} = true; one must"
                yield chosen[-1] if chosen else len(rows) - 1, role, "A030", reason
            yield from (
                (i, "index", "A030", f"index of '{rows[i].name}' is 0, but it is the {role}, which is rented")
                for i in chosen
                if not rows[i].index > 0
            )


class CapexFirm(Entity):
    """A hyperscaler at the base date: ``[[capex.firm]]``."""

    name: Text
    capex_last_quarter: MoneyPerQuarter
    guidance: MoneyPerQuarter
    cfo: CashFlow
    cash: Money
    debt: Money
    leverage_limit: Ratio
    lab_equity_share: Share
    lease_not_commenced: Money
    ai_revenue_share: Share
    lab_commitment_share: Share
    useful_life: Annotated[float, Field(gt=0), In("year")]
    cash_before_replay: Money = 0.0
    debt_before_replay: Money = 0.0


class CapexActual(Row):
    """A hyperscaler's reported quarter: ``[[capex.actual]]``."""

    key: ClassVar[tuple[str, ...]] = ("firm", "quarter")

    firm: Annotated[Text, Names("capex.firm")]
    quarter: Quarter
    capex: MoneyPerQuarter
    cfo: CashFlow


class RevenueSegment(Entity):
    """A segment of end-customer AI revenue: ``[[revenue.segment]]``."""

    name: Text
    run_rate_share: Share
    ceiling_share: Share

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of the pool sum to one."""
        for column in ("run_rate_share", "ceiling_share"):
            yield from sums_to_one(rows, column, "")


class NeocloudFirm(Entity):
    """A neocloud's holding company: ``[[neoclouds.firm]]``."""

    name: Text
    cash: Money
    revolver: Money
    revolver_quarters: Quarters
    overhead: MoneyPerQuarter
    growth_equity: MoneyPerQuarter
    cohort_share: Share
    rated: bool
    balance_sheet: Literal["published", "none"]
    stylised: bool


class Payer(Entity):
    """A class of customers by how they keep their contracts: ``[[neoclouds.payer]]``.

    `label` is what the class is called, `hazard` the entry with the probability a quarter that a contract
    ends early or is renegotiated, `draws` the streams that decide it. To the unrated, vendors alone lend on
    contracts that are `vendor_financed`.
    """

    name: Text
    label: Text
    conduct: Literal["sound", "renegotiates", "leans", "subtenant", "leaves"]
    hazard: EntryName
    draws: Text
    strong: bool
    vendor_financed: bool


class Paper(Entity):
    """What a facility's debt is written as, and what its losses stand on: ``[[neoclouds.paper]]``."""

    name: Text
    instrument: Literal["ddtl", "vendor", "site_loan"]


class HoldcoNote(Row):
    """A bullet of a holding company, a note or a convert: ``[[neoclouds.note]]``."""

    key: ClassVar[tuple[str, ...]] = ("firm", "quarter_due")

    firm: Annotated[Text, Names("neoclouds.firm")]
    quarter_due: Quarters
    amount: Money
    kind: Literal["note", "convert"]


class Facility(Entity):
    """A financed fleet with its contract and its debt: ``[[neoclouds.facility]]``.

    `lock_up`, `sweep`, `event` and `realization` are tests of its own, else those of the register hold;
    `guarantee` is the share of a lender's loss that the firm owes, `cross_default` the loan of the same firm
    whose default lets this one's lender call, or "any".
    """

    name: Text
    firm: Annotated[Text, Names("neoclouds.firm")]
    generation: Annotated[Text, Names("gpu.generation")]
    gpus: Annotated[float, Field(gt=0), In("GPU k")]
    price: HourlyPrice
    payer: Annotated[Text, Names("neoclouds.payer")]
    contract_first: Quarters
    contract_last: Quarters
    debt: Money
    coupon: Percent
    debt_quarters: Quarters
    rate: Literal["fixed", "floating"] = "fixed"
    amortization: Literal["level", "equal", "sculpted"] = "level"
    undrawn: Money = 0.0
    draw_quarters: Quarters = 0
    balloon: Percent
    opex_multiple: Ratio
    prepaid_share: Share
    shell_value: Ratio
    kind: Literal["device", "site"]
    instrument: Annotated[Text, Names("neoclouds.paper")]
    lender: Note
    tenant: Annotated[Note, Names("neoclouds.firm", ("",))] = ""
    lock_up: Annotated[float, Field(ge=0), In("multiple")] = 0.0
    sweep: Annotated[float, Field(ge=0), In("multiple")] = 0.0
    event: Annotated[float, Field(ge=0), In("multiple")] = 0.0
    realization: Share = 0.0
    guarantee: Share = 0.0
    cross_default: Annotated[Note, Names("neoclouds.facility", ("", "any"))] = ""
    stylised: bool

    @model_validator(mode="after")
    def _contract_ends_in_order(self) -> Self:
        if self.contract_last < self.contract_first:
            reason = f"contract_last = {self.contract_last:g} comes before contract_first"
            raise refuse("A011", f"{reason} = {self.contract_first:g}", "contract_last")
        return self

    @model_validator(mode="after")
    def _draws_what_is_undrawn(self) -> Self:
        if self.undrawn > 0 and not self.draw_quarters:
            reason = f"undrawn = {self.undrawn:g}, but draw_quarters gives no quarter in which to draw it"
            raise refuse("A011", reason, "draw_quarters")
        if self.draw_quarters > self.debt_quarters:
            reason = f"draw_quarters = {self.draw_quarters:g} is longer than the debt"
            raise refuse("A011", f"{reason}, {self.debt_quarters:g}", "draw_quarters")
        return self


class CreditLine(Entity):
    """A line of credit loss, told by itself: ``[[credit.line]]``. Paper of companies belongs to the headline.

    The outcome ``<name>_loss`` is its loss.
    """

    name: Text
    label: Text

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """One line is the headline, the first."""
        if rows and rows[0].name != HEADLINE:
            yield 0, "name", "A011", f"'{rows[0].name}' is the first line; that is '{HEADLINE}'"


class CreditSegment(Entity):
    """A pool of private credit: ``[[credit.segment]]``.

    `default_probability` and `asset_correlation` name entries, whose draws the pool takes. `definition` is
    what the probability counts: payment defaults, or every switch to payment in kind and extension too.
    Losses are told by `line`.
    """

    name: Text
    exposure: Money
    default_probability: EntryName
    definition: Literal["payment", "broad"]
    asset_correlation: EntryName
    lgd_class: Literal["site", "pool"]
    sponsor_share: Share = 0.0
    clo_weight: Share = 0.0
    line: Annotated[Text, Names("credit.line")]
    growth: Annotated[float, In("1/y")]
    demand_weight: Ratio
    lab_weight: Ratio
    disrupted: Share = 0.0
    price_weight: Share = 0.0
    interest_cover: Annotated[float, Field(ge=0), In("multiple")]
    pays_in_kind: Share
    lgd_shift: Annotated[float, Field(ge=-1, le=1), In("fraction")]


class CreditRating(Row):
    """A rating's part of a pool of private credit, best rating first: ``[[credit.rating]]``."""

    key: ClassVar[tuple[str, ...]] = ("segment", "rating")
    order: ClassVar[tuple[str, ...]] = ("segment", "pd_multiple")

    segment: Annotated[Text, Names("credit.segment")]
    rating: Text
    share: Share
    pd_multiple: Annotated[float, Field(gt=0), In("multiple")]

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of a segment sum to one, and no two of its ratings have one default probability."""
        yield from sums_to_one(rows, "share", "segment")
        first: dict[tuple[str, float], str] = {}
        for i, row in enumerate(rows):
            other = first.setdefault((row.segment, row.pd_multiple), row.rating)
            if other != row.rating:
                reason = f"pd_multiple = {row.pd_multiple:g} of '{row.rating}' is that of '{other}' too"
                yield i, "pd_multiple", "A011", f"{reason}; ratings are ordered by it"


class CreditMaturity(Row):
    """What falls due in a year, of the base date's year what is left of it: ``[[credit.maturity]]``."""

    key: ClassVar[tuple[str, ...]] = ("segment", "year")

    segment: Annotated[Text, Names("credit.segment")]
    year: Annotated[int, Field(ge=1870, le=2100)]
    amount: Money


class CreditHolder(Entity):
    """A class of holders of private credit: ``[[credit.holder]]``."""

    name: Text
    role: Literal["fund", "clo", "insurer", "pension", "bank", "vendor"]
    assets_to_equity: Annotated[float, Field(ge=1), In("multiple")]
    carry: Annotated[float, Field(ge=0), In("1/y")]
    threshold: Ratio

    @property
    def kind(self) -> Literal["vehicle", "ultimate"]:
        """Whether losses stop here or pass through to owners and creditors."""
        return "vehicle" if self.role in ("fund", "clo") else "ultimate"


class CreditHolding(Row):
    """Who holds what share of an instrument: ``[[credit.holding]]``."""

    key: ClassVar[tuple[str, ...]] = ("instrument", "holder")

    instrument: Text
    holder: Annotated[Text, Names("credit.holder")]
    share: Share

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of an instrument sum to one."""
        yield from sums_to_one(rows, "share", "instrument")


class CreditOwner(Row):
    """Who owns what share of a vehicle's equity: ``[[credit.owner]]``."""

    key: ClassVar[tuple[str, ...]] = ("vehicle", "owner")

    vehicle: Annotated[Text, Names("credit.holder")]
    owner: Annotated[Text, Names("credit.holder", ("households",))]
    share: Share

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of a vehicle sum to one."""
        yield from sums_to_one(rows, "share", "vehicle")


class CreditCreditor(Row):
    """Who is owed what share of a vehicle's debt, and in which class: ``[[credit.creditor]]``."""

    key: ClassVar[tuple[str, ...]] = ("debtor", "seniority", "creditor")

    debtor: Annotated[Text, Names("credit.holder")]
    seniority: Literal["senior", "junior"]
    creditor: Annotated[Text, Names("credit.holder", ("households",))]
    share: Share

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of a debtor's debt sum to one over both classes."""
        yield from sums_to_one(rows, "share", "debtor")


class EnergyLocation(Row):
    """A place where units could stand, with its grid: ``[[energy.location]]``.

    `intensity` is what a unit of its energy emits, `clean` the share of renewables and nuclear, `price` what
    a large user pays; `pue` is facility power over IT power. Ranges are what sources leave open.
    """

    name: Text
    label: Text
    intensity: Annotated[float, Field(gt=0), In("t/MWh")]
    intensity_low: Annotated[float, Field(gt=0), In("t/MWh")]
    intensity_high: Annotated[float, Field(gt=0), In("t/MWh")]
    clean: Share
    price: Annotated[float, Field(gt=0), In("USD/MWh")]
    price_low: Annotated[float, Field(gt=0), In("USD/MWh")]
    price_high: Annotated[float, Field(gt=0), In("USD/MWh")]
    pue: Annotated[float, Field(ge=1), In("1")]

    @model_validator(mode="after")
    def _ranges_hold_their_values(self) -> Self:
        for name in ("intensity", "price"):
            low, value, high = (getattr(self, f"{name}{end}") for end in ("_low", "", "_high"))
            if not low <= value <= high:
                reason = (
                    f"{name} = {value:g} does not lie between {name}_low = {low:g} and {name}_high = {high:g}"
                )
                raise refuse("A011", reason, name)
        return self


TABLES: Mapping[str, type[Row]] = {
    "gpu.generation": Generation,
    "capex.firm": CapexFirm,
    "capex.actual": CapexActual,
    "revenue.segment": RevenueSegment,
    "neoclouds.firm": NeocloudFirm,
    "neoclouds.payer": Payer,
    "neoclouds.paper": Paper,
    "neoclouds.note": HoldcoNote,
    "neoclouds.facility": Facility,
    "credit.line": CreditLine,
    "credit.segment": CreditSegment,
    "credit.rating": CreditRating,
    "credit.maturity": CreditMaturity,
    "credit.holder": CreditHolder,
    "credit.holding": CreditHolding,
    "credit.owner": CreditOwner,
    "credit.creditor": CreditCreditor,
    "energy.location": EnergyLocation,
}

MAY_BE_EMPTY = frozenset(
    {"capex.actual", "neoclouds.note", "credit.rating", "credit.maturity", "energy.location"}
)
"""Tables whose rows may be none: nothing reported, no note, one rating, nothing falling due, no place."""
