import pytest

from memlab import make
from memlab.events import Erasure
from memlab.testing import START, ask, turn


def ids(strategy, limit=None):
    return [memory.id for memory in strategy.recall(ask(90, "anything", limit=limit)).memories]


def test_the_oldest_turn_makes_room_for_the_newest():
    strategy = make("strategy/buffer", capacity=3)
    for place in range(5):
        strategy.observe(turn(place, f"turn {place}"))
    assert ids(strategy) == ["t4", "t3", "t2"]
    assert [memory.id for memory in strategy.memories()] == ["t2", "t3", "t4"]


def test_an_erased_turn_makes_room_as_if_it_had_never_been_said():
    strategy = make("strategy/buffer", capacity=2)
    for place in range(3):
        strategy.observe(turn(place, f"turn {place}"))
    strategy.observe(Erasure(at=START.replace(hour=23), session=0, turns=frozenset({"t2"})))
    assert ids(strategy) == ["t1", "t0"]


def test_a_buffer_without_room_is_refused():
    with pytest.raises(Exception, match="capacity is 0; it must be at least 1 turn"):
        make("strategy/buffer", capacity=0)


def test_full_history_is_newest_first():
    strategy = make("strategy/full_history")
    for place in range(4):
        strategy.observe(turn(place, f"turn {place}"))
    assert ids(strategy) == ["t3", "t2", "t1", "t0"]
    assert ids(strategy, limit=2) == ["t3", "t2"]
