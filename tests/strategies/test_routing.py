"""A router knows the examples of its parts, and questions that are asked as they are."""

from pathlib import Path

import numpy as np
import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.paths import read_yaml
from memlab.strategies import routing

EXAMPLES = read_yaml(Path(routing.__file__).with_name("routes.yaml"))
ASKED = {
    "How did the driving test go?": "episodic",
    "Which approach worked best for the roof?": "procedural",
    "What is my address now?": "profile",
    "What did I say just now?": "working",
    "Who first mentioned Priya, you or me?": "semantic",
}


class Letters:
    """Two letters as a vector."""

    dim = 2
    identity = "letters"

    def encode(self, texts):
        return np.array([[text.count("a"), text.count("b")] for text in texts], np.float32)


def test_every_part_has_examples_of_its_own():
    assert {part for part, asked in EXAMPLES.items() if len(asked) >= 40} == {
        "working",
        "episodic",
        "semantic",
        "procedural",
        "profile",
    }
    everything = [question.lower() for asked in EXAMPLES.values() for question in asked]
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("encoder", ["hashing", pytest.param("minilm", marks=pytest.mark.slow)])
def test_questions_call_for_the_part_that_is_asked_so(encoder):
    router = routing.Router(make(f"encoder/{encoder}"), ridge=3.0)
    for question, part in ASKED.items():
        scores = router.scores(question)
        assert max(scores, key=scores.__getitem__) == part, question
        assert sum(scores.values()) == pytest.approx(1.0, abs=0.2)


def test_the_ridge_draws_scores_together(monkeypatch):
    monkeypatch.setattr(routing, "read_yaml", lambda _: {"one": ["a", "a"], "other": ["b", "b"]})
    sure, unsure = (routing.Router(Letters(), ridge).scores("a") for ridge in (1e-6, 4.0))
    assert sure == pytest.approx({"one": 1.0, "other": 0.0}, abs=1e-3)
    assert 0 < unsure["other"] < unsure["one"] < 1


def test_a_ridge_of_nothing_is_refused():
    with pytest.raises(ValueError, match="ridge is 0"):
        routing.Router(Hashing(), ridge=0)
