"""Where a row stands in its file decides nothing: no draw, no sum, nothing of what is joined with what."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, load
from risk.assumptions.tables import TABLES
from risk.engine.simulate import simulate
from tests.engine.base import SEED

SHIPPED = Path(load().directory)
HEADER = re.compile(r"^\[", re.MULTILINE)


def register(folder: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, folder / "assumptions"))


def parts(text: str) -> list[str]:
    """A file cut before every table header, what precedes the first one in front."""
    cuts = [0, *(match.start() for match in HEADER.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def file_of(folder: Path, table: str) -> Path:
    return next(f for f in sorted(folder.glob("base/*.toml")) if f"\n[[{table}]]" in f.read_text("utf-8"))


def reverse(folder: Path, table: str) -> None:
    """Put the rows of a table in the opposite order."""
    file = file_of(folder, table)
    found = parts(file.read_text("utf-8"))
    at = [i for i, part in enumerate(found) if part.startswith(f"[[{table}]]")]
    rows = [found[i].rstrip("\n") + "\n\n" for i in reversed(at)]
    for i, row in zip(at, rows, strict=True):
        found[i] = row
    file.write_text("".join(found), "utf-8")


@pytest.fixture(scope="module")
def digest() -> str:
    return load().digest


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_the_order_of_a_table_moves_nothing(table: str, tmp_path: Path, digest: str) -> None:
    folder = register(tmp_path)
    reverse(folder, table)
    found = load(folder)
    assert found.digest == digest
    assert found.tables[table].names == load().tables[table].names
    assert found.tables[table].lines != load().tables[table].lines or len(found.tables[table].rows) < 2


def test_all_tables_at_once(tmp_path: Path, digest: str) -> None:
    folder = register(tmp_path)
    for table in TABLES:
        reverse(folder, table)
    assert load(folder).digest == digest


def test_a_row_without_a_number_takes_the_next(tmp_path: Path) -> None:
    folder = register(tmp_path)
    file = file_of(folder, "capex.firm")
    file.write_text(re.sub(r'(name = "MSFT"\n)stream = \d+\n', r"\1", file.read_text("utf-8")), "utf-8")
    found = load(folder).tables["capex.firm"]
    assert found.names[-1] == "MSFT"
    assert found.numbers("stream").tolist()[-1] == 5.0


def test_a_number_belongs_to_one_row(tmp_path: Path) -> None:
    folder = register(tmp_path)
    file = file_of(folder, "capex.firm")
    file.write_text(file.read_text("utf-8").replace("stream = 1\n", "stream = 0\n", 1), "utf-8")
    with pytest.raises(AssumptionErrors) as told:
        load(folder)
    assert [(p.code, "belongs to another row" in p.reason) for p in told.value.problems] == [("A019", True)]


def add(folder: Path, table: str, like: str, name: str, **values: str) -> None:
    """Append a copy of a row under a new name, without a stream number."""
    file = file_of(folder, table)
    row = next(p for p in parts(file.read_text("utf-8")) if p.startswith(f'[[{table}]]\nname = "{like}"\n'))
    row = re.sub(r"\nstream = \d+", "", row.replace(f'name = "{like}"', f'name = "{name}"', 1))
    row = re.sub(r"\n(numeraire|newest|bellwether) = true", "", row)
    for column, value in values.items():
        row = re.sub(rf"\n{column} = .*", f"\n{column} = {value}", row)
    file.write_text(file.read_text("utf-8").rstrip("\n") + "\n\n" + row, "utf-8")


def rename(folder: Path, old: str, new: str) -> None:
    for file in folder.glob("base/*.toml"):
        text = re.sub(rf"""(["'.]){old}(?=["'.])""", rf"\g<1>{new}", file.read_text("utf-8"))
        file.write_text(text, "utf-8")


@pytest.mark.slow
def test_a_renamed_generation_is_the_same_generation(tmp_path: Path) -> None:
    folder = register(tmp_path)
    rename(folder, "H100", "Locomotive")
    one, other = (simulate(a, SEED, 0, 32) for a in (load(), load(folder)))
    assert all((one.outcomes[name] == other.outcomes[name]).all() for name in ("bust", "headline_loss"))
    assert other.entities["gpu.contract_rent"][1] == "Locomotive"


@pytest.mark.slow
def test_a_fifth_segment_by_file_alone(tmp_path: Path) -> None:
    folder = register(tmp_path)
    add(folder, "credit.segment", "direct_lending", "venture", exposure="100", role='""')
    held = file_of(folder, "credit.holding")
    rows = [p for p in parts(held.read_text("utf-8")) if 'instrument = "direct_lending"' in p]
    more = "".join(row.rstrip("\n").replace("direct_lending", "venture") + "\n\n" for row in rows)
    held.write_text(held.read_text("utf-8").rstrip("\n") + "\n\n" + more, "utf-8")
    one, other = (simulate(a, SEED, 0, 32) for a in (load(), load(folder)))
    assert other.entities["credit.exposure"][-1] == "venture"
    assert other.sums["credit.exposure"][0, -1] == pytest.approx(32 * 100e9)
    assert (other.sums["credit.loss"][:, -1] > 0).any()
    # draws of the others stay: the firms' plans of the first quarter are the same to the bit
    assert (one.series["capex"][1] == other.series["capex"][1]).all()


@pytest.mark.slow
def test_a_company_more_and_a_generation_more(tmp_path: Path) -> None:
    folder = register(tmp_path)
    add(folder, "capex.firm", "ORCL", "NEWCO")
    actual = file_of(folder, "capex.actual")
    rows = [p for p in parts(actual.read_text("utf-8")) if p.startswith("[[capex.actual]]") and '"ORCL"' in p]
    more = "".join(row.rstrip("\n").replace('"ORCL"', '"NEWCO"') + "\n\n" for row in rows)
    actual.write_text(actual.read_text("utf-8").rstrip("\n") + "\n\n" + more, "utf-8")
    (folder / "base" / "reconciliations.toml").unlink()  # the capex of five firms is known in sum
    add(folder, "gpu.generation", "Next", "After", launch='"2030Q4"', relative_throughput="7.4")
    found = simulate(load(folder), SEED, 0, 32)
    assert found.entities["funding.capex"][-1] == "NEWCO"
    assert found.sums["gpu.fleet"][-1, -1] > 0.0


@pytest.mark.slow
def test_one_generation_may_be_all(tmp_path: Path) -> None:
    """Two tables joined by name: a register whose only generation is numeraire and newest runs."""
    folder = register(tmp_path)
    file = file_of(folder, "gpu.generation")
    kept = [
        p for p in parts(file.read_text("utf-8"))
        if not p.startswith("[[gpu.generation]]") or 'name = "B200"' in p
    ]  # fmt: skip
    file.write_text(
        "".join(kept)
        .replace("newest = true", "newest = true\nnumeraire = true")
        .replace("gpus = 5.35", "gpus = 12"),
        "utf-8",
    )
    loans = file_of(folder, "neoclouds.facility")
    text = re.sub(r'generation = "\w+"', 'generation = "B200"', loans.read_text("utf-8"))
    loans.write_text(text, "utf-8")
    for words in ("page_figures", "contradictions", "reconciliations"):
        (folder / "base" / f"{words}.toml").unlink()
    assert simulate(load(folder), SEED, 0, 8).entities["gpu.fleet"] == ("B200",)
