"""`bubblerisk tail`."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cli.conftest import PATHS, Ask, Stored


def test_the_worst_paths_are_those_with_the_largest_loss(runs: Stored, ask: Ask) -> None:
    found = ask("tail", "base", "--json").json
    loss = runs.base.outcome("headline_loss") / 1e9
    order = np.argsort(-loss, kind="stable")[:10]
    assert [each["path"] for each in found["worst"]] == order.tolist()
    assert found["worst"][0]["loss"] == pytest.approx(loss.max())
    assert found["tail_paths"] == int((loss >= np.quantile(loss, 0.95)).sum()) == round(0.05 * PATHS) + 1


def test_lift_is_the_ratio_of_both_probabilities(runs: Stored, ask: Ask) -> None:
    found = ask("tail", "base", "--share", "0.1", "--json").json
    known = [each for each in found["lifts"] if each["lift"]]
    assert len(known) > 10
    for each in known:
        ratio = each["tail"]["value"] / each["everywhere"]["value"]
        assert each["lift"]["value"] == pytest.approx(ratio)
    sizes = [each["lift"]["value"] for each in known]
    assert sizes == sorted(sizes, reverse=True)


def test_the_screen_names_a_path_to_tell(runs: Stored, ask: Ask) -> None:
    said = ask("tail", "base")
    worst = int(np.argmax(runs.base.outcome("headline_loss")))
    assert f"bubblerisk path {runs.base.id[:8]} {worst}" in said.out
    assert "The worst 5% of paths" in said.out
    assert "* Fewer than 500 paths" in said.out


@pytest.mark.parametrize("share", ["0", "100%", "five", "-5%", "0.1%"])
def test_a_senseless_share_is_refused(runs: Stored, ask: Ask, share: str) -> None:
    said = ask("tail", "base", f"--share={share}")
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
