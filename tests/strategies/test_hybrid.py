import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure
from memlab.testing import START, ask, turn


def hybrid(texts, **params):
    strategy = make("strategy/hybrid", encoder=Hashing(128), **params)
    for place, text in enumerate(texts):
        strategy.observe(turn(place, text))
    return strategy


def ids(strategy, text, limit=10, place=90):
    return [memory.id for memory in strategy.recall(ask(place, text, limit=limit)).memories]


CHAT = ["What is your dentist called?", "Doctor Okafor, on Mill Lane", "Nice weather", "Tea is ready", "See you soon"]


def test_a_reply_is_found_by_the_words_of_the_question_before_it():
    found = ids(hybrid(CHAT), "dentist called")
    assert found[0] == "t0"
    assert found[1] == "t1"


def test_single_turns_are_returned_never_windows():
    memories = hybrid(CHAT).recall(ask(90, "dentist called")).memories
    assert all(memory.text in CHAT and memory.sources == (memory.id,) for memory in memories)


def test_an_erased_turn_leaves_its_neighbours_windows():
    strategy = hybrid(CHAT)
    strategy.observe(Erasure(at=START.replace(hour=23), session=0, turns=frozenset({"t0"})))
    twin = make("strategy/hybrid", encoder=Hashing(128))
    for place, text in list(enumerate(CHAT))[1:]:
        twin.observe(turn(place, text))
    for question in ("dentist called", "weather", "Okafor tea"):
        assert strategy.recall(ask(90, question)) == twin.recall(ask(90, question))


def test_recency_is_off_by_default_and_counts_when_weighed():
    texts = ["apples are fine"] + ["other things entirely"] * 5 + ["apples are fine"]
    even, recent = hybrid(texts), hybrid(texts, recency_weight=50.0, half_life_days=0.001)
    assert ids(recent, "apples fine", place=7)[0] == "t6"
    assert ids(even, "apples fine", place=7)[0] == "t0"


def test_the_filter_drops_what_is_too_old():
    strategy = hybrid(["apples", "pears", "apples again"], max_age_days=89 / 1440)
    assert set(ids(strategy, "apples", place=90)) <= {"t1", "t2"}


def test_fusion_by_reciprocal_rank_is_an_option():
    strategy = hybrid(CHAT)
    other = hybrid(CHAT, fuse={"_target_": "memlab.indexes.fusion.reciprocal_rank", "_partial_": True})
    assert set(ids(strategy, "dentist")) == set(ids(other, "dentist"))
    assert [m.score for m in other.recall(ask(90, "dentist")).memories] != [
        m.score for m in strategy.recall(ask(90, "dentist")).memories
    ]


@pytest.mark.parametrize("wrong", [{"candidates": 0}, {"recency_weight": -1.0}, {"half_life_days": 0.0}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(Exception, match="candidates must be at least 1"):
        hybrid([], **wrong)


def test_an_erasure_moves_no_other_window_among_equals():
    texts = [f"note {place % 3}" for place in range(12)]
    erased, twin = hybrid(texts, candidates=3), make("strategy/hybrid", encoder=Hashing(128), candidates=3)
    erased.observe(Erasure(at=START, session=0, turns=frozenset({"t3"})))
    for place, text in enumerate(texts):
        if place != 3:
            twin.observe(turn(place, text))
    for text in ("note", "note 0", "note 1", "what"):
        assert erased.recall(ask(90, text)) == twin.recall(ask(90, text))
