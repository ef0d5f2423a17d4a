"""Entity tables: one class a table, one annotated attribute a column.

A column is numeric, in the unit its annotation names (`In`), or text. A column that names a row of another
table says so (`Names`). To add a column, add an attribute; to add a table, add a class and its line in
`TABLES`. An attribute without a default must be given in every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from risk.assumptions.priors import refuse
from risk.assumptions.schema import Note, Quarter, Text
from risk.assumptions.table import (
    CashFlow,
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


def _launch(text: str) -> str:
    try:
        _ = text and ordinal(text)
    except ValueError as error:
        raise refuse("A014", f'{error}, or "" once launched') from None
    return text


class Generation(Row):
    """A GPU generation: ``[[gpu.generation]]``."""

    name: Text
    launch: Annotated[str, AfterValidator(_launch)]
    gpus: Annotated[float, Field(ge=0), In("GPU M")]
    relative_throughput: Ratio
    index: HourlyPrice
    power: Annotated[float, Field(gt=0), In("kW")]
    opex: HourlyPrice
    memory_bandwidth: Annotated[float, Field(ge=0), In("TB/s")]
    memory: Annotated[float, Field(ge=0), In("GB")]


class CapexFirm(Row):
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


class CapexActual(Row):
    """A hyperscaler's reported quarter: ``[[capex.actual]]``."""

    key: ClassVar[tuple[str, ...]] = ("firm", "quarter")

    firm: Annotated[Text, Names("capex.firm")]
    quarter: Quarter
    capex: MoneyPerQuarter
    cfo: CashFlow


class RevenueSegment(Row):
    """A segment of end-customer AI revenue: ``[[revenue.segment]]``."""

    name: Text
    run_rate_share: Share
    ceiling_share: Share

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of the pool sum to one."""
        for column in ("run_rate_share", "ceiling_share"):
            yield from sums_to_one(rows, column, "")


class NeocloudFirm(Row):
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


class HoldcoNote(Row):
    """A bullet of a holding company, a note or a convert: ``[[neoclouds.note]]``."""

    key: ClassVar[tuple[str, ...]] = ("firm", "quarter_due")

    firm: Annotated[Text, Names("neoclouds.firm")]
    quarter_due: Quarters
    amount: Money
    kind: Literal["note", "convert"]


class Facility(Row):
    """A financed fleet with its contract and its debt: ``[[neoclouds.facility]]``."""

    name: Text
    firm: Annotated[Text, Names("neoclouds.firm")]
    generation: Annotated[Text, Names("gpu.generation")]
    gpus: Annotated[float, Field(gt=0), In("GPU k")]
    price: HourlyPrice
    payer: Literal["ig", "lab", "ig_on_lab", "neocloud", "other"]
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
    kind: Literal["gpu", "data_center"]
    instrument: Literal["ddtl", "vendor", "notes", "dc_loan"]
    lender: Note
    tenant: Note = ""
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


class CreditSegment(Row):
    """A pool of private credit: ``[[credit.segment]]``."""

    name: Text
    exposure: Money
    growth: Annotated[float, In("1/y")]
    demand_weight: Ratio
    lab_weight: Ratio
    interest_cover: Annotated[float, Field(ge=0), In("multiple")]
    pays_in_kind: Share
    lgd_shift: Annotated[float, Field(ge=-1, le=1), In("fraction")]


class CreditRating(Row):
    """A rating's part of a pool of private credit, best rating first: ``[[credit.rating]]``."""

    key: ClassVar[tuple[str, ...]] = ("segment", "rating")

    segment: Annotated[Text, Names("credit.segment")]
    rating: Text
    share: Share
    pd_multiple: Annotated[float, Field(gt=0), In("multiple")]

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Shares of a segment sum to one, and a row's default probability is above that of the row before."""
        yield from sums_to_one(rows, "share", "segment")
        for i, (better, worse) in enumerate(pairwise(rows), start=1):
            if better.segment == worse.segment and worse.pd_multiple <= better.pd_multiple:
                reason = f"pd_multiple = {worse.pd_multiple:g} of '{worse.rating}' is not above that of "
                yield i, "pd_multiple", "A011", reason + f"'{better.rating}', the better rating before it"


class CreditMaturity(Row):
    """What falls due in a year, of the base date's year what is left of it: ``[[credit.maturity]]``."""

    key: ClassVar[tuple[str, ...]] = ("segment", "year")

    segment: Annotated[Text, Names("credit.segment")]
    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: Money


class CreditHolder(Row):
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


TABLES: Mapping[str, type[Row]] = {
    "gpu.generation": Generation,
    "capex.firm": CapexFirm,
    "capex.actual": CapexActual,
    "revenue.segment": RevenueSegment,
    "neoclouds.firm": NeocloudFirm,
    "neoclouds.note": HoldcoNote,
    "neoclouds.facility": Facility,
    "credit.segment": CreditSegment,
    "credit.rating": CreditRating,
    "credit.maturity": CreditMaturity,
    "credit.holder": CreditHolder,
    "credit.holding": CreditHolding,
    "credit.owner": CreditOwner,
    "credit.creditor": CreditCreditor,
}
