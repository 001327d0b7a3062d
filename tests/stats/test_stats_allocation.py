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
