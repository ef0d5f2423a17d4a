"""Manifest: what the run is, how to make it again, and what the scenario changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from risk.analysis.identities import TOLERANCE, identities
from risk.report import spec
from risk.report.content import Cell, Content, Formula
from risk.report.guards import Condition
from risk.report.pack.base.cells import Tables, subtitle
from risk.report.pack.base.names import in_words
from risk.report.pack.base.results import Results
from risk.report.sheet import At, Sheet, Strip
from risk.report.spec import Spec
from risk.report.table import Column, Table

NONE = "none given"

MAKING = ("Git commit", "Uncommitted changes", "bubblerisk", "Python", "pyarrow", "pydantic", "Platform",
          "Processor extensions", "Wall time, seconds", "Workers")  # fmt: skip
"""Lines of where and how a run was made: made again elsewhere it has others, and the same numbers."""

WIDEST_ERROR = 0.01
"""Standard error of the probability of a bust that a decision can be based on."""

MAIN = ("{metrics.mean}", "{metrics.es99}", "{claims.p}", "{losses-holder.all}", "{facilities.cash}")
"""Columns in which a formula error would be seen first."""


class Change(NamedTuple):
    """One change of a scenario: the assumption, why, what it was, is, and where that stands."""

    id: str
    why: str
    before: str
    after: str
    where: str


CHANGES: Spec[Change] = Spec(
    (
        spec.text("id", "Assumption"),
        spec.text("why", "Why"),
        spec.text("before", "Before", span=2),
        spec.text("after", "After"),
        spec.text("where", "Field, file and line"),
    ),
    id="changes",
    title="What the scenario changes",
)
UNCHANGED = Change("none", "The base register as it stands.", "", "", "")


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Manifest",
        "Manifest – what this run is, and how to make it again",
        subtitle(
            results,
            "the same specification gives the same numbers on any number of workers; equal library "
            "versions, platform and processor extensions give equal bits",
        ),
        "C",
        screen=(
            Strip((At(_facts(results), 1, 2), At(_switches(results), 4))),
            CHANGES.table(change_rows(results) or [UNCHANGED]),
        ),
        question="Which assumptions, seed, code and libraries stand behind these numbers?",
        grid=(38.0, 72.0, 3.0, 36.0, 38.0, 36.0),
    )


def _facts(results: Results) -> Table:
    m, recipe = results.manifest, results.recipe
    environment, clock = m.environment, m.clock
    libraries = environment.get("libraries", {})
    commit = str(environment.get("commit") or "not a git checkout")
    facts: dict[str, tuple[str, Content]] = {
        "run": ("Run id", m.id),
        "again": ("To make the run again", f"bubblerisk run {m.scenario} --paths {m.paths} --seed {m.seed}"),
        "pack": ("To write this pack again", f"bubblerisk pack {m.id}{recipe.options()}"),
        "scenario": ("Scenario", f"{m.scenario}: {m.title}"),
        "seed": ("Seed", Cell(m.seed, "general")),
        "rng": ("Random numbers", f"{environment.get('random_generator', '')}; streams by name and block"),
        "paths": ("Paths", Cell(m.paths, "count")),
        "horizon": ("Horizon", f"{m.quarters} quarters from {results.labels[0]} to {results.labels[-1]}"),
        "blocks": ("Random blocks", Cell(len(m.blocks), "count")),
        "assumptions": ("Assumptions, digest of the numbers", m.specification.assumptions),
        "register": ("Assumptions, digest of the register", m.assumptions),
        "source": ("Source code, digest from axes to engine", m.specification.source),
        "result": ("Result, digest of all numbers", m.result),
        "propositions": ("Propositions, version", results.verdict.version),
        "prior": ("Prior run", recipe.prior or NONE),
        "beside": ("Runs beside", " ".join(recipe.beside) or NONE),
        "commit": ("Git commit", commit),
        "dirty": ("Uncommitted changes", "yes" if environment.get("dirty") else "no"),
        "version": ("bubblerisk", str(environment.get("bubblerisk", ""))),
        "python": ("Python", str(environment.get("python", ""))),
        **{f"library_{name}": (name, str(version)) for name, version in libraries.items()},
        "platform": (
            "Platform",
            " ".join(str(environment.get(k, "")) for k in ("system", "machine", "c_library")),
        ),
        "simd": ("Processor extensions", " ".join(environment.get("simd", []))),
        "finished": ("Finished", str(clock.get("finished", ""))),
        "seconds": ("Wall time, seconds", Cell(float(clock.get("seconds", 0.0)), "years")),
        "jobs": ("Workers", Cell(int(clock.get("jobs", 0)), "count")),
    }
    if recipe.form.mask:
        facts["mask"] = ("Companies", str(results.register.letters))
    columns = (Column("fact", "What"), Column("value", "Value", align="left"))
    return Table("manifest", columns, tuple(facts.values()), "", "", tuple(facts))


def _switches(results: Results) -> Table:
    columns = (Column("coupling", "Coupling"), Column("state", "State", span=2))
    states = results.register.switches
    rows = tuple(
        (name, "on" if on else "OFF: its input is the base median path") for name, on in states.items()
    )
    return Table("switches", columns, rows)


def change_rows(results: Results) -> list[Change]:
    """What the scenario sets differently from base; forced events stand with their quarters."""
    rows = []
    for c in results.register.changes:
        where = f"{c.field}, {c.file}:{c.line}"
        rows.append(Change(c.id, c.why, in_words(c.before), in_words(c.after), where))
    for e in results.register.events:
        size = f"{e.size:g} {e.unit}, probability {e.probability:g}"
        where, when = f"{e.file}:{e.line}", f"{e.start} to {e.end}"
        rows.append(Change(f"event: {e.variable}", e.why, when, size, where))
    return rows


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The run is large enough, complete, and its identities hold."""
    error = t.at("classes", "se", "bust")
    yield Condition("Standard error of P(bust)", error, WIDEST_ERROR, 0.0, "small enough to decide on", "≤")
    paths, seed = results.run.paths, results.manifest.seed
    both = Formula(f"N_Paths+ABS(Seed-{float(seed)!r})", t.number("manifest", "value", "paths"))
    yield Condition("N_Paths and Seed are the run's", both, paths, 0.0, "names v. run record")
    blocks, needed = (
        t.at("manifest", "value", "blocks"),
        Formula("ROUNDUP(N_Paths/1024,0)", -(-paths // 1024)),
    )
    yield Condition("Random blocks of the run", blocks, needed, 0.0, "1,024 paths a block")
    # One error makes the sum of its column one; ISERROR of a whole column is not an array in every program.
    errors = Formula("+".join(f'ISERROR(SUMPRODUCT(--({column}="")))' for column in MAIN), 0)
    how = "Metrics, PrivateCredit, Neoclouds"
    yield Condition("Main columns with a formula error", errors, 0, 0.0, how)
    checked = "every path" if results.run.checked == paths else f"{results.run.checked:,} paths"
    for identity in identities(results.run):
        text = f"Identity: {identity.name}"
        yield Condition(text, identity.error, 0, TOLERANCE, f"engine, {checked}, every quarter")
