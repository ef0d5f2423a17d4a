from __future__ import annotations

from datetime import date

import pytest

from risk.report.formats import FORMATS, named, show, supported


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (1234.56, "usd_bn", "1,234.6"),
        (-1234.56, "usd_bn", "-1,234.6"),
        (0.0, "usd_bn", "–"),
        (0.623, "probability", "62%"),
        (0.0823, "probability", "8.2%"),
        (0.0004, "probability", "<0.1%"),
        (0.0021, "standard_error", "±0.2%"),
        (0.04, "change", "+4%"),
        (-0.02, "change", "-2%"),
        (525.4, "bp", "525 bp"),
        (1.25, "multiple", "1.3x"),
        (-0.2, "count", "0"),
        (-0.04, "usd_bn", "0.0"),
        (-0.0004, "change.1", "0.0%"),
        (0.0004, "change.1", "0.0%"),
        (-0.0004, "rate", "0.0%"),
        (-0.04, "usd_change", "0.0"),
        (2.345, "price", "2.35"),
        (2032, "year", "2032"),
        (1e-9, "tolerance", "1.0E-09"),
        (date(2026, 6, 30), "date", "2026-06-30"),
        ("n/a", "usd_bn", "n/a"),
        (None, "usd_bn", ""),
    ],
)
def test_printed_text(value: float, name: str, text: str) -> None:
    assert show(value, name) == text


def test_decimals_of_a_variant() -> None:
    assert show(1234.567, "usd_bn.0") == "1,235"
    assert named("rate.2").excel == "0.00%" or named("rate.2").excel == "#,##0.00%"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="in words"):
        show(value, "usd_bn")


def test_unknown_format_names_the_known() -> None:
    with pytest.raises(KeyError, match="usd_bn"):
        named("dollars")


@pytest.mark.parametrize(
    ("name", "error", "expected"),
    [
        ("usd_bn", 0.03, "usd_bn.1"),
        ("usd_bn", 2.1, "usd_bn.0"),
        ("rate", 0.002, "rate.1"),
        ("rate", 0.02, "rate.0"),
        ("rate", 0.0, "rate"),
        ("probability", 0.2, "probability"),
    ],
)
def test_no_more_digits_than_the_error_supports(name: str, error: float, expected: str) -> None:
    assert supported(name, error) == expected


def test_excel_strings_differ_only_where_meant() -> None:
    assert named("usd_bn").excel == '#,##0.0;[Red]-#,##0.0;"–"'
    assert named("bp").excel == '#,##0" bp"'
    assert named("change").excel == "+#,##0%;-#,##0%;#,##0%"
    assert all(form.excel for form in FORMATS.values())
