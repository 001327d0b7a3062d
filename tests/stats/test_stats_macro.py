"""The macro mean: each kind weighs the same, and its interval holds what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.stats.macro import macro_mean
from memlab.stats.mean import clustered_mean

KINDS = ("what", "when", "who", "why")
CHANCE = dict(zip(KINDS, (0.2, 0.5, 0.7, 0.9), strict=True))


def asked(rng, users, each=5.0):
    """Answers of users who differ from one another, to many questions of one kind and few of another."""
    values, people, kinds = [], [], []
    for user in range(users):
        shift = rng.normal(0, 0.7)
        for place, kind in enumerate(KINDS):
            odds = CHANCE[kind] / (1 - CHANCE[kind]) * np.exp(shift)
            answers = rng.random(1 + rng.poisson(each * (place + 1) / 2)) < odds / (1 + odds)
            values += answers.astype(float).tolist()
            people += [f"user {user}"] * len(answers)
            kinds += [kind] * len(answers)
    return values, people, kinds


def test_each_kind_weighs_the_same_however_often_it_was_asked():
    found = macro_mean([1.0] * 9 + [0.0, 0.0], ["a", "b", "c"] * 3 + ["a", "b"], ["often"] * 9 + ["rare"] * 2)
    assert (found.mean, found.n, found.users) == (0.5, 11, 3)


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 4), min_size=3, max_size=8))
def test_one_kind_alone_has_the_micro_mean_and_no_shorter_an_interval(answers):
    values = [float(value) for own in answers for value in own]
    users = [f"user {n}" for n, own in enumerate(answers) for _ in own]
    macro, micro = macro_mean(values, users, ["only"] * len(values)), clustered_mean(values, users)
    assert macro.mean == pytest.approx(micro.mean)
    assert macro.high - macro.low >= micro.high - micro.low - 1e-12


def test_intervals_hold_the_macro_mean_of_all_users():
    rng = np.random.default_rng(8)
    shifts = np.exp(np.random.default_rng(9).normal(0, 0.7, 100_000))
    truth = np.mean([np.mean(shifts * c / (1 - c) / (1 + shifts * c / (1 - c))) for c in CHANCE.values()])
    studies = [macro_mean(*asked(rng, users=20)) for _ in range(300)]
    assert np.mean([one.low <= truth <= one.high for one in studies]) > 0.92


def test_users_who_differ_make_it_unsure():
    alike = macro_mean([0.0, 1.0] * 12, [f"user {n // 8}" for n in range(24)], ["what", "what", "when", "when"] * 6)
    apart = macro_mean([0.0] * 8 + [1.0] * 16, [f"user {n // 8}" for n in range(24)], ["what", "when"] * 12)
    assert alike.high - alike.low < 1e-9 < 0.5 < apart.high - apart.low


@pytest.mark.parametrize("rare", [["a"] * 12, ["a", "b", "c"] * 3])
def test_a_kind_of_one_user_or_of_few_questions_gives_no_interval(rare):
    often = ["a", "b", "c"] * 6
    found = macro_mean([1.0, 0.0] * 9 + [1.0] * len(rare), often + rare, ["what"] * 18 + ["when"] * len(rare))
    assert (found.mean, found.low, found.high, found.users) == (0.75, None, None, 3)


def test_strata_are_not_the_users_doing():
    values, users = [0.1, 0.2, 0.8, 0.9] * 6, ["a", "b", "c", "d"] * 6
    kinds, strata = ["what"] * 12 + ["when"] * 12, ["easy", "easy", "hard", "hard"] * 6
    plain, within = macro_mean(values, users, kinds), macro_mean(values, users, kinds, strata=strata)
    assert within.mean == plain.mean
    assert within.error < plain.error


def test_a_kind_for_each_value():
    with pytest.raises(ValueError, match="a macro mean needs a kind for each value; got 2 and 1"):
        macro_mean([1.0, 0.0], ["a", "b"], ["what"])
