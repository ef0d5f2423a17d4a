"""Views of a run made by hand, and of a market, as screens and sheets tell them."""

from __future__ import annotations

from functools import cache

from risk.analysis.views import ballot
from risk.analysis.views.ballot import Ballot
from risk.analysis.views.views import Views, views
from risk.report.terminal.headed import Headed
from tests.analysis.views.planted import run
from tests.report.terminal_results import HEADING

BEAR = """
[ballot]
member = "Head of credit"
date = 2026-10-20

[[view]]
believe = "P(bust) >= 50%"

[[view]]
believe = "mean(h100_2028) <= 1.45 USD/h"
confidence = 0.5

[[view]]
believe = "P(correction) >= P(durable)"
"""
MARKET = """
[ballot]
member = "Markets"
date = 2026-10-10

[[view]]
believe = "mean(loss.spv) <= 0.012 * mean(owed.spv)"
label = "Vehicles, loss a quarter over par owed"
reading = "287.5 bp over Treasuries"
as_of = 2026-07-31
source = "press accounts"
conversion = "Less what other bonds pay: a ceiling."
"""


@cache
def sets() -> tuple[Ballot, ...]:
    return ballot.written([("bear", "bear.toml", BEAR), ("markets", "markets.toml", MARKET)])


@cache
def found() -> Views:
    return views(run(), sets(), ("P(bust) > 1/2", "P(bust) < 1/5", "P(bust) > 10%"))


@cache
def told() -> Headed[Views]:
    return Headed(HEADING, found())
