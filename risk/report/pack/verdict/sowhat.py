"""What the numbers mean, in sentences made from them; no sentence holds a number of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risk.analysis.attribution import told
from risk.analysis.feedback import pathways_in_words
from risk.analysis.provenance import provenance
from risk.analysis.verdict import Claim
from risk.report import answer, views, watch
from risk.report.hindcast import failing, verdict
from risk.report.pack.base.cells import Tables, money, probability_text
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import TAIL, Results
from risk.report.table import Table

if TYPE_CHECKING:
    from risk.calibrate.hindcast.hindcast import Hindcast
    from risk.calibrate.targets import TargetResult

SHOWN_FACTS = 3
BREAKS = {
    "B2": "capex falls from its peak",
    "B4": "GPU rent collapses",
    "B5i": "neocloud compute defaults",
    "B7": "GPU-backed and HoldCo paper loses",
}
"""What may break, of which a bust needs several beside B1, in words for a list of dates."""


def lead(results: Results) -> str:
    """The answer in two sentences."""
    return " ".join(answer.sentences(results.answer, results.verdict))


RANGES = (
    "Inputs: over what we do not know (5 to 95% of the draws of all uncertain inputs). Definition, "
    "scenario: over other definitions of a bust, those of earlier versions in, and over the shipped "
    "scenarios. Loss: of AI infrastructure, a mean on the paths of the class; a year: over par owed. "
    "Sampling errors stand on Metrics."
)


def beliefs(results: Results) -> tuple[str, ...]:
    """What one would have to believe for the verdict to change; nothing where it cannot be said."""
    found = results.views
    said = [views.believed(each) for each in found[0].beliefs if each.nearest] if found else []
    return tuple(text if i == 0 else text.partition(". ")[2] for i, text in enumerate(said))


def changed(results: Results) -> tuple[str, ...]:
    """How the verdict moved since the run before."""
    if results.prior is None:
        return ()
    before, now = results.prior.verdict.outcome("bust"), results.verdict.outcome("bust")
    if results.before("bust") is None:
        return (results.apart,)
    name = results.prior.run.id[:8]
    return (
        f"Since run {name} a bust moved from {probability_text(before.probability)} to "
        f"{probability_text(now.probability)}; the sheet Changes says by what.",
    )


def bullets(results: Results, tables: Tables) -> tuple[str, ...]:
    """So what."""
    found = results.feedback
    told = _loss(results), _first_to_break(results), _driver(results), _tail(tables["tail"])
    return (*told, pathways_in_words(found)) if found else told


def _loss(results: Results) -> str:
    first, *beside = results.lines
    middle, shortfall = first.loss.quantiles[4].value, first.loss.shortfall[1].value
    times = f", {shortfall / middle:.1f} times that" if middle >= 1.0 else ""
    rest = "; ".join(f"{line.label} {money(line.loss.shortfall[1].value)}" for line in beside)
    return (
        f"Half the paths cost lenders to {first.label} less than {money(middle)}, the worst 2.5% "
        f"{money(shortfall)} on average{times}. Beside it the worst 2.5% are {rest}."
    )


def _first_to_break(results: Results) -> str:
    """What may break, by the median date of each."""
    dated = [c for c in results.verdict.claims if c.id in BREAKS and c.timing and c.probability]
    if not dated:
        return f"None of {', '.join(BREAKS)} comes on any path."
    first = sorted(dated, key=lambda c: c.timing.median if c.timing else "")
    return f"Median dates, each over its own paths: {'; '.join(_dated(c) for c in first)}."


def _dated(claim: Claim) -> str:
    assert claim.probability is not None
    assert claim.timing is not None
    return f"{BREAKS[claim.id]} ({claim.id}, {probability_text(claim.probability)}, {claim.timing.median})"


def _driver(results: Results) -> str:
    """The assumption to look at first."""
    clear = [d for d in results.drivers if d.clear]
    if not told(results.drivers):
        return f"{results.run.paths:,} paths are too few to tell which assumptions move the tail."
    if not clear:
        return "No single assumption moves the tail beyond Monte Carlo noise at this number of paths."
    top = clear[0]
    ends = " and ".join(
        f"{money(abs(e.value))} {'higher' if e.value > 0 else 'lower'} in its {which} tenth"
        for e, which in ((top.low, "lowest"), (top.high, "highest"))
    )
    grade = _grade(results, top.id)
    others = ", ".join(assumption(d.id) for d in clear[1:3])
    rest = f" Next: {others}." if others else ""
    return f"Look first at {assumption(top.id)}{grade}: the worst 2.5% of losses is {ends}.{rest}"


def _grade(results: Results, identifier: str) -> str:
    entry = results.register.entries.get(identifier.partition("[")[0])
    return f" (grade: {entry.grade})" if entry else ""


def _tail(facts: Table) -> str:
    """The most unusual facts of the worst paths."""
    worst, everywhere, unit = (facts.index(key) for key in ("tail", "all", "unit"))
    told = []
    for row in range(min(SHOWN_FACTS, len(facts.rows))):
        scale = facts.text(row, unit)
        suffix = "" if scale in ("fraction", "paths") else f" {scale}"
        told.append(
            f"{facts.text(row, 0)} {facts.text(row, worst)} instead of {facts.text(row, everywhere)}{suffix}"
        )
    return f"In the worst {TAIL:.0%} of paths, on average: {'; '.join(told)}."


def care(results: Results) -> str:
    """How far to trust it: evidence, stylised rows, age, noise, and what the model leaves out."""
    known = provenance(results.register, results.as_of)
    text = (
        f"Read with care: a scenario tool, not a forecast; {known.words}{_inputs(results)}; when = the "
        "median quarter over the paths on which it comes."
    )
    return " ".join(filter(None, (text, limits(results), results.apart)))


def _inputs(results: Results) -> str:
    """What stands for ignorance of inputs, or that nothing does."""
    if results.verdict.ranged:
        return "; over inputs = 5% to 95% of their draws"
    return "; ranges over inputs were not measured (run it with --band)"


def outside(target: TargetResult) -> bool:
    """Whether the model lies outside what it should hit or is printed beside, by however little."""
    return target.status in ("met", "informational") and target.inside is False


def limits(results: Results) -> str:
    """What the register itself declares as missing."""
    claims = [f"{c.id} ({c.label.lower()})" for c in results.verdict.claims if c.probability is None]
    pending = [*claims, *_declared(results, "pending")]
    return f"Not in the model yet: {', '.join(pending)}." if pending else ""


def _declared(results: Results, status: str) -> list[str]:
    """Ids of the targets that the register declares so."""
    return [target.id for target in results.register.targets.values() if target.status == status]


def alerts(results: Results) -> tuple[str, ...]:
    """Why the pack is a draft, what lies outside its bounds, which hindcasts fail: red until it is mended."""
    missed = watch.misses(results.watch.update) if results.watch else ()
    return tuple(filter(None, (results.draft, *missed, _missed(results), _failed(results.hindcast))))


def _missed(results: Results) -> str:
    """Calibration targets that the model does not hit, those first that do not declare it."""
    told = {
        "outside their bounds": [target.id for target in results.targets if outside(target)],
        "declared missed, with the reason": _declared(results, "missed"),
    }
    said = [f"{what}: {', '.join(which)}" for what, which in told.items() if which]
    return f"Calibration targets {'; '.join(said)}." if said else ""


def _failed(past: Hindcast | None) -> str:
    """What the model got wrong of its own past, or that nobody has looked."""
    if past is None:
        return "No hindcast is kept here: nobody has looked at the model's own past (bubblerisk hindcast)."
    return "" if past.kept and not failing(past) else f"{verdict(past)} {failing(past)}".strip()
