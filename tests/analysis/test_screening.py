"""A planted effect is found with its size and its error; what moves nothing is named so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from risk.analysis.screening import REFERENCE, Screened, Screening, headlines, outcomes, screening
from risk.assumptions import load
from risk.assumptions.judgements import judgements
from risk.runs import specify
from risk.runs.trials import carry_out, trials
from risk.shocks.stream import generator
from tests.analysis.errors import student
from tests.runs import planted
from tests.runs.planted import BRITTLE, DECIDES, FRAGILE, IDLE, PATHS, SEED, SMALL


def screened(folder: Path, fixed: str = "") -> Screening:
    register = planted.register(folder / "register", fixed)
    numbers = [found for found in judgements(register) if found.id in planted.NUMBERS]
    found = trials(register, specify(register, PATHS, SEED), outcomes(headlines(register)), numbers, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("risk.engine.trial.trial", planted.trial)
        carry_out(found, 1)
    return screening(found)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Screening:
    return screened(tmp_path_factory.mktemp("screening"))


def of(found: Screening, id: str) -> Screened:
    return next(each for each in (*found.moved, *found.refused) if each.judgement.id == id)


def draws() -> np.ndarray:
    return np.concatenate([generator(SEED, "planted", block).random((1024, 2)) for block in (0, 1)])


def test_a_planted_effect_is_found_with_its_paired_error(found: Screening) -> None:
    effect = of(found, DECIDES).effects["bust"]
    u = draws()[:, 0]
    low = (u < 0.2) * 1.0 - (u < 0.4)
    assert effect.low.value == pytest.approx(low.mean())
    assert effect.low.standard_error == pytest.approx(student(low))
    assert effect.high.value == pytest.approx(((u >= 0.4) & (u < 0.8)).mean())
    assert effect.span.value == pytest.approx(effect.high.value - effect.low.value)
    assert effect.largest is effect.span
    share = (u < 0.4).mean()
    noise = 2.0 * (share * (1.0 - share) / REFERENCE) ** 0.5
    assert found.thresholds["bust"] == pytest.approx(noise)
    assert of(found, DECIDES).weight == pytest.approx(effect.span.value / noise)


def test_what_decides_comes_first_and_owes_a_reason(found: Screening, tmp_path: Path) -> None:
    assert [each.judgement.id for each in found.moved[:2]] == [DECIDES, FRAGILE]
    assert of(found, DECIDES).decides == ("bust", "durable")
    assert of(found, DECIDES).peak == "bust"
    assert of(found, FRAGILE).peak == "shortfall"
    assert {each.judgement.id for each in found.owing} == {DECIDES, FRAGILE}
    said = screened(tmp_path, fixed="It is a definition.")
    assert {each.judgement.id for each in said.owing} == {FRAGILE}
    assert said.deciding[0].judgement.fixed == "It is a definition."


def test_what_moves_nothing_is_told_from_what_moves_little(found: Screening) -> None:
    assert [each.judgement.id for each in found.inert] == [IDLE]
    small = of(found, SMALL)
    assert small.effects["mean"].span.value == pytest.approx(
        0.6 / 1_000 * 1.02 * draws()[:, 1].mean(), rel=1e-6
    )
    assert small.weight > 0.0
    assert small.decides == ()


def test_an_end_that_is_refused_is_said(found: Screening) -> None:
    fragile, brittle = of(found, FRAGILE), of(found, BRITTLE)
    assert (fragile.reached, fragile.refused) == ((1.0, 0.5), ("", "too far for the model"))
    assert found.refused == (brittle,)
    assert not brittle.decides
    assert np.isnan(brittle.effects["mean"].span.value)


def test_headlines_are_the_verdict_the_loss_and_bear_propositions_proper() -> None:
    looked = headlines(load())
    names = [measure.name for measure in looked]
    assert names[:4] == ["bust", "durable", "mean", "shortfall"]
    assert names[4:] == [f"B{i}" for i in range(1, 9)]
    assert outcomes(looked) == ("bust", "durable", "headline_loss", *names[4:])
