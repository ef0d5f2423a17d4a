"""Sign-off of a run: who looked at which numbers, kept beside it and no part of its identity.

    runs/<id>/signatures.json

Each signature holds the run's id and the fingerprint of all its numbers, and the file a checksum of itself: a
run whose numbers are others, or a record that was edited, is not signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from risk.errors import StorageError, UsageError
from risk.runs.files import publish_json, read_json
from risk.runs.lock import hold
from risk.runs.manifest import timestamp
from risk.runs.run import Run
from risk.runs.store import Store

FILE = "signatures.json"
LONGEST = {"name": 80, "role": 80, "note": 500}
"""Characters of each at most."""


@dataclass(frozen=True)
class Signature:
    """One sign-off.

    Attributes
    ----------
    run, result : id of the run, and the fingerprint of all its numbers.
    by, role, note : who, as what, and what he or she had to say.
    date : when: ISO 8601, UTC.
    """

    run: str
    result: str
    by: str
    role: str
    note: str
    date: str


def sign(run: Run, by: str, role: str, note: str = "") -> Signature:
    """Sign a run, all of whose numbers are read and verified first; whole or not at all.

    Raises
    ------
    UsageError : a name or role is empty, too long or holds what cannot be printed, or has signed already.
    StorageError : the run is damaged, its record was edited, or the folder cannot be written.
    LockedError : another process writes in the run's folder.
    """
    words = {"name": by, "role": role, "note": note}
    by, role, note = (_clean(what, text) for what, text in words.items())
    run.verify()
    with hold(run.directory, "sign"):
        earlier = signatures(run)
        for other in earlier:
            if (other.by.casefold(), other.role.casefold()) == (by.casefold(), role.casefold()):
                raise UsageError(
                    f"{other.by}, {other.role}, signed run {run.id} on {other.date[:10]} already",
                    "a signature is given once; sign a newer run, or in another role",
                )
        found = Signature(run.id, run.manifest.result, by, role, note, timestamp())
        content = {"run": run.id, "signatures": [asdict(each) for each in (*earlier, found)]}
        publish_json(run.directory / FILE, content)
    return found


def signatures(run: Run) -> tuple[Signature, ...]:
    """Signatures of a run, the first first.

    Raises
    ------
    StorageError : the record was edited, or is of other numbers than the run has.
    """
    path = run.directory / FILE
    if not path.exists():
        return ()
    try:
        content = read_json(path)
        found = tuple(Signature(**each) for each in content["signatures"])
    except (StorageError, KeyError, TypeError) as error:
        raise _void(path, "was edited or damaged since it was signed") from error
    if any((each.run, each.result) != (run.id, run.manifest.result) for each in found):
        raise _void(path, "is of other numbers than the run has")
    return found


def _void(path: Path, why: str) -> StorageError:
    return StorageError(f"{path} {why}: nobody has signed this run", f"remove {path} and sign the run again")


def signed(directory: Path) -> str:
    """What a list of runs tells: the last to sign and how many more, ALTERED, or nothing."""
    from risk.runs.manifest import read_manifest

    if not (directory / FILE).exists():
        return ""
    try:
        found = signatures(Run(Store(directory), read_manifest(directory / "manifest.json")))
    except StorageError:
        return "ALTERED"
    return in_words(found)


def in_words(found: Sequence[Signature]) -> str:
    """The last to sign, and how many more; empty where nobody has."""
    if not found:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[-1].by}, {found[-1].role}, {found[-1].date[:10]}{more}"


def last_signed(scenario: str, root: Path, but: str = "") -> tuple[Run, Signature] | None:
    """The run of a scenario that was signed last, and its signature; None where none is.

    Parameters
    ----------
    but : id of a run that does not count.
    """
    from risk.runs.manifest import read_manifest

    newest: tuple[Run, Signature] | None = None
    for record in sorted(root.glob(f"*/{FILE}")):
        try:
            run = Run(Store(record.parent), read_manifest(record.with_name("manifest.json")))
            found = signatures(run) if run.manifest.scenario == scenario and run.id != but else ()
        except StorageError:
            continue  # the list of runs tells that it is altered
        if found and (newest is None or found[-1].date > newest[1].date):
            newest = run, found[-1]
    return newest


def _clean(what: str, text: str) -> str:
    """A text without blanks at its ends; UsageError where nobody could read it."""
    text = text.strip()
    if not text and what != "note":
        raise UsageError(f"the {what} is empty: nobody would have signed", "--by NAME --role ROLE")
    if len(text) > LONGEST[what]:
        raise UsageError(f"the {what} has {len(text)} characters; {LONGEST[what]} are the most")
    if not text.isprintable():
        raise UsageError(f"the {what} holds characters that cannot be printed", "write it on one line")
    return text
