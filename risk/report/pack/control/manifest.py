"""Manifest: what the run is, how to make it again, and what the scenario changes."""

from __future__ import annotations

from risk.report.form import Recipe
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.names import in_words
from risk.report.pack.base.results import Results
from risk.report.sheet import At, Band, Sheet
from risk.report.table import Cell, Column, Content, Table

NONE = "none given"

MAKING = ("Git commit", "Uncommitted changes", "bubblerisk", "Python", "pyarrow", "pydantic", "Platform",
          "Processor extensions", "Wall time, seconds", "Workers")  # fmt: skip
"""Lines of where and how a run was made: made again elsewhere it has others, and the same numbers."""


def sheet(results: Results, recipe: Recipe) -> Sheet:
    """Build the sheet; `recipe` is what the pack is made of beside the run."""
    return Sheet(
        "Manifest",
        "Manifest – what this run is, and how to make it again",
        subtitle(
            results,
            "the same specification gives the same numbers on any number of workers; equal library "
            "versions, platform and processor extensions give equal bits",
        ),
        "C",
        (
            Band((At(_facts(results, recipe), 1, 2), At(_switches(results), 4))),
            _changes(results),
        ),
        question="Which assumptions, seed, code and libraries stand behind these numbers?",
        grid=(38.0, 72.0, 3.0, 36.0, 38.0, 36.0),
    )


def commands(results: Results, recipe: Recipe) -> tuple[str, str]:
    """Shell commands that reproduce the run and its pack."""
    m = results.manifest
    run = f"bubblerisk run {m.scenario} --paths {m.paths} --seed {m.seed}"
    return run, f"bubblerisk pack {m.id}{recipe.options()}"


def _facts(results: Results, recipe: Recipe) -> Table:
    m = results.manifest
    environment, clock = m.environment, m.clock
    run, again = commands(results, recipe)
    libraries = environment.get("libraries", {})
    commit = str(environment.get("commit") or "not a git checkout")
    facts: dict[str, tuple[str, Content]] = {
        "run": ("Run id", m.id),
        "again": ("To make the run again", run),
        "pack": ("To write this pack again", again),
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
    columns = (Column("fact", "What"), Column("value", "Value", align="left"))
    return Table("manifest", columns, tuple(facts.values()), "", "", tuple(facts))


def _changes(results: Results) -> Table:
    """What the scenario sets differently from base."""
    columns = (
        Column("id", "Assumption"),
        Column("why", "Why"),
        Column("before", "Before", span=2),
        Column("after", "After"),
        Column("where", "Field, file and line"),
    )
    rows = change_rows(results)
    if not rows:
        rows = [("none", "The base register as it stands.", "", "", "")]
    return Table("changes", columns, tuple(rows), "What the scenario changes")


def change_rows(results: Results) -> list[tuple[str, str, str, str, str]]:
    """Assumption, why, before, after and where, one row a change; forced events stand with their quarters."""
    rows = []
    for c in results.register.changes:
        where = f"{c.field}, {c.file}:{c.line}"
        rows.append((c.id, c.why, in_words(c.before), in_words(c.after), where))
    for e in results.register.events:
        size = f"{e.size:g} {e.unit}, probability {e.probability:g}"
        quarters = f"{e.start} to {e.end}"
        rows.append((f"event: {e.variable}", e.why, quarters, size, f"{e.file}:{e.line}"))
    return rows


def _switches(results: Results) -> Table:
    columns = (Column("coupling", "Coupling"), Column("state", "State", span=2))
    states = results.register.switches
    rows = tuple(
        (name, "on" if on else "OFF: its input is the base median path") for name, on in states.items()
    )
    return Table("switches", columns, rows)
