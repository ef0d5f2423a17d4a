"""Ballots as files: what is read, and what is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk.analysis.views import ballot
from risk.assumptions.problems import AssumptionErrors
from risk.errors import UsageError
from tests.analysis.views.planted import HEAD, file, written

PRICED = (
    'believe = "P(bust) = 50%"\nsource = "A paper"\nas_of = 2026-10-01\nreading = "855 bp"\nconversion = "so"'
)


def test_a_ballot_is_read_with_what_each_view_is_held_by(tmp_path: Path) -> None:
    head = f"{HEAD}confidence = 0.8\n"
    found = written(tmp_path, "P(bust) = 50%", 'believe = "bust < 0.7"\nconfidence = 0.5', PRICED, head=head)
    assert (found.name, found.head.member, len(found.views)) == ("ballot", "A member", 3)
    assert [found.confidence(view) for view in found.views] == [0.8, 0.5, 0.8]
    assert found.views[2].reading == "855 bp"
    assert found.line(1) == 10


@pytest.mark.parametrize(
    ("text", "code", "line", "reason"),
    [
        ("", "A004", 1, "[ballot] is missing"),
        (HEAD, "A004", 1, "there is no view"),
        (HEAD + "[view]\nbelieve = 'x'", "A005", 4, "must be a list of tables"),
        (HEAD + "[[view]]\nbeleive = 'bust > 0.5'", "A003", 5, "Did you mean 'believe'"),
        (HEAD + "[[view]]\nbelieve = 0.5", "A005", 5, "must be a text"),
        (HEAD + "[[view]]\nbelieve = ''", "A004", 5, "is empty"),
        (HEAD + "[[view]]\nbelieve = 'bust > 0.5'\nconfidence = 80", "A011", 6, "must be at most 1"),
        (HEAD + "[[view]]\nbelieve = 'bust > 0.5'\nconfidence = 0", "A011", 6, "must be above 0"),
        (
            HEAD + "[[view]]\nbelieve = 'bust > 0.5'\nreading = '855 bp'",
            "A004",
            6,
            "not source or as_of or conversion",
        ),
        (
            HEAD.replace("2026-10-20", "'soon'") + "[[view]]\nbelieve = 'bust > 0.5'",
            "A005",
            3,
            "must be a date",
        ),
        (HEAD + "votes = 2\n[[view]]\nbelieve = 'bust > 0.5'", "A003", 4, "unknown key 'votes'"),
        ("[ballots]\n" + HEAD + "[[view]]\nbelieve = 'bust > 0.5'", "A003", 1, "unknown key 'ballots'"),
        (HEAD + "[[view]]\nbelieve = 'bust > 0.5\n", "A002", 5, ""),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(
    tmp_path: Path, text: str, code: str, line: int, reason: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(AssumptionErrors) as error:
        ballot.read([path])
    found = error.value.problems[0]
    assert (found.code, found.line) == (code, line)
    assert reason in found.reason
    assert found.file.endswith("wrong.toml")


def test_everything_wrong_in_several_files_is_told_at_once(tmp_path: Path) -> None:
    sound = file(tmp_path, "bust > 0.5", name="sound")
    one = file(tmp_path, "believe = 1\nwhy = 2", name="one")
    absent = tmp_path / "absent.toml"
    with pytest.raises(AssumptionErrors) as error:
        ballot.read([sound, one, absent])
    assert [(Path(p.file).name, p.code) for p in error.value.problems] == [
        ("absent.toml", "A001"), ("one.toml", "A005"), ("one.toml", "A005"),
    ]  # fmt: skip


def test_more_views_than_anybody_holds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssumptionErrors, match="41 views; a ballot has at most 40"):
        written(tmp_path, *["bust > 0.5"] * 41)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    pair = [file(tmp_path, "bust > 0.5"), file(tmp_path / "other", "bust > 0.5")]
    with pytest.raises(UsageError, match="the same name"):
        ballot.read(pair)


def test_what_is_kept_as_text_is_the_same_ballot(tmp_path: Path) -> None:
    found = written(tmp_path, "P(bust) = 50%")
    (again,) = ballot.written([(found.name, "views/ballot.toml", found.document.text)])
    assert (again.name, again.head, again.views) == (found.name, found.head, found.views)
