"""Groups of uncertain inputs: `assumptions/groups.toml`, no part of any run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Record, Text
from risk.assumptions.validation import Site, validate
from risk.errors import suggestion

FILE = "groups.toml"


class Group(Record):
    """A group as written: what it is called, and whom it has, a star for any letters."""

    label: Text
    members: tuple[Text, ...]


@dataclass(frozen=True)
class Members:
    """A group and the uncertain inputs in it."""

    label: str
    ids: tuple[str, ...]


def read(folder: Path, uncertain: Iterable[str]) -> dict[str, Members]:
    """Read the file in a register's folder: name → group.

    Parameters
    ----------
    uncertain : ids of entries with a prior, each of which has to be in exactly one group.

    Raises
    ------
    AssumptionErrors : everything that is wrong, by line.
    """
    ids = tuple(uncertain)
    document, problems = parsed(folder / FILE)
    found: dict[str, Members] = {}
    owner: dict[str, str] = {}
    for name, raw in document.data.items():
        site = Site(document, (name,))
        table = {**raw, "members": tuple(raw["members"])} if _listed(raw) else raw
        group, refused = validate(Group, table if isinstance(table, dict) else {}, site)
        problems += refused
        if group is not None:
            own = {id: k for k, word in enumerate(group.members) for id in ids if fnmatchcase(id, word)}
            problems += _members(site, name, group, own, owner, ids)
            owner.update(dict.fromkeys(own, name))
            found[name] = Members(group.label, tuple(id for id in ids if id in own))
    if not problems:
        problems += _left(document, [id for id in ids if id not in owner])
    if problems:
        raise AssumptionErrors(problems, len(document.data))
    return found


def _listed(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("members"), list)


def _members(
    site: Site,
    name: str,
    group: Group,
    own: Mapping[str, int],
    owner: Mapping[str, str],
    ids: tuple[str, ...],
) -> Iterator[Problem]:
    """What is wrong with whom a group names."""
    for k, word in enumerate(group.members):
        if not any(fnmatchcase(id, word) for id in ids):
            meant = suggestion(word, ids)
            hint = f"did you mean '{meant}'?" if meant else "see: bubblerisk assumptions list --uncertain"
            yield site.problem("A018", ("members", k), f"no uncertain input is called '{word}'", hint)
    for id, k in own.items():
        if id in owner:
            reason = f"'{id}' is in [{owner[id]}] already"
            yield site.problem(
                "A019", ("members", k), reason, f"leave it out of [{owner[id]}] or of [{name}]"
            )


def _left(document: Document, ids: list[str]) -> Iterator[Problem]:
    """Inputs that no group has."""
    for id in ids:
        yield document.problem("A018", (), f"'{id}' is uncertain and in no group", "name it in one of them")
