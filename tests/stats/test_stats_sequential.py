"""Looking while it runs: at most 5 % of drawn studies without a difference are ever rejected; a t test rejects more."""

import numpy as np
import pytest

from memlab.stats.sequential import always_valid_p, confidence_sequence, tightest_mixture
from memlab.stats.welch import mean_difference

STUDIES, USERS, LOOKS = 600, 120, 20


@pytest.fixture(scope="module")
def looked_at():
    """Studies of users who differ, in sessions that differ, looked at after each session; no effect."""
    generator = np.random.default_rng(0)
    found = []
    for _ in range(STUDIES):
        sessions = generator.normal(0, 0.1, (USERS, 1)) + generator.normal(0, 0.4, (USERS, LOOKS))
        means = sessions.cumsum(axis=1) / np.arange(1, LOOKS + 1)
        found.append(mean_difference(means[::2], means[1::2]))
    return (
        np.vstack([f.difference for f in found]),
        np.vstack([f.error for f in found]),
        np.vstack([f.p for f in found]),
    )


@pytest.mark.parametrize("of", [0.3, 1.0, 3.0])
def test_the_level_holds_at_every_look_whatever_the_mixture(looked_at, of):
    difference, error, naive = looked_at
    p = always_valid_p(difference, error, of * tightest_mixture(error[:, :1]))
    assert (p[:, -1] <= 0.05).mean() <= 0.05
    assert (naive.min(axis=1) <= 0.05).mean() > 0.1


def test_p_only_falls_and_says_what_the_interval_says(looked_at):
    difference, error, _ = looked_at
    p = always_valid_p(difference, error, 0.1)
    low, high = confidence_sequence(difference, error, 0.1)
    assert (np.diff(p, axis=1) <= 0).all()
    excluded = np.logical_or.accumulate((low > 0) | (high < 0), axis=1)
    assert (excluded == (p < 0.05)).all()


def test_the_sequence_holds_a_true_difference_at_all_looks(looked_at):
    difference, error, _ = looked_at
    low, high = confidence_sequence(difference + 0.2, error, tightest_mixture(error[:, :1]))
    assert ((low <= 0.2) & (high >= 0.2)).all(axis=1).mean() >= 0.95


def test_a_real_difference_is_found(looked_at):
    difference, error, _ = looked_at
    p = always_valid_p(difference + 0.2, error, tightest_mixture(error[:, :1]))
    assert (p[:, -1] <= 0.05).mean() > 0.8


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 2.0])
def test_no_other_mixture_gives_a_shorter_interval_there(factor):
    zero, error, best = np.zeros(1), np.array([0.1]), tightest_mixture(0.1)
    assert confidence_sequence(zero, error, best)[1] < confidence_sequence(zero, error, factor * best)[1]


@pytest.mark.parametrize("error", [0.0, np.nan])
def test_a_look_that_tells_nothing_leaves_p_as_it_is(error):
    p = always_valid_p(np.array([0.5, 0.1, 9.0]), np.array([0.1, 0.1, error]), 0.2)
    assert p[0] < 0.05
    assert p[0] == p[1] == p[2]
    low, high = confidence_sequence(np.array([9.0]), np.array([error]), 0.2)
    assert (low.item(), high.item()) == (-np.inf, np.inf)
