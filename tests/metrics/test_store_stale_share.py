"""`store_stale_share`: how much of what is held as current is out of date."""

import pytest
from build_asked import START, held_scores, hold, lived

from memlab.metrics.store_stale_share import StoreStaleShare

HOME = lived(["I live in Boston", "my dog is red"], ["I moved to Denver"], superseded={"t0": "t2"})
AFTER = 5


def share(*memories, position=AFTER, life=HOME):
    """What is held at a session's end, as a share."""
    (found,) = held_scores(StoreStaleShare(), hold(life, *memories, position=position))
    return found.value


def test_the_share_of_memories_that_were_superseded():
    assert share((["t0"], None), (["t1"], None), (["t2"], None)) == pytest.approx(1 / 3)


def test_a_memory_that_ended_is_not_held_as_current():
    assert share((["t0"], START), (["t1"], None)) == 0.0


def test_nothing_is_superseded_before_the_turn_that_supersedes_it_was_said():
    held = (["t0"], None), (["t1"], None)
    assert share(*held, position=3) == 0.0
    assert share(*held, position=4) == 0.5


def test_the_newest_source_decides():
    assert share((["t0", "t2"], None)) == 0.0
    assert share((["t2", "t0"], None)) == 0.0


def test_an_older_source_does_not_excuse_a_superseded_one():
    life = lived(["my dog is red", "I live in Boston"], ["I moved to Denver"], superseded={"t1": "t2"})
    assert share((["t1", "t0"], None), life=life) == 1.0


def test_sources_that_were_never_said_are_no_sources():
    assert share((["t9"], None), (["t9", "t0"], None)) == 1.0


@pytest.mark.parametrize(
    "memories", [[], [(["t0"], START)], [(["t9"], None)], [([], None)]], ids=["none", "ended", "unknown", "uncited"]
)
def test_nothing_held_as_current_is_not_judged(memories):
    assert held_scores(StoreStaleShare(), hold(HOME, *memories, position=AFTER)) == []


def test_a_life_without_superseded_turns_is_not_judged():
    assert held_scores(StoreStaleShare(), hold(lived(["one"]), (["t0"], None), position=2)) == []


def test_every_session_end_has_its_own_share():
    ends = [hold(HOME, (["t0"], None), position=3), hold(HOME, (["t0"], None), position=5, session=1)]
    found = held_scores(StoreStaleShare(), *ends)
    assert [(score.user, score.query, score.session, score.value) for score in found] == [
        ("ann", None, 0, 0.0),
        ("ann", None, 1, 1.0),
    ]
