"""Splits: what chance gives is not alarmed about, and what it does not give is."""

import numpy as np
import pytest

from memlab.stats.allocation import lost_alike_p, sample_ratio_p


def test_even_chance_seldom_alarms_and_lost_users_do():
    counts = np.random.default_rng(0).binomial(1000, 0.5, 500)
    p = np.array([sample_ratio_p([int(n), 1000 - int(n)], [0.5, 0.5]) for n in counts])
    assert 0.02 < (p < 0.05).mean() < 0.08
    assert sample_ratio_p([5000, 4500], [0.5, 0.5]) < 0.001
    assert sample_ratio_p([900, 100], [0.9, 0.1]) == 1.0


def test_shares_need_not_add_up_to_one():
    assert sample_ratio_p([30, 10], [3, 1]) == sample_ratio_p([30, 10], [0.75, 0.25]) == 1.0


@pytest.mark.parametrize(
    ("counts", "shares"), [([5], [1.0]), ([0, 0], [0.5, 0.5]), ([5, 5], [1.0, 0.0]), ([5, 5], [1])]
)
def test_what_is_no_split_is_refused(counts, shares):
    with pytest.raises(ValueError, match="a split needs users"):
        sample_ratio_p(counts, shares)


def test_losing_more_users_in_one_arm_is_seen():
    assert lost_alike_p([90, 91], [100, 100]) > 0.5
    assert lost_alike_p([99, 80], [100, 100]) < 0.001
    assert lost_alike_p([0, 0], [10, 10]) == 1.0


def test_few_lost_users_alarm_as_often_as_chance_says():
    """The chi-square distribution puts the one lost user of a small arm below one in a million."""
    assert lost_alike_p([30, 30, 0], [30, 30, 1]) == pytest.approx(1 / 61, abs=0.005)
    draws = np.random.default_rng(1)
    exposed = np.array([90, 90, 10])
    p = np.array(
        [lost_alike_p((exposed - draws.binomial(exposed, 0.02)).tolist(), exposed.tolist()) for _ in range(300)]
    )
    assert (p < 0.05).mean() < 0.09
    assert (p < 0.005).mean() < 0.02


def test_arms_without_users_say_nothing_of_losses():
    assert lost_alike_p([5, 5, 0], [6, 5, 0]) == lost_alike_p([5, 5], [6, 5])
    assert lost_alike_p([5], [6]) == 1.0


def test_a_tiny_arm_is_held_against_drawn_splits():
    exact = 1 - 0.99**40 - 40 * 0.01 * 0.99**39
    assert sample_ratio_p([38, 2], [0.99, 0.01]) == pytest.approx(exact, abs=0.015)
    assert sample_ratio_p([30, 10], [0.99, 0.01]) < 0.001
