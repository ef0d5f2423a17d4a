"""What a register calls the roles of the model, in the sentences and labels that are made of its runs."""

from __future__ import annotations

from risk.assumptions.schema import Record, Text


class Terms(Record):
    """The words of a sector, as they stand inside a sentence: terms.toml.

    Attributes
    ----------
    sector : whose demand, revenue and fleet it is; before a noun.
    devices, capacity : what is let, and what it is let for.
    progress : what makes a device do more than before.
    anchors : customers whose commitments rest on outside funding.
    operator, operators : of a company that lets devices, before a noun; such companies.
    spender, spenders : of the firms whose capex is followed, before a noun; these firms.
    """

    sector: Text
    devices: Text
    capacity: Text
    progress: Text
    anchors: Text
    operator: Text
    operators: Text
    spender: Text
    spenders: Text
