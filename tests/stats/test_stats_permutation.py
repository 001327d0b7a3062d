"""Sign flips of whole users: against counting by hand and scipy, and as often wrong as they say."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from memlab.stats.permutation import DRAWS, sign_flip_p

LAW = settings(max_examples=40)
TOTALS = st.lists(st.integers(-8, 8).map(lambda eighths: eighths / 8), min_size=1, max_size=9)


@LAW
@given(totals=TOTALS)
def test_few_users_are_flipped_in_every_way(totals):
    sums = [abs(np.dot(signs, totals)) for signs in product([1, -1], repeat=len(totals))]
    assert sign_flip_p(totals, "x") == pytest.approx(np.mean([far >= abs(sum(totals)) - 1e-9 for far in sums]))


@LAW
@given(totals=TOTALS)
def test_sides_and_the_order_of_users_are_no_matter(totals):
    p = sign_flip_p(totals, "x")
    assert sign_flip_p([-total for total in totals], "x") == p
    assert sign_flip_p(sorted(totals), "x") == p
    assert 0 < p <= 1


def test_one_question_a_user_is_scipys_permutation_test():
    values = np.array([0.5, 0.25, -0.1, 0.4, 0.3, 0.2, -0.05])
    known = stats.permutation_test((values,), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip_p(values, "x") == pytest.approx(known.pvalue)


def test_many_users_are_flipped_at_random_and_the_flip_that_was_seen_counts():
    values = np.random.default_rng(1).normal(0.15, 1, 60)
    assert sign_flip_p(values, "x") == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.02)
    assert sign_flip_p(np.ones(60), "x") == 1 / (DRAWS + 1)
    assert sign_flip_p(values, "x") == sign_flip_p(values, "x") != sign_flip_p(values, "y")


@pytest.mark.parametrize("users", [9, 30])
def test_comparisons_side_by_side_are_each_of_them(users):
    columns = np.random.default_rng(2).normal(0.2, 1, (users, 3))
    alone = [sign_flip_p(column, "x") for column in columns.T]
    assert sign_flip_p(columns, "x").tolist() == pytest.approx(alone)


def test_fourteen_users_are_the_first_to_be_drawn():
    """Of 13 users no p-value is other than a whole number of 4,096th; of 14 users one is."""
    values = np.random.default_rng(3).normal(0.3, 1, 14)
    assert (sign_flip_p(values[:13], "x") * 4096) % 1 == 0
    assert (sign_flip_p(values, "x") * (DRAWS + 1)) % 1 == pytest.approx(0, abs=1e-6)


def test_nothing_to_flip_is_no_evidence():
    assert sign_flip_p([0.0] * 8, "x") == 1.0


@pytest.mark.parametrize("users", [6, 11])
def test_swapped_arms_reject_as_often_as_they_say_whatever_the_sizes(users):
    draws = np.random.default_rng(4)
    counts = draws.integers(1, 60, (users, 1))
    totals = counts * (draws.exponential(1, (users, 1)) * draws.choice([-1.0, 1.0], (users, 4_000)))
    p = sign_flip_p(totals, "x")
    assert np.mean(p <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4_000)
    if users == 11:
        assert np.mean(p <= 0.05) >= 0.04
