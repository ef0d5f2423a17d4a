"""Cases: another bust, described from what was known before it, as data laid over the register.

The numbers a case gives stand in its file; those it leaves open are the register's, re-dated and brought to
the case's scale, and every one of them is counted.
"""

from risk.assumptions.cases.form import Case, Expected
from risk.assumptions.cases.load import Described, load_case
from risk.assumptions.cases.opened import Open

__all__ = ["Case", "Described", "Expected", "Open", "load_case"]
