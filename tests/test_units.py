import pytest

from risk.errors import AssumptionError
from risk.paths import EVENT_VARIABLES, FACILITY_SERIES, SERIES
from risk.units import ATOMS, COMMON, SCALE, parse, scale


@pytest.mark.parametrize(
    ("unit", "factor", "base"),
    [
        ("1", 1, "1"),
        ("fraction", 1, "1"),
        ("%", 0.01, "1"),
        ("bp", 1e-4, "1"),
        ("USD bn", 1e9, "USD"),
        ("USD bn/q", 1e9, "USD/q"),
        ("USD bn/y", 1e9, "USD/y"),
        ("USD/h", 1, "USD/h"),
        ("USD k/GPU", 1e3, "USD/GPU"),
        ("USD bn/GW", 1, "USD/W"),
        ("USD/kWh", 1e-3, "USD/Wh"),
        ("GW/y", 1e9, "W/y"),
        ("kW", 1e3, "W"),
        ("GPU k", 1e3, "GPU"),
        ("H100e M", 1e6, "H100e"),
        ("TB/s", 1e12, "B/s"),
        ("1/q per 100 bp", 100, "1/q"),
        ("bp per 10 USD bn", 1e-14, "1 per USD"),
        ("1/q", 1, "1/q"),
        ("quarter", 1, "quarter"),
    ],
)
def test_units_scale_to_base_units(unit: str, factor: float, base: str) -> None:
    assert parse(unit).scale == pytest.approx(factor, rel=1e-15)
    assert parse(unit).base == base
    assert SCALE[unit] == scale(unit)


def test_common_units_are_units() -> None:
    assert all(unit in SCALE for unit in (*COMMON, *ATOMS))
    assert list(SCALE) == list(COMMON)
    assert len(SCALE) == len(COMMON)


def test_recorded_variables_have_known_units() -> None:
    units = [*(variable.unit for variable in (*SERIES, *FACILITY_SERIES)), *EVENT_VARIABLES.values()]
    assert all(unit in SCALE for unit in units)


@pytest.mark.parametrize(
    "unit", ["", "USDbn", "USD  bn", "GW per", "1/q per 0 bp", "bp per 1e3 USD", "/q", "q/"]
)
def test_anything_else_is_refused_with_the_known_ones(unit: str) -> None:
    assert unit not in SCALE
    with pytest.raises(AssumptionError, match="known units: 1, fraction"):
        scale(unit)


def test_a_near_miss_is_named() -> None:
    with pytest.raises(AssumptionError, match="Did you mean 'USD bn'"):
        scale("USDbn")
