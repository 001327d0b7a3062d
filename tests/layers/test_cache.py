"""A cache answers again without asking, and never after something was observed."""

from dataclasses import replace

import pytest

from memlab.events import Erasure, Recall, Recalled
from memlab.layers.cache import Cache
from memlab.testing import START, ask, end, turn


class Counted:
    """A strategy that counts what it is asked."""

    def __init__(self):
        self.asked, self.observed = [], []

    def observe(self, event):
        self.observed.append(event)

    def recall(self, query):
        self.asked.append(query.text)
        return Recall(confidence=float(len(self.asked)))

    def memories(self):
        return iter(())

    def close(self):
        pass


@pytest.fixture
def inner():
    return Counted()


def test_a_question_asked_again_is_answered_from_the_cache(inner):
    cache = Cache(inner, capacity=2, fresh_seconds=300)
    first = cache.recall(ask(0, "where?"))
    assert cache.recall(replace(ask(0, "where?"), id="another")) is first
    assert inner.asked == ["where?"]


@pytest.mark.parametrize("event", [turn(1, "new"), end(1), Erasure(at=START, session=0, turns=frozenset({"t0"}))])
def test_what_is_observed_empties_the_cache(inner, event):
    cache = Cache(inner, capacity=2, fresh_seconds=300)
    cache.recall(ask(0, "where?"))
    cache.observe(event)
    cache.recall(ask(0, "where?"))
    assert len(inner.asked) == 2
    assert inner.observed == [event]


def test_what_was_read_does_not_empty_it(inner):
    cache = Cache(inner, capacity=2, fresh_seconds=300)
    cache.recall(ask(0, "where?"))
    cache.observe(Recalled(at=START, session=0, query="q0", memories=()))
    cache.recall(ask(0, "where?"))
    assert len(inner.asked) == 1


@pytest.mark.parametrize("change", [{"limit": 3}, {"budget_tokens": 9}, {"at": ask(5, "").at}])
def test_another_limit_budget_or_time_is_another_question(inner, change):
    cache = Cache(inner, capacity=2, fresh_seconds=300)
    cache.recall(ask(0, "where?"))
    cache.recall(replace(ask(0, "where?"), **change))
    assert len(inner.asked) == 2


def test_the_least_recently_asked_goes_first(inner):
    cache = Cache(inner, capacity=2, fresh_seconds=300)
    for text in ("a", "b", "a", "c", "a", "b"):
        cache.recall(ask(0, text))
    assert inner.asked == ["a", "b", "c", "b"]


@pytest.mark.parametrize(("capacity", "fresh_seconds"), [(0, 300), (1, 0)])
def test_a_number_out_of_range_is_refused(inner, capacity, fresh_seconds):
    with pytest.raises(ValueError, match="capacity must be at least 1 question, fresh_seconds over 0"):
        Cache(inner, capacity, fresh_seconds)
