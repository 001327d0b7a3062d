"""Fitting how sure a strategy is: known weights are found again, and nothing is fitted on what is judged."""

import numpy as np
import pytest

from memlab.config import ConfigError
from memlab.fitting.presence import Heard, fit_presence, fitted

WEIGHTS = {"certain": -1.0, "told": 4.0, "own": 2.0}


def heard(n=2000, users=6):
    rng = np.random.default_rng(3)
    found = []
    for place in range(n):
        facts = {"certain": 1.0, "told": rng.uniform(0, 1), "own": rng.normal(0, 0.5), "noise": rng.uniform()}
        chance = 1 / (1 + np.exp(-sum(weight * facts[name] for name, weight in WEIGHTS.items())))
        found.append(Heard(f"u{place % users}", f"q{place}", facts, bool(rng.uniform() < chance)))
    return found


def test_known_weights_are_found_again_and_noise_gains_nothing():
    found = fitted(heard(), "digest")
    for name, weight in WEIGHTS.items():
        assert found.weights[name] == pytest.approx(weight, abs=0.5), name
    assert found.weights["noise"] == pytest.approx(0, abs=0.4)
    assert found.calibration.error < 0.04
    assert found.auroc.mean > 0.75
    assert found.gains["told"].verdict == "better"
    assert found.gains["noise"].verdict != "better"
    assert found.line.startswith("presence: {certain: -")


def test_one_kind_of_question_is_not_enough():
    with pytest.raises(ConfigError, match="questions of both kinds"):
        fitted([one for one in heard(100) if one.answerable], "digest")
    with pytest.raises(ConfigError, match="two users"):
        fitted(heard(100, users=1), "digest")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["source=locomo"], "judged on"),
        (["source.bank=sealed"], "judged on"),
        (["strategy=bm25"], "has no presence"),
        (["layer=[minimize]"], "stands in a layer"),
    ],
)
def test_what_cannot_be_fitted_is_told(wrong, said):
    with pytest.raises(ConfigError, match=said):
        fit_presence(wrong)


@pytest.mark.slow
def test_simulated_users_are_lived_and_what_is_held_back_is_left_out():
    small = ["encoder=hashing", "source.users=2", "source.sessions=12", "source.queries=44", "source.chatter=[0,1]"]
    found = fit_presence(small)
    assert list(found.weights) == ["certain", "told", "own"]
    assert found.users == 2
    assert 0 < found.unanswerable < found.questions < 88
