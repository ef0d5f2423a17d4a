"""The register of assumptions: TOML files in, one frozen and validated `Assumptions` out.

This package is the only place that parses.
"""

from risk.assumptions.load import load
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.register import Assumptions
from risk.assumptions.schema import Change, Entry, Event, ScenarioInfo
from risk.assumptions.table import Table

__all__ = [
    "AssumptionErrors",
    "Assumptions",
    "Change",
    "Entry",
    "Event",
    "Problem",
    "ScenarioInfo",
    "Table",
    "load",
]
