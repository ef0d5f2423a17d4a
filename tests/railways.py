"""Today's register in the words of another sector: its numbers under other names."""

from __future__ import annotations

import json

from risk.assumptions import Assumptions, load
from risk.assumptions.stored import restore
from risk.assumptions.terms import Terms

TERMS = Terms(
    sector="railway",
    devices="locomotives",
    capacity="haulage",
    progress="boiler design",
    anchors="canal companies",
    operator="branch-line",
    operators="branch lines",
    spender="Great-Four",
    spenders="trunk lines",
)
NAMES = {
    **{name: f"Class {i}" for i, name in enumerate(("A100", "H100", "H200", "B200", "Rubin"), 1)},
    "H100e": "Class 2e", "lab": "canal", "ig_on_lab": "port", "neocloud": "tenant",
    "CRWV-DDTL3": "CRWV-CANAL", "CRUS-LAB": "CRUS-CANAL", "AI-lab payers": "Canal companies",
    "Investment-grade payer on a lab": "Port on a canal", "Neocloud tenant": "Tenant",
    "AI disruption of software credit": "Credit of coach makers", "AI infrastructure": "Railways",
}  # fmt: skip


def railways() -> Assumptions:
    """The register as a run keeps it, with names, labels and terms of its own."""
    text = json.dumps(load().normalised())
    for old, new in NAMES.items():
        assert f'"{old}"' in text, old
        text = text.replace(f'"{old}"', f'"{new}"')
    data = json.loads(text) | {"terms": TERMS.model_dump()}
    data["propositions"] = [p | {"label": p["id"], "statement": p["id"]} for p in data["propositions"]]
    return restore(data)
