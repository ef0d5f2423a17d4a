"""Colors that color-blind readers tell apart (Okabe–Ito, ColorBrewer Blues); no red and green pairs."""

from __future__ import annotations

from collections.abc import Mapping

from risk.report.charts import Tone

NAVY, INK, SKY, PALE, LIMIT, DEEP = "0B2545", "08306B", "6BAED6", "C6DBEF", "9ECAE1", "3B5478"
VERMILLION, BLUE, GREEN, ORANGE, GREY = "D55E00", "0072B2", "009E73", "E69F00", "7F7F7F"
RULE, WASH, SHADE, INPUT, NOTE = "D9D9D9", "EAF1FA", "F2F2F2", "FFF9DB", "595959"
LINK, TYPED, CHANGED, OK, RED = "007A33", "0000FF", "FFE0B2", "00684D", "B00000"
HEAT = ("F7FBFF", "FDD0A2", "E6550D")
"""Low end, middle and high end of a heat map."""

TONES: Mapping[Tone, str] = {
    "main": INK,
    "prior": VERMILLION,
    "good": GREEN,
    "bad": VERMILLION,
    "deep": DEEP,
    "light": SKY,
    "soft": LIMIT,
    "grey": GREY,
    "orange": ORANGE,
    "blue": BLUE,
    "pale": PALE,
    "faint": SHADE,
    "sample": "BFBFBF",
}
"""Color of what a line or bar stands for."""
