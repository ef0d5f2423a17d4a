"""One row a holder under plain headers: the Excel table of the cascade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from risk.report.pack.base.cells import linked
from risk.report.pack.base.names import HOLDERS, words
from risk.report.pack.credit.losses import TOTAL
from risk.report.table import Column, Content, Table

TABLE, NAME = "cascade", "tblCascade"
STAGES: Mapping[str, tuple[str, str]] = {
    "losses-holder": ("booked", "Booked as holder of record"),
    "losses-ultimate": ("borne", "Borne as ultimate owner"),
    "marks-holder": ("marked", "Marked down (second round)"),
    "sold-holder": ("sold", "Sold under pressure"),
}
"""Tables that the columns show → key and header."""


def table(tables: Sequence[Table]) -> Table:
    """Every holder and owner with its sums over all years, linked to those of `tables`."""
    shown = {t.id: t for t in tables if t.id in STAGES}
    names = list(dict.fromkeys(name for t in shown.values() for name in t.row_ids if name in _holders(t)))
    columns = [Column("label", "Holder")]
    for key, header in STAGES.values():
        columns.append(Column(key, header, "usd_bn", "USD bn"))
        columns.append(Column(f"{key}_se", f"± {key}", "usd_error", style="note"))
    rows = []
    for name in names:
        cells: list[Content] = [words(name, HOLDERS)]
        for identifier in STAGES:
            found = shown[identifier]
            known = name in found.row_ids
            cells += [linked(found, key, name) if known else "–" for key in ("all", "all_se")]
        rows.append(tuple(cells))
    title = "Holders and owners in one plain table, all years, to filter and to calculate with (tblCascade)"
    note = (
        "Sums over the years of the tables above. Booked and borne are the same losses, before and after "
        "the look through vehicles to those who own and fund them; borne counts the cost of failed "
        "vehicles. Marks are never part of losses. – = no part of that stage."
    )
    return Table(TABLE, tuple(columns), tuple(rows), title, note, tuple(names), excel_name=NAME)


def _holders(found: Table) -> tuple[str, ...]:
    """Rows that are holders: no sum, no ratio."""
    return found.row_ids[: found.row_ids.index(TOTAL)]
