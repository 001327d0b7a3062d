"""Candidates are put in order by worth, recency and what they repeat; the rest follows as it was."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from memlab.encoders.hashing import Hashing
from memlab.events import Memory, Recall
from memlab.layers.rerank import Rerank
from memlab.testing import START, ask

PLAIN = {
    "candidates": 3,
    "diversity": 0.0,
    "recency_weight": 0.0,
    "half_life_days": 10.0,
    "least_recency": 0.0,
    "relevant": 1,
}


class Directions:
    """Encodes `kettle` and `kettles` alike, and `piano` across."""

    dim = 2

    def encode(self, texts):
        return np.array([[1.0, 0.0] if text.startswith("kettle") else [0.0, 1.0] for text in texts], np.float32)


class Found:
    """A strategy that finds the same in the same order, cut at the limit."""

    def __init__(self, *memories):
        self.found = memories

    def recall(self, query):
        return Recall(memories=self.found[: query.limit], confidence=0.5)

    def memories(self):
        return iter(self.found)


def memory(text, score, days=0, category=None):
    at = START - timedelta(days=days)
    return Memory(id=text, text=text, score=score, at=at, sources=(text,), category=category)


def order(*memories, limit=10, **numbers):
    layer = Rerank(Found(*memories), numbers.pop("encoder", Hashing()), **PLAIN | numbers)
    return [one.text for one in layer.recall(replace(ask(0, "which?"), limit=limit)).memories]


def test_without_any_weight_the_order_stays():
    said = [memory("a", 3.0), memory("b", 2.0), memory("c", 1.0), memory("d", 0.5)]
    assert order(*said) == ["a", "b", "c", "d"]
    assert order(*said, limit=2) == ["a", "b"]


def test_recency_lifts_the_new_among_the_candidates_only():
    said = [memory("a", 1.0, days=100), memory("b", 0.9, days=0), memory("c", 0.0, days=50), memory("d", 0.0)]
    assert order(*said, recency_weight=0.5) == ["b", "a", "c", "d"]


def test_what_repeats_the_first_makes_room():
    said = [memory("kettle", 1.0), memory("kettles", 0.9), memory("piano", 0.0)]
    assert order(*said, encoder=Directions(), diversity=0.3) == ["kettle", "kettles", "piano"]
    assert order(*said, encoder=Directions(), diversity=0.6) == ["kettle", "piano", "kettles"]


def test_what_is_old_and_of_no_relevant_category_is_left_out():
    said = [memory("a", 3.0, 99, "tea"), memory("b", 2.0, 99, "car"), memory("c", 1.0, 1, "car"), memory("d", 0.5, 99)]
    assert order(*said, least_recency=0.5) == ["a", "c", "d"]
    assert order(*said, least_recency=0.5, relevant=2) == ["a", "b", "c", "d"]


def test_a_judge_decides_on_relevance_and_scores_fall():
    said = [memory("a", 3.0), memory("bb", 2.0), memory("ccc", 1.0)]
    layer = Rerank(Found(*said), Hashing(), **PLAIN, judge=lambda question, texts: [len(text) for text in texts])
    recall = layer.recall(ask(0, "which?"))
    assert [one.text for one in recall.memories] == ["ccc", "bb", "a"]
    assert [one.score for one in recall.memories] == [1, 1 / 2, 1 / 3]
    assert recall.confidence == 0.5


@pytest.mark.parametrize("wrong", [{"candidates": 0}, {"diversity": 2}, {"half_life_days": 0}, {"recency_weight": -1}])
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="diversity from 0 to 1"):
        Rerank(Found(), Hashing(), **PLAIN | wrong)
