"""What a question offers to choose from."""

from collections import Counter
from statistics import mean

import pytest

from memlab.sources.simulated import Simulated
from memlab.sources.simulated.options import OPTIONS, counts, months, options, others
from memlab.text import contains

OFFERED = ("sentiment", "who_said", "order")  # these offer what they ask between


@pytest.fixture(scope="module")
def golds():
    source = Simulated(users=4)
    lives = [source.life(user, seed=0) for user in source.users()]
    for life in lives:
        list(life.stream())
    return [gold for life in lives for gold in life.gold.values() if gold.choices and gold.kind not in OFFERED]


def test_options_are_the_answer_and_the_first_rivals_that_are_apart_from_it():
    rivals = ["Boston", "Denver", "New Denver", "Lyon", "Boston", "Oslo", "Rome"]
    assert options(["Denver", "Mile High"], rivals, "Where, if not in Lyon?") == ("Boston", "Denver", "Oslo", "Rome")


def test_one_option_is_none():
    assert options(["Denver"], ["Denver"], "Where?") == () == options([], ["Boston"], "Where?")


def test_another_users_value_comes_before_what_was_said_and_that_before_the_rest():
    first, *rest = others({"tea"}, ["milk", "tea", "water"], "drink")
    assert first in ("milk", "water")
    assert rest[0] == "tea"


def test_numbers_are_near_and_what_has_left_is_counted_first():
    assert counts(2, 3)[0] == "five"
    assert "zero" not in counts(1, 0)
    assert months(2)[:2] == ["5 months", "9 months"]


def test_every_question_that_can_be_answered_offers_options(golds):
    assert {len(gold.choices) for gold in golds} == {OPTIONS}
    kinds = Counter(gold.kind for gold in golds)
    assert len(kinds) == 16
    for gold in golds:
        assert len(set(gold.choices) & set(gold.answers)) == 1, gold
        assert not any(contains(a, b) for a in gold.choices for b in gold.choices if a != b), gold


def test_what_is_out_of_date_is_offered_beside_what_no_turn_has_said(golds):
    updated = [gold for gold in golds if gold.kind in ("current_value", "preference") and gold.stale]
    assert len(updated) > 20
    assert all(gold.stale_values[-1] in gold.choices for gold in updated)
    assert all(set(gold.choices) - {*gold.answers, *gold.stale_values} for gold in updated)


def test_no_place_among_the_options_tells_which_is_right(golds):
    places = [next(n for n, choice in enumerate(gold.choices) if choice in gold.answers) for gold in golds]
    assert mean(places) == pytest.approx((OPTIONS - 1) / 2, abs=0.25)
