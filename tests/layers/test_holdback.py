"""A holdback observes all the while and is silent until its session."""

import pytest

from memlab.events import Recall
from memlab.layers.holdback import Holdback
from memlab.testing import Cheater, ask, turn, whole_history


def test_nothing_is_recalled_before_the_session_and_all_that_was_observed_after():
    held = Holdback(Cheater(whole_history), sessions=2)
    held.observe(turn(0, "user: I live in Denver.", session=0))
    assert held.recall(ask(1, "where?", session=0)) == held.recall(ask(2, "where?", session=1)) == Recall()
    assert [memory.sources for memory in held.recall(ask(3, "where?", session=2)).memories] == [("t0",)]


def test_what_it_holds_is_no_secret():
    held = Holdback(Cheater(whole_history), sessions=9)
    held.observe(turn(0, "user: I live in Denver."))
    assert len(list(held.memories())) == 1


def test_a_negative_session_is_refused():
    with pytest.raises(ValueError, match="it must be 0 or more"):
        Holdback(Cheater(whole_history), sessions=-1)
