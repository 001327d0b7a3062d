"""What leaving a memory out does, beside placebos; Shapley values; how often a placebo is taken for used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from memlab.metrics.uses import TOLERANCE
from memlab.seeds import Draw
from memlab.use.effects import effect, shapley

WORTH = {"right": 0.5, "wrong": -0.25, "tea": 0.0}
TEXTS = st.lists(st.sampled_from([*WORTH, "both"]), min_size=1, max_size=5).map(tuple)


def additive(texts):
    return sum(WORTH.get(text, 0.0) for text in texts)


def at_least_one(texts):
    """What is said twice adds nothing."""
    return float("right" in texts) - 0.5 * ("wrong" in texts) + 0.25 * ("both" in texts and "right" in texts)


def test_an_effect_is_what_is_lost_without_the_memory():
    found = effect(additive, ("right", "wrong"), [0], [["tea"]] * 21, 19)
    assert (found.effect, found.bar, found.impostor) == (0.5, 0.0, 0.0)
    assert effect(additive, ("right", "wrong"), [1], [["tea"]] * 21, 19).effect == -0.25


def test_the_bar_is_what_as_many_placebos_do_not_exceed():
    placebos = [["right"]] * 2 + [["wrong"]] * 3 + [["tea"]] * 15 + [["right"]]
    bars = [effect(additive, ("tea",), [0], placebos, outdo).bar for outdo in (15, 16, 18, 19, 20)]
    assert bars == [0.0, 0.25, 0.25, 0.5, 0.5]


def test_a_place_stays_empty_so_that_nothing_moves_up():
    by_order = lambda texts: sum(WORTH.get(text, 0.0) / (1 + place) for place, text in enumerate(texts))  # noqa: E731
    found = effect(by_order, ("tea", "right"), [0], [["tea"]] * 21, 19)
    assert found.effect == found.bar == 0.0


def test_what_is_said_twice_is_seen_only_if_both_are_left_out():
    texts = ("right", "right", "tea")
    alone, together = (effect(at_least_one, texts, own, [["tea"] * len(own)] * 21, 19) for own in ([0], [0, 1]))
    assert (alone.effect, together.effect) == (0.0, 1.0)


@pytest.mark.parametrize(("outdo", "expected"), [(19, 2 / 21), (20, 1 / 21)])
def test_a_placebo_is_taken_for_used_as_often_as_chance_has_it(outdo, expected):
    """The instrument's law: effects without ties, of a reader whose balance is anything but simple."""

    def balance(texts):
        return Draw(1, *texts).below(10**12) / 10**12

    draw, used, n = Draw(7, "law"), 0, 3000
    for case in range(n):
        placebos = [[f"placebo {draw.below(10**9)}"] for _ in range(21)]
        found = effect(balance, (f"memory {case}", f"other {case}"), [0], placebos, outdo)
        used += abs(found.impostor) > found.bar + TOLERANCE
    low, high = binom.interval(0.999, n, expected)
    assert low <= used <= high


@given(TEXTS)
def test_shapley_values_share_out_the_whole(texts):
    groups = [(place,) for place in range(len(texts))]
    whole = at_least_one(texts) - at_least_one((None,) * len(texts))
    assert sum(shapley(at_least_one, texts, groups)) == pytest.approx(whole)


@given(TEXTS)
def test_where_worths_add_up_shapley_values_are_what_leaving_out_does(texts):
    groups = [(place,) for place in range(len(texts))]
    alone = [effect(additive, texts, group, [[""]] * 2, 1).effect for group in groups]
    assert shapley(additive, texts, groups) == pytest.approx(alone)


def test_shapley_values_divide_what_leaving_out_misses():
    assert shapley(at_least_one, ("right", "right", "wrong"), [(0,), (1,), (2,)]) == pytest.approx([0.5, 0.5, -0.5])
    assert shapley(at_least_one, ("right", "right", "wrong"), [(0, 1), (2,)]) == pytest.approx([1.0, -0.5])
