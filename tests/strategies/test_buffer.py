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


def test_the_least_relevant_turn_makes_room():
    strategy = make("strategy/buffer_relevant", capacity=3, recent=1)
    for place, text in enumerate(("walnuts again", "the parrot swears", "walnuts for the cake", "no walnuts left")):
        strategy.observe(turn(place, text))
    assert ids(strategy) == ["t3", "t2", "t0"]


def test_of_equally_irrelevant_turns_the_oldest_leaves():
    strategy = make("strategy/buffer_relevant", capacity=2, recent=1)
    for place, text in enumerate(("rain", "snow", "walnuts")):
        strategy.observe(turn(place, text))
    assert ids(strategy) == ["t2", "t1"]


@pytest.mark.parametrize("recent", [1, 2, 3, 9])
def test_the_newest_turns_do_not_leave(recent):
    strategy = make("strategy/buffer_relevant", capacity=3, recent=recent)
    for place in range(8):
        strategy.observe(turn(place, f"word{place}"))
        assert f"t{place}" in ids(strategy)
    assert len(ids(strategy)) == 3


def test_an_erasure_brings_back_what_it_had_pushed_out_of_a_relevant_window():
    strategy = make("strategy/buffer_relevant", capacity=2, recent=1)
    for place, text in enumerate(("walnuts", "rain", "walnut cake", "rain coat")):
        strategy.observe(turn(place, text))
    twin = make("strategy/buffer_relevant", capacity=2, recent=1)
    for place, text in ((0, "walnuts"), (1, "rain"), (3, "rain coat")):
        twin.observe(turn(place, text))
    strategy.observe(Erasure(at=START.replace(hour=23), session=0, turns=frozenset({"t2"})))
    assert ids(strategy) == ids(twin)
