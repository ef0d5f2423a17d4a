"""Tables on terminals of two widths, piped, without color, without Unicode."""

import re
import sys
from collections.abc import Callable

import pytest

from risk.cli import console
from risk.cli.console import Column, pairs, table
from risk.cli.options import Output

COLUMNS = (
    Column("id"),
    Column("value", "right"),
    Column("P5", "right", optional=1),
    Column("owner", optional=2),
    Column("why", flexible=True),
)
ROWS = [
    ("gpu.launch_obsolescence", "0.15", "0.0918", "Research", "A launch every year, and each tells."),
    ("capex.digestion_hazard_base", "123,456.789", "0.00264", "Research", "Short."),
]

Screen = Callable[..., str]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Screen:
    """Return a function that writes the table to a terminal of some width."""

    def write(width: int, output: Output = Output(), **variables: str) -> str:  # noqa: B008
        monkeypatch.setattr(console, "is_terminal", lambda stream: True)
        for name, value in {"COLUMNS": str(width), "TERM": "xterm-256color", **variables}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("FORCE_COLOR", "1")
        table(COLUMNS, ROWS, output)
        return capsys.readouterr().out

    return write


def visible(text: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(screen: Screen, width: int) -> None:
    lines = visible(screen(width))
    assert max(map(len, lines)) <= width
    assert "123,456.789" in "\n".join(lines)
    assert "…" not in "\n".join(lines)


def test_optional_columns_go_where_room_is_short(screen: Screen) -> None:
    assert "owner" in visible(screen(120))[0]
    assert "owner" not in visible(screen(72))[0]
    assert "P5" in visible(screen(72))[0]
    assert "P5" not in visible(screen(62))[0]


def test_a_table_that_is_too_wide_goes_on_below(screen: Screen) -> None:
    lines = visible(screen(45))
    assert max(map(len, lines)) <= 45
    assert [line.split()[0] for line in lines if line.startswith("id")] == ["id", "id"]


def test_color_can_be_left_out(screen: Screen) -> None:
    assert "\x1b" in screen(80)
    assert "\x1b" not in screen(80, Output(no_color=True))
    assert "\x1b" not in screen(80, NO_COLOR="1")


def test_boxes_need_unicode(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "─" in screen(80)
    monkeypatch.setattr(console, "unicode", lambda: False)
    assert screen(80, Output(no_color=True)).isascii()


def test_a_pipe_gets_plain_columns_that_are_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    table(COLUMNS, ROWS, Output())
    assert capsys.readouterr().out.splitlines() == [
        "id                                 value       P5  owner     why",
        "gpu.launch_obsolescence             0.15   0.0918  Research  A launch every year, and each tells.",
        "capex.digestion_hazard_base  123,456.789  0.00264  Research  Short.",
    ]


def test_plain_is_plain_on_a_terminal_too(screen: Screen) -> None:
    assert "\x1b" not in screen(80, Output(plain=True))


def test_what_a_file_says_is_never_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    table((Column("a"),), [("\x1b[31mred",)], Output())
    pairs([("b", "[bold]x[/bold]\x07")], Output())
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]x[/bold]" in shown


def test_no_word_of_a_message_is_broken_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "error: gpu.hardware_cost_decline is nan; a number must be finite (1e300 at most), it says"
    text = f"{reason}\n   = {'do this ' * 8}and that\n   |\n7 | {'value ' * 20}\n\x1b[31m"
    console.message(text)
    piped = capsys.readouterr().err
    assert piped.splitlines() == [*text.splitlines()[:-1], " [31m"]
    monkeypatch.setattr(console, "is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "60")
    console.message(text)
    lines = capsys.readouterr().err.splitlines()
    assert " ".join(" ".join(lines).split()) == " ".join(piped.split())
    assert [line for line in lines if len(line) > 60] == [f"7 | {'value ' * 20}"]
    assert lines[1].startswith("   finite (1e300")
    assert lines[3].startswith("     ")


def test_messages_do_not_mix_with_data(capsys: pytest.CaptureFixture[str]) -> None:
    console.message("note")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "note\n")
    assert sys.stdout is not sys.stderr
