"""A book by hand: one position is its loan, parts add up, hedges help, limits are counted, files agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from risk.analysis import statistics
from risk.analysis.book import kept, ranges, written
from risk.analysis.book.answer import answer
from risk.analysis.book.book import understood
from risk.analysis.book.losses import losses
from risk.assumptions.problems import AssumptionErrors
from risk.errors import StorageError, UsageError
from tests.analysis.book.planted import (
    CDS,
    CHIPS,
    HEAD,
    LOAN,
    NOTES,
    PATHS,
    book,
    held,
    listed,
    register,
    run,
)
from tests.stored_paths import stored

ALL = LOAN + NOTES + CHIPS + CDS
CSV = """\
id,instrument,name,amount,currency,cost,limit
loan,loan,APLD-CRWV,23,USD m,,5
notes,notes,CRWV,10,USD m,,
chips,equity_chips,NVIDIA,20,USD m,,
cds,cds,CoreWeave,8,USD m,0.5,
"""


def test_a_book_of_one_loan_has_the_loans_own_distribution(tmp_path: Path) -> None:
    found = held(LOAN, tmp_path)
    own = run().outcome("loan_loss.APLD-CRWV") * (23e6 / 2.3e9)  # a hundredth of the loan
    assert found.whole.mean.value == pytest.approx(statistics.mean(own).value, rel=1e-12)
    assert found.whole.p95.value == pytest.approx(float(np.quantile(own, 0.95)), rel=1e-12)
    assert found.whole.es.value == pytest.approx(statistics.expected_shortfall(own, 0.975).value, rel=1e-12)
    assert found.whole.mean.standard_error == pytest.approx(statistics.mean(own).standard_error)


def test_parts_add_up_to_the_mean_and_to_the_shortfall(tmp_path: Path) -> None:
    found = held(ALL, tmp_path)
    for parts in (found.parts, found.issuers, found.instruments):
        for measure in ("mean", "es"):
            added = sum(getattr(part, measure).value for part in parts)
            assert added == pytest.approx(getattr(found.whole, measure).value, rel=1e-9)
    assert {part.name for part in found.issuers} == {"Applied Digital", "CoreWeave", "NVIDIA"}


def test_two_positions_that_ride_on_the_same_share_it(tmp_path: Path) -> None:
    more = NOTES.replace('"notes"\ninstrument', '"more"\ninstrument').replace("= 10", "= 30")
    made = book(HEAD + NOTES + more, tmp_path)
    (found,) = losses(run(), made.rows)
    assert len(found.shares) == 1
    np.testing.assert_allclose(found.total, 4.0 * found.position(0))


def test_a_hedge_takes_off_the_worst_and_costs(tmp_path: Path) -> None:
    bare, hedged = held(NOTES, tmp_path), held(NOTES + CDS, tmp_path)
    assert hedged.whole.es.value < bare.whole.es.value
    assert hedged.unhedged.es.value == pytest.approx(bare.whole.es.value)
    lost = run().outcome("notes_lost.CRWV")
    np.testing.assert_allclose(hedged.whole.mean.value, (2e6 * lost + 0.5e6).mean())


def test_a_put_pays_beyond_its_strike_and_a_short_what_is_lost(tmp_path: Path) -> None:
    put = CHIPS.replace('"chips"', '"put"') + "hedge = true\nstrike = 0.9\n"
    short = CHIPS.replace('"chips"', '"short"').replace("= 20", "= -20") + "hedge = true\n"
    made = book(HEAD + CHIPS + put + short, tmp_path)
    (found,) = losses(run(), made.rows)
    capex = run().series("ai_capex").astype(np.float64)
    at = register().calendar.index("2028Q4")
    fall = np.clip(1.3 * (1.0 - capex[at] / (1.4 * capex[0])), -1.0, 1.0)
    np.testing.assert_allclose(found.position(0), 20e6 * fall)
    np.testing.assert_allclose(found.position(1), -20e6 * np.maximum(fall - 0.1, 0.0), atol=1e-6)
    np.testing.assert_allclose(found.position(2), -20e6 * fall)


def test_what_is_due_before_a_company_fails_loses_nothing(tmp_path: Path) -> None:
    made = book(HEAD + NOTES + 'due = "2030Q2"\n', tmp_path)
    (found,) = losses(run(), made.rows)
    last, due = register().calendar.quarters, register().calendar.index("2030Q2")
    failed = run().outcome("failed.CRWV")
    first = np.where(failed > 0.0, last - failed + 1, np.inf)  # quarter of the failure
    np.testing.assert_allclose(
        found.total, np.where(first <= due, 10e6 * run().outcome("notes_lost.CRWV"), 0.0)
    )
    assert 0.0 < found.total.sum() < 10e6 * run().outcome("notes_lost.CRWV").sum()


def test_limits_are_counted(tmp_path: Path) -> None:
    limits = "".join(
        f'[[limit]]\nof = "{of}"\n{name}bound = {bound}\ncurrency = "USD m"\n'
        for of, name, bound in (
            ("total", "", 9),
            ("issuer", 'name = "CRWV"\n', 1),
            ("instrument", 'name = "loan"\n', 5),
            ("position", 'name = "chips"\n', 4),
        )
    )
    found = held(ALL + "\n" + limits, tmp_path)
    made = losses(run(), found.book.rows)[0]
    loan, notes, chips, cds = map(made.position, range(4))
    by_hand = (loan + notes + chips + cds > 9e6, notes + cds > 1e6, loan > 5e6, chips > 4e6)
    assert [b.probability.value for b in found.limits] == [flags.mean() for flags in by_hand]
    assert [b.limit.name for b in found.limits] == ["", "CoreWeave", "loan", "chips"]
    assert all(0.0 < b.probability.value < 1.0 for b in found.limits)


def test_classes_are_means_of_their_paths(tmp_path: Path) -> None:
    found = held(ALL, tmp_path)
    total = losses(run(), found.book.rows)[0].total
    for case in found.classes:
        assert case.mean.value == pytest.approx(total[run().outcome(case.name) > 0.5].mean())
    assert found.ways is None
    assert "a reverse stress needs 100" in found.why


def test_csv_and_toml_say_the_same(tmp_path: Path) -> None:
    toml = book(HEAD + LOAN + "limit = 5\n" + NOTES + CHIPS + CDS, tmp_path)
    bare = book(CSV, tmp_path, "ours.csv")
    named = book(HEAD + 'positions = "ours.csv"\n', tmp_path, "named.toml")
    assert toml.rows == bare.rows == named.rows
    assert toml.limits == bare.limits == named.limits
    assert (bare.title, bare.as_of) == ("ours", None)
    again = written.again(named.texts)
    assert understood(again, listed(), register()).rows == toml.rows


def test_other_currencies_have_a_rate(tmp_path: Path) -> None:
    rate = '\n[rate.EUR]\nvalue = 1.2\nas_of = 2026-11-30\nsource = "ECB"\ngrade = "secondary"\n'
    one, other = book(HEAD + LOAN, tmp_path), book(HEAD + LOAN.replace("USD m", "EUR bn") + rate, tmp_path)
    assert other.rows[0].amount == pytest.approx(1_200.0 * one.rows[0].amount)


def test_a_beta_of_ones_own_says_why_and_is_judgement(tmp_path: Path) -> None:
    made = book(HEAD + LOAN + 'beta = 0.5\nwhy = "First out"\n', tmp_path)
    row = made.rows[0]
    assert (row.beta, row.low, row.high, row.grade) == (0.5, 0.5, 0.5, "judgement")
    assert losses(run(), made.rows)[0].total.max() == pytest.approx(
        0.5 * losses(run(), book(HEAD + LOAN, tmp_path).rows)[0].total.max()
    )


def test_positions_and_free_names_are_hidden_too(tmp_path: Path) -> None:
    fund = LOAN.replace('"loan"\ninstrument = "loan"', '"secret"\ninstrument = "fund_ai_credit"')
    made = book(HEAD + fund.replace("APLD-CRWV", "Smith Capital") + NOTES, tmp_path)
    names = made.names(register().names)._replace(masked=True)
    said = names.said("secret of Smith Capital, notes of CoreWeave (CRWV)")
    assert not {"secret", "Smith", "CoreWeave", "CRWV"} & set(said.replace(",", "").split())


def test_an_older_run_is_refused(tmp_path: Path) -> None:
    old = stored(register(), outcomes={"bust": np.zeros(8), "loss.notes": np.zeros(8)})
    with pytest.raises(StorageError, match=r"does not keep loan_loss\.APLD-CRWV"):
        answer(old, book(HEAD + LOAN, tmp_path))


def test_ranges_over_parameter_sets() -> None:
    """A mean that differs from set to set, and noise that does not."""
    rng = np.random.default_rng(3)
    level = rng.uniform(10.0, 30.0, 20_000)
    found = np.stack([level + rng.normal(0.0, 5.0, level.size) for _ in range(3)])
    ends = ranges.mean_range(statistics.mean(found[0]), found)
    assert ends == pytest.approx((11.0, 29.0), abs=1.2)
    alike = rng.normal(0.0, 5.0, (3, 20_000))
    assert ranges.mean_range(statistics.mean(alike[0]), alike) is None
    came = ranges.chance_range(statistics.probability(found[0] > 25.0), found, 25.0)
    assert came.ends is not None
    assert came.ends[0] < 0.05
    assert came.ends[1] > 0.6


def test_the_shipped_book_and_every_instrument_mean_something(tmp_path: Path) -> None:
    example = kept.read(Path("example"), register(), None)
    assert example.illustrative
    assert {row.instrument.kind for row in example.rows} == {"debt", "fund", "equity", "protection"}
    owned = [r.issuer for r in example.rows if r.instrument.kind == "equity" and not r.hedge]
    ranking = ["AMD", "NVIDIA", "Broadcom", "TSMC", "SK Hynix", "Arista", "Marvell"]
    assert owned == ranking, "the page's ranking"
    names = {
        "neoclouds.facility": "CRUS-SPOT", "neoclouds.firm": "CRWV", "credit.segment": "spv", "company": "AMD"
    }  # fmt: skip
    rows = [f"p{k},{one.id},{names.get(one.named, 'x')},1,USD m" for k, one in enumerate(listed().values())]
    made = book("id,instrument,name,amount,currency\n" + "\n".join(rows), tmp_path, "all.csv")
    assert len(made.rows) == len(listed())
    assert run().paths == PATHS


BAD = [
    (HEAD + LOAN.replace('= "loan"\nname', '= "lone"\nname'), "did you mean loan?", "ours.toml:7:"),
    (HEAD + LOAN.replace('currency = "USD m"\n', ""), "'currency' is missing", "ours.toml:5:"),
    (HEAD + LOAN.replace("USD m", "EUR m"), "currency EUR has no rate", "ours.toml:10:"),
    (HEAD + LOAN.replace("USD m", "USD mn"), "write USD, USD k, USD m or USD bn", "ours.toml:10:"),
    (HEAD + LOAN.replace("APLD-CRWV", "APLD-CRVW"), "did you mean APLD-CRWV?", "ours.toml:8:"),
    (HEAD + CHIPS.replace("NVIDIA", "Nvidea"), "did you mean NVIDIA?", "ours.toml:8:"),
    (HEAD + LOAN.replace("= 23", "= -23"), "amount is -23, of what is no hedge", "ours.toml:9:"),
    (HEAD + CDS.replace("= 8", "= -8"), "above zero", "ours.toml:9:"),
    (HEAD + LOAN + "hedge = true\n", "sold short", "ours.toml:11:"),
    (HEAD + LOAN + LOAN, "position loan stands on line 5 already", "ours.toml:13:"),
    (HEAD + LOAN + '[[limit]]\nof = "total"\ncurrency = "USD m"\n', "bound = 25", "ours.toml:11:"),
    (HEAD + LOAN + '[[limit]]\nof = "position"\nname = "lone"\nbound = 1\ncurrency = "USD m"\n',
     "did you mean loan?", "ours.toml:13:"),
    (HEAD + LOAN + "strike = 0.8\n", "a strike is of a put on equity", "ours.toml:11:"),
    (HEAD + LOAN + 'due = "2030Q2"\n', "has a schedule of its own", "ours.toml:11:"),
    (HEAD + NOTES + 'due = "2050Q1"\n', "not a quarter of the run", "ours.toml:11:"),
    (HEAD + LOAN + "beta = 2.0\n", "has no reason", "ours.toml:11:"),
    (HEAD + LOAN + "cost = 2.0\n", "a cost is of a hedge", "ours.toml:11:"),
    (HEAD + LOAN + 'seniority = "junior"\n', "loan is senior secured", "ours.toml:11:"),
    (HEAD, "there is no position", "ours.toml:1:"),
    (LOAN, "[book] is missing", "ours.toml:"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "where"), BAD)
def test_a_fault_is_told_by_file_and_line(text: str, said: str, where: str, tmp_path: Path) -> None:
    with pytest.raises(AssumptionErrors) as error:
        book(text, tmp_path)
    assert said in str(error.value)
    assert where in str(error.value)


HEADER = "id,instrument,name,amount,currency"
BAD_CSV = [
    ("id;instrument;name;amount;currency\n", "semicolons", ":1:1"),
    (f"{HEADER}\n=1+1,notes,CRWV,5,USD m\n", "runs as a formula", ":2:1"),
    (f"{HEADER}\na,notes,@SUM(A1),5,USD m\n", "runs as a formula", ":2:9"),
    (f'{HEADER}\na,notes,CRWV,"1,5",USD m\n', "it must be a number", ":2:1"),
    (f"{HEADER}\na,notes,CRWV,50%,USD m\n", "it must be a number", ":2:14"),
    (f"{HEADER}\na,notes,CRWV,1e999,USD m\n", "must be finite", ":2:14"),
    (f"{HEADER}\na,notes,CRWV,1,000,USD m\n", "6 cells; there are 5 columns", ":2:1"),
    (f"{HEADER}\na\x1b[31m,notes,CRWV,1,USD m\n", "control character", ":2:1"),
    (f"{HEADER},hedge\na,notes,CRWV,-1,USD m,maybe\n", "it must be yes or no", ":2:23"),
    ("id,instrument,name,amount\na,notes,CRWV,5\n", "'currency' is missing", ":2:1"),
    ("id,instrument,name,amount,curency\n", "Did you mean 'currency'?", ":1:1"),
    (f"{HEADER},id\n", "stands twice", ":1:1"),
    (f'{HEADER}\na,notes,"CRWV,1,USD m\n', "cannot be read as CSV", ":2:1"),
    ("", "is empty", "ours.csv"),
    (f"{HEADER}\na,notes,CRWV,1,EUR m\n", "EUR has no rate", ":2:16"),
]


@pytest.mark.parametrize(("text", "said", "where"), BAD_CSV)
def test_a_hostile_cell_is_told_by_line_and_column(text: str, said: str, where: str, tmp_path: Path) -> None:
    with pytest.raises(AssumptionErrors) as error:
        book(text, tmp_path, "ours.csv")
    assert said in str(error.value)
    assert where in str(error.value)


def test_what_is_no_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean example"):
        kept.read(Path("exmple"), register(), None)
    with pytest.raises(UsageError, match="is no book"):
        kept.read(tmp_path / "book.xlsx", register(), None)
    with pytest.raises(UsageError, match="is a folder"):
        kept.read(tmp_path, register(), None)
    with pytest.raises(AssumptionErrors, match="cannot be read"):
        kept.read(tmp_path / "none.csv", register(), None)
