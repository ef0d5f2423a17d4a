"""Every figure of the thesis page has one fate, what is said of it holds, and its contradictions are real."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from risk.analysis import thesis_page
from risk.analysis.thesis_page import EVIDENCE, REPLACED, VALUE, Contradicted, Fated
from risk.assumptions import Assumptions, load
from risk.assumptions.figures import Span, names, printed
from risk.assumptions.page import FATES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def base() -> Assumptions:
    return load()


@pytest.fixture(scope="module")
def fated(base: Assumptions) -> dict[str, Fated]:
    return {figure.id: figure for figure in thesis_page.fates(base)}


@pytest.fixture(scope="module")
def contradicted(base: Assumptions) -> dict[str, Contradicted]:
    return {found.id: found for found in thesis_page.contradictions(base)}


def test_figures_are_named_and_described(base: Assumptions) -> None:
    for figure in base.page_figures.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", figure.id)
        assert figure.name, figure.id
        assert figure.unit, figure.id
        assert figure.section not in figure.also
        assert len(figure.fates) == 1, figure.id


def test_no_two_rows_say_the_same(base: Assumptions) -> None:
    rows = Counter((f.section, f.name, f.value) for f in base.page_figures.values())
    assert [row for row, n in rows.items() if n > 1] == []
    assert len({f.name for f in base.page_figures.values()}) > 0.98 * len(base.page_figures)


def test_figures_stand_in_the_order_of_the_page(base: Assumptions) -> None:
    headings = [section for sections in base.page_parts.values() for section in sections]
    places = [headings.index(figure.section) for figure in base.page_figures.values()]
    assert places == sorted(places)
    for figure in base.page_figures.values():
        assert all(headings.index(s) > headings.index(figure.section) for s in figure.also), figure.id


def test_what_a_figure_is_said_to_be_the_value_of_has_that_value(
    base: Assumptions, fated: dict[str, Fated]
) -> None:
    values = [figure for figure in base.page_figures.values() if figure.value_of]
    assert len(values) > 40
    assert [figure.id for figure in values if fated[figure.id].fate != VALUE] == []


def test_the_rest_reads_as_it_is_declared(base: Assumptions, fated: dict[str, Fated]) -> None:
    for figure in base.page_figures.values():
        (key,) = figure.fates
        assert fated[figure.id].fate == FATES[key]


@pytest.mark.parametrize(
    ("id", "expression"),
    [
        ("bandwidth-r200", "gpu.generation.Rubin.memory_bandwidth"),
        ("memory-r200", "gpu.generation.Rubin.memory"),
        ("vacancy-primary", "neoclouds.vacancy"),
        ("ai-services-revenue", "revenue.run_rate"),
        ("crwv-revolver", "neoclouds.firm.CRWV.revolver"),
        ("rubin-speed", "gpu.generation.Rubin.relative_throughput"),
    ],
)
def test_what_stands_beside_a_figure_is_the_entrys_own_value(
    base: Assumptions, fated: dict[str, Fated], id: str, expression: str
) -> None:
    table, _, column = expression.rpartition(".")
    name = next((t for t in base.tables if table.startswith(f"{t}.")), "")
    if name:
        value = float(getattr(base.tables[name].row(table.removeprefix(f"{name}.")), column))
    else:
        value = float(str(base.entry(expression).value))
    factor = {"vacancy-primary": 100.0, "crwv-revolver": 1000.0}.get(id, 1.0)
    assert fated[id].today == pytest.approx(Span(value * factor, value * factor))


def test_every_replacement_has_a_number_computed_from_the_register(fated: dict[str, Fated]) -> None:
    for figure in fated.values():
        if figure.fate in (VALUE, REPLACED):
            assert figure.today is not None, figure.id
            assert figure.ratio is not None, figure.id
    # capex of 2025 as filed; lead times point at the lead, thirteen weeks a quarter
    assert fated["capex-2025"].today == pytest.approx(Span(411.528, 411.528))
    # four different quarters of 2026, as guided in cash for the year
    assert fated["capex-guide-amzn"].today == pytest.approx(Span(220, 220), rel=0.001)
    assert fated["capex-guide-2026"].today == pytest.approx(Span(794, 794), rel=0.001)
    assert fated["transformer-large"].by == ("gpu.power_lead",)
    assert fated["transformer-large"].today == Span(130.0, 130.0)


def test_a_changed_entry_is_no_longer_the_figures(base: Assumptions, fated: dict[str, Fated]) -> None:
    assert fated["compute-share"].fate == VALUE
    moved = {id: replace(base.entry(id), value=0.8) for id in ("capex.compute_share", "capex.ai_share")}
    changed = replace(base, entries={**base.entries, **moved})
    found = {figure.id: figure for figure in thesis_page.fates(changed)}
    assert found["compute-share"].fate == REPLACED
    assert found["compute-share"].today == pytest.approx(Span(80.0, 80.0))
    assert found["ai-capex-2026"].today == pytest.approx(Span(528.0, 552.0))


def test_evidence_is_read_beside_what_the_model_has(base: Assumptions, fated: dict[str, Fated]) -> None:
    for figure in base.page_figures.values():
        if figure.evidence_for:
            assert (fated[figure.id].today is None) == (not figure.today), figure.id
    lead = fated["transformer-lead"]
    assert lead.fate == EVIDENCE
    assert lead.page is not None
    assert lead.today is not None
    assert lead.page.low <= lead.today.low <= lead.page.high


CONTRADICTIONS = {
    # both sides by hand from the page's figures
    "nuclear-fleet": ((2, 3), (100 / 97, 100 / 97)),
    "gap-tripled": ((3, 3), (600 / 125, 600 / 125)),
    "requirement-as-gap": ((600, 600), (500, 500)),
    "cycles-saved": ((45, 45), (56.3, 56.3)),
    "nvda-inference": ((60, 75), (85, 85)),
    "bank-exposure": ((95, 95), (1.2 * 2200, 1.2 * 2200)),
    "electricity-share": ((4.5, 4.5), (100 * 945 / 31_500, 100 * 945 / 31_500)),
    "cloud-pool": ((450, 450), (30, 40)),
    "ai-capex": ((450, 450), (0.75 * 660, 0.75 * 690)),
    "pensions": ((307, 307), (620, 620)),
    "debt-share": ((7, 7), (100 * 121 / 370, 100 * 121 / 350)),
    "token-price-endpoints": ((50, 50), (1000 ** (1 / 3.3), 1000 ** (1 / 3.3))),
    "total-market-growth": ((30.6, 30.6), (100 * ((3500 / 391) ** 0.2 - 1),) * 2),
    "decode-rent-b200": ((2.5, 2.5), (3600 * 0.20e-6 * 25 / (2 * 0.0175),) * 2),
    "kv-batch32": ((640, 640), (160, 160)),
    "rack-against-server": ((10, 10), (120, 120)),
    "agentic-cost": ((5, 20), (500, 800)),
}


@pytest.mark.parametrize("id", CONTRADICTIONS)
def test_both_sides_of_a_contradiction_by_hand(contradicted: dict[str, Contradicted], id: str) -> None:
    says, against = CONTRADICTIONS[id]
    assert contradicted[id].says == pytest.approx(says)
    assert contradicted[id].against == pytest.approx(against)


def test_prefill_arithmetic_is_of_all_cycles(base: Assumptions) -> None:
    share, hits, saved = (
        printed(base.page_figures[id].value)
        for id in ("prefill-share", "cache-hit-deepseek", "prefill-saving")
    )
    assert share is not None
    assert hits is not None
    assert saved is not None
    assert share.low * hits.low / 100 == pytest.approx(saved.low, abs=0.5)


def test_sides_of_every_contradiction_have_no_number_in_common(
    contradicted: dict[str, Contradicted],
) -> None:
    assert [found.id for found in contradicted.values() if not found.stands] == []
    assert len(contradicted) > 50


def test_contradictions_are_of_the_pages_figures(base: Assumptions) -> None:
    for found in base.contradictions.values():
        named = {*names(found.says), *names(found.against)}
        assert set(names(found.says)) & set(base.page_figures), found.id
        assert len(named) > 1, found.id


def test_every_fact_is_used(base: Assumptions) -> None:
    told = [c.says + c.against for c in base.contradictions.values()]
    told += [figure.replaced_by + figure.today for figure in base.page_figures.values()]
    assert [id for id in base.page_facts if not any(f"{{{id}}}" in text for text in told)] == []


def test_the_readme_counts_the_figures_as_they_are(
    fated: dict[str, Fated], contradicted: dict[str, Contradicted]
) -> None:
    number = thesis_page.counts(tuple(fated.values()))
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"{len(fated)} figures of it stand in `assumptions/base/page_figures.toml`: "
        f"{number['value']} are the value of an entry, {number['evidence']} evidence for one, "
        f"{number['replaced']} replaced, {number['not used']} bear on the model and are not used, "
        f"and {number['context']} are context"
    ) in readme
    assert f"{len(contradicted)} contradictions" in readme
