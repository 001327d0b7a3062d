"""Rare shares: by Clopper and Pearson where users are alike, and holding where a t interval does not."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.mean import clustered_mean
from memlab.stats.rates import korn_graubard, rare_share


def test_nothing_seen_is_what_as_many_questions_as_users_could_hide():
    found = rare_share([0.0] * 90, [f"u{n % 30}" for n in range(90)])
    assert (found.low, found.high) == pytest.approx((0, stats.beta.ppf(0.975, 1, 30)))
    turned = rare_share([1.0] * 90, [f"u{n % 30}" for n in range(90)])
    assert (turned.low, turned.high) == pytest.approx((1 - found.high, 1.0))


def test_questions_without_clusters_have_nearly_clopper_and_pearsons_interval():
    came, n = 6, 300
    known = stats.binomtest(came, n).proportion_ci(0.95, "exact")
    mean = np.array(came / n)
    low, high = korn_graubard(mean, mean * (1 - mean) / n, np.array(1e6), np.array(n), np.array(n), 0.95)
    assert (low, high) == pytest.approx((known.low, known.high), rel=1e-3)


def test_it_reaches_no_less_far_than_the_plain_interval_within_0_and_1():
    draws = np.random.default_rng(8)
    for _ in range(20):
        values, users = draws.binomial(1, 0.05, 200).astype(float), [f"u{n % 10}" for n in range(200)]
        found, plain = rare_share(values, users), clustered_mean(values, users)
        assert 0 <= found.low <= max(0, plain.low)
        assert min(1, plain.high) <= found.high <= 1
        assert found.mean == plain.mean


def test_it_covers_where_the_plain_interval_does_not():
    draws, held, plain = np.random.default_rng(9), 0, 0
    users = np.repeat([f"u{n}" for n in range(8)], 18)
    for _ in range(200):
        values = draws.binomial(1, np.repeat(draws.beta(0.4, 19.6, 8), 18)).astype(float)
        own, other = rare_share(values, users), clustered_mean(values, users)
        held += own.low <= 0.02 <= own.high
        plain += other.low <= 0.02 <= other.high
    assert held >= 186
    assert plain <= 180


@pytest.mark.parametrize("values", [[-0.1, 0.0], [0.0, 1.1]])
def test_what_is_no_share_is_refused(values):
    with pytest.raises(ValueError, match="a share is from 0 to 1"):
        rare_share(values, ["a", "b"])


def test_one_user_has_no_interval():
    assert rare_share([0.0, 1.0], ["a", "a"]).low is None
