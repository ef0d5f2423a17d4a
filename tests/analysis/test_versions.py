"""What two versions of the propositions moved, and what the model did."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from risk.analysis.versions import versions
from risk.runs import Run
from tests.analysis.errors import student
from tests.report.runs import small_run


@dataclass(frozen=True)
class Older(Run):
    """A run whose register says it is of version 1, and which has software in its headline."""

    @cached_property
    def written(self) -> dict[str, Any]:
        content = super().written
        rows = [
            {"name": row["name"], "headline": row["name"] in ("spv", "software")}
            for row in content["tables"]["credit.segment"]["rows"]
        ]
        return content | {
            "propositions_version": "1",
            "tables": content["tables"] | {"credit.segment": {"rows": rows}},
        }


def test_runs_of_one_version_moved_by_nothing_but_the_model() -> None:
    assert versions(small_run(), small_run("gpu-glut")) is None


def test_both_parts_add_up_and_are_read_where_they_are_said_to_be() -> None:
    base, glut = small_run(), small_run("gpu-glut")
    found = versions(Older(base.store, base.manifest), glut)
    assert found is not None
    assert (found.old, found.new) == ("1", "2")
    rows = {row.name: row for row in found.rows}
    assert {"bust", "correction", "durable", "B2", "B4", "B5i", "B7", "headline_loss"} == set(rows)
    for row in rows.values():
        assert row.before.value + row.model.value == pytest.approx(row.between.value)
        assert row.between.value + row.thresholds.value == pytest.approx(row.after.value)
    assert rows["bust"].before.value == base.outcome("bust").mean()
    assert rows["bust"].between.value == glut.outcome("bust_v1").mean()
    assert rows["bust"].after.value == glut.outcome("bust").mean()
    moved = glut.outcome("B7") - glut.outcome("B7_v1")
    assert rows["B7"].thresholds.standard_error == pytest.approx(student(moved))


def test_the_older_headline_counts_what_it_did() -> None:
    base = small_run()
    found = versions(Older(base.store, base.manifest), base)
    assert found is not None
    loss = next(row for row in found.rows if row.name == "headline_loss")
    both = (base.outcome("headline_loss") + base.outcome("software_loss")).mean() / 1e9
    assert loss.between.value == pytest.approx(both)
    assert loss.thresholds.value == pytest.approx(-base.outcome("software_loss").mean() / 1e9)
