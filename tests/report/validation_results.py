"""What a validator is told of two runs, made by hand: one in order, one past a trigger, signed, drifted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from risk.assumptions.schema import Limit
from risk.calibrate.validation.declared import Approval, Override, Use
from risk.calibrate.validation.drift import Drift, Moved
from risk.calibrate.validation.evidence import Figure, Record, Size
from risk.calibrate.validation.monitoring import State
from risk.calibrate.validation.validation import Validation
from risk.report.terminal.headed import Headed
from risk.report.terminal.validation import Told
from risk.runs.signature import Signature
from tests.report.terminal_results import HEADING

USES = (
    Use(id="stress", kind="intended", use="Stress the thesis for a committee.", why="It is made for it."),
    Use(id="capital", kind="forbidden", use="Capital, provisions, ratings.", why="Nobody has validated it."),
)
LIMITS = (
    Limit(
        id="cohorts",
        scope="model",
        limitation="What a firm borrows in a year is one loan.",
        why="No data.",
        bias="either way",
        done="Sized by coverage.",
        owner="Compute",
        review_by=dt.date(2027, 3, 31),
        trigger="A neocloud publishes its loans",
        moved=("notes-low", "notes-high"),
    ),
    Limit(
        id="steps",
        scope="numerical",
        limitation="A run within a quarter is invisible.",
        why="Quarterly data.",
        bias="understates losses",
        size="Not measured: the step is built in.",
        done="Two rounds.",
        owner="Risk",
        review_by=dt.date(2027, 6, 30),
        trigger="A run within a quarter",
    ),
)
TESTS = Record(
    "tests",
    "bubblerisk validation measure",
    "2026-11-30",
    "Linux x86_64, 2 cores",
    "source",
    4_096,
    7,
    figures=(
        Figure(
            "targets",
            "Targets that the run does not contradict",
            1.0,
            "fraction",
            1.0,
            None,
            76,
            "targets",
            "bubblerisk check base",
        ),
        Figure(
            "identities", "Identities, largest error", 1.3e-13, "1", None, 1e-9, 27, "identities", "check"
        ),
        Figure(
            "hindcast",
            "Readings inside the 90% interval",
            0.64,
            "fraction",
            0.8,
            0.97,
            202,
            "readings",
            "bubblerisk hindcast",
            "They say as much as 7 independent readings.",
        ),
        Figure(
            "naive", "Metrics better than naive", 5.0, "1", None, None, 9, "metrics", "bubblerisk hindcast"
        ),
    ),
)
SIZED = Record(
    "limits",
    "bubblerisk validation measure",
    "2026-11-29",
    "Linux x86_64, 2 cores",
    "another",
    4_096,
    7,
    sizes=(
        Size("cohorts", "notes-low", "Notes .6 of what is left", -0.0357, 0.0031, -9.9, 0.41, -47.1, 2.0),
        Size("cohorts", "notes-high", "Notes all of what is left", 0.0122, 0.0022, 5.2, 0.28, 18.9, 2.0),
    ),
)
CLEAR = State(
    "rents",
    "A rent index has moved by a fifth",
    "Collateral.",
    "Estimate rents again.",
    "Compute",
    0,
    (),
    "nothing was published since the model was set",
)
PAST = replace(CLEAR, looked=2, past=("H100 spot rent 3.6 USD/h on 2026-12-01, +31% from 2.75 (2026-10-06)",))
INTACT = Validation("8f3c2a1b0d4e", "source", "inputs", USES, (), (), (CLEAR,), (SIZED, TESTS), (), "", None)
DAYS = dt.date(2026, 12, 1), dt.date(2027, 3, 31)
SPOT = Override(
    id="spot",
    subject="gpu.h100_spot",
    before="2.75 USD/h",
    after="2.60 USD/h",
    why="An index has another sample.",
    by="Compute",
    approved_by="Risk",
    date=DAYS[0],
    until=DAYS[1],
)
LEAVE = Approval(
    id="ic",
    use="stress",
    by="N. N.",
    role="Committee",
    date=DAYS[0],
    until=DAYS[1],
    conditions="Beside the memo.",
)
SIGNATURE = Signature("8f3c2a1b0d4e", "ab" * 32, "Ann Bell", "Risk", "Read in full.", "2026-12-02T10:15:00Z")
DRIFTED = Drift(
    "41ab00d3c9f1",
    "Cid Dow",
    "Committee",
    "2026-10-20",
    24,
    (
        Moved("bust", "P(bust)", "", 0.341, 0.287, -0.054, 0.004),
        Moved("headline_loss", "Headline loss, mean", "USD bn", 27.1, 21.4, -5.7, 0.31),
        Moved("h100_2028", "H100 contract rent end-2028, P50", "USD/h", 1.92, 2.11, 0.19, 0.011),
    ),
)
DRAFT = replace(
    INTACT, states=(PAST,), overrides=(SPOT,), approvals=(LEAVE,), signatures=(SIGNATURE,), drift=DRIFTED
)
VALIDATION, VALIDATION_DRAFT = (Headed(HEADING, Told(found, LIMITS)) for found in (INTACT, DRAFT))
