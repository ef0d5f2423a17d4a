"""Commands that read a stored run: `show`, `tail`, `drivers`, `compare`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from risk.cli.options import COMMON, Common, whole
from risk.cli.run import NEXT, write_verdict
from risk.cli.screens import give
from risk.cli.simulation import Jobs, Stored, desk, result
from risk.door.variants import PATHS
from risk.errors import UsageError

Outcome = Annotated[
    str | None,
    Parameter(help="A result: headline_loss, bust, B4, hy_spread@2028Q4, or a condition in quotes."),
]
When = Annotated[
    str | None,
    Parameter(help="Only paths that meet a condition, e.g. 'h100_contract@2028Q4 < 1.0 and not B4'."),
]


def show(
    run: Stored,
    metric: Annotated[
        str | None,
        Parameter(help="An outcome (headline_loss, bust), proposition (B4) or series (h100_spot)."),
    ] = None,
    /,
    *,
    common: Common = COMMON,
) -> None:
    """Show the verdict of a stored run, or one metric in full."""
    found = result(run, common)
    if metric is None:
        write_verdict(found, common, *NEXT)
    else:
        give(found.show(metric), common.output)


def tail(
    run: Stored,
    /,
    *,
    share: Annotated[str, Parameter(help="Share of the worst paths: 5% or 0.05.")] = "5%",
    outcome: Annotated[
        str, Parameter(help="What they are the worst by: an outcome, or a series such as hy_spread@2028Q4.")
    ] = "headline_loss",
    when: When = None,
    lowest: Annotated[bool, Parameter(help="The lowest are the worst.")] = False,
    common: Common = COMMON,
) -> None:
    """Explain the worst paths of a stored run: drivers, lift of propositions, the worst by id."""
    wanted = fraction(share)
    found = result(run, common)
    told = found.tail(wanted, outcome, when or "", lowest=lowest)
    hints = common.folder.commands(found.id, f"path RUN {told.found.result.worst[0].path}", "show RUN")
    give(told, common.output, hints)


def fraction(text: str) -> float:
    """A share written as 5% or 0.05.

    Raises
    ------
    UsageError : it is neither, or not between 0 and 1.
    """
    percent = text.strip().endswith("%")
    try:
        value = float(text.strip().removesuffix("%")) / (100.0 if percent else 1.0)
    except ValueError:
        value = -1.0
    if not 0.0 < value < 1.0:
        raise UsageError(f"'{text}' is not a share of paths", "write 5% or 0.05")
    return value


def drivers(
    run: Stored,
    /,
    *,
    top: Annotated[
        int | None,
        whole("How many; 15 on a screen and all in JSON by default."),
    ] = None,
    outcome: Outcome = None,
    when: When = None,
    feature: Annotated[
        list[str] | None,
        Parameter(help="With --outcome: what else may explain it, e.g. hy_spread@2027Q4; may be repeated."),
    ] = None,
    common: Common = COMMON,
) -> None:
    """Rank the uncertain assumptions of a stored run by how far they move the tail of the loss.

    With --outcome or --when: what every input explains of any result, alone and beyond all others.
    """
    found = result(run, common)
    if outcome or when or feature:
        told = found.explain(outcome or "headline_loss", when or "", features=feature or (), top=top)
        give(told, common.output, common.folder.commands(found.id, "budget RUN", "tail RUN"))
        return
    told = found.drivers(top)
    first = told.found.result.found[0].driver.id
    hints = common.folder.commands(found.id, f"assumptions show {first}", "tail RUN")
    give(told, common.output, hints)


def compare(
    run_a: Stored,
    run_b: Stored,
    /,
    *,
    outcome: Outcome = None,
    when: When = None,
    markdown: Annotated[bool, Parameter(name="--md", help="Write Markdown tables, for a memo.")] = False,
    bridge: Annotated[bool, Parameter(help="What each input brings; simulates what lies between.")] = False,
    by: Annotated[
        Literal["section", "owner"], Parameter(help="Groups of inputs whose shares a bridge tells.")
    ] = "section",
    paths: Annotated[
        int,
        whole("Of each run of a bridge, at most.", "--paths", "-n"),
    ] = PATHS,
    jobs: Jobs = None,
    common: Common = COMMON,
) -> None:
    """Compare two stored runs: changed assumptions, and changed results against noise; or a bridge."""
    if bridge:
        from risk.door import calls

        if outcome or when or markdown:
            reason = "a bridge is of the verdict and the headline loss, on the screen or as JSON"
            raise UsageError(reason, "leave out --outcome, --when and --md")

        found = calls.open(run_b, desk=desk(common, jobs))
        give(found.bridge(run_a, by=by, paths=paths), common.output, markdown=markdown)
        return
    told = result(run_b, common).compare(run_a, outcome or "", when or "")
    give(told, common.output, markdown=markdown)
