"""The data dictionary of a run: every column of its files, made from the catalogue and the register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from risk.assumptions import Assumptions
from risk.catalogue import CATALOGUE, FAMILIES, PARTS
from risk.paths import FACILITY_SERIES, FIRM_SERIES, SERIES, Variable
from risk.report.spec import Spec, text
from risk.report.terminal.markdown import table
from risk.runs.legend import Legend, base
from risk.units import parse

HEADING = "## Data dictionary"
"""What is made from here to the end of the page."""


class Told(NamedTuple):
    """A column, in the base unit in which it is kept."""

    name: str
    unit: str
    label: str
    of: str = ""


PLAIN: Spec[Told] = Spec(
    (text("name", "Column"), text("unit", "Unit"), text("label", "Meaning")), id="dictionary"
)
GROUPED: Spec[Told] = Spec(
    (
        text("name", "Name"),
        text("of", "Behind the point"),
        text("unit", "Unit"),
        text("label", "Meaning"),
    ),
    id="dictionary-families",
)
SUMS: Spec[Told] = Spec(
    (
        text("name", "`quantity`"),
        text("of", "`entity`"),
        text("unit", "Unit"),
        text("label", "Meaning"),
    ),
    id="dictionary-sums",
)


def dictionary(register: Assumptions) -> str:
    """The dictionary in Markdown, from its heading on."""
    sums = [Told(q.name, _base(q.unit), q.label, q.of) for q in CATALOGUE.values() if q.kept == "sums"]
    families = [Told(f.name, _base(f.unit), f.label, f.of) for f in FAMILIES.values()]
    parts = (
        HEADING,
        _INTRODUCTION,
        "### `series/`: path × quarter",
        table(PLAIN.table(map(_told, SERIES))),
        "### `facility/`: path × quarter × facility, the first 20,480 paths",
        table(PLAIN.table(map(_told, FACILITY_SERIES))),
        "### `firm/`: path × quarter × company, the first 20,480 paths",
        table(PLAIN.table(map(_told, FIRM_SERIES))),
        "### `outcomes/`: one row a path",
        table(PLAIN.table(_declared(register))),
        _FAMILIES.format(", ".join(f"`_{part}` {words}" for part, words in PARTS.items())),
        table(GROUPED.table(families)),
        "### `parameters/`: one row a path",
        _PARAMETERS,
        "### `sums.parquet`: quantity × quarter × entity",
        _SUMS,
        table(SUMS.table(sums)),
    )
    return "\n\n".join(parts) + "\n"


def _declared(register: Assumptions) -> Iterator[Told]:
    return map(_told, Legend.of(register).declared.values())


def _told(variable: Variable) -> Told:
    return Told(variable.name, base(variable), variable.label)


def _base(unit: str) -> str:
    return parse(unit).base


_INTRODUCTION = """\
Made from the catalogue and the base register (`python -m risk.cli.dictionary docs/runs.md`); a test compares
both. Units are those of the files: base units, never millions or billions. `1` is a plain number or a share;
`USD/q` a flow a quarter, `USD/y` one at the rate of a year."""

_FAMILIES = """\
Further outcomes have one column a member, `claim.notes`, and some of them one for part of the run,
`claim_stress.notes`: {}."""

_PARAMETERS = """\
One column an uncertain assumption, named by its id (`gpu.launch_obsolescence`), a component of a vector by
its place (`gpu.delivery_weights[0]`), in the base unit of its entry. `bubblerisk assumptions show ID` says
what it is, the file's footer in which unit it stands."""

_SUMS = """\
Exact sums over all paths: column `sum` of the values, `square` of their squares. The mean is `sum / paths`,
its standard error the root of `(square / paths - mean²) / (paths - 1)`; the number of paths stands in
`manifest.json` (`specification.paths`)."""
