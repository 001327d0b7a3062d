"""Rare shares: by Clopper and Pearson where users are alike, and holding where a t interval does not."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.mean import clustered_mean
from memlab.stats.rates import korn_graubard, rare_share, share_mean


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


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_share_has_the_interval_that_holds_where_it_lies(share):
    users = [f"u{n % 20}" for n in range(400)]
    values = np.random.default_rng(3).binomial(1, share, 400).astype(float)
    wanted = clustered_mean(values, users) if share == 0.5 else rare_share(values, users)
    assert share_mean(values, users) == wanted


def test_users_who_all_show_the_same_share_leave_others_open():
    found = share_mean([0.0, 1.0] * 20, [f"u{n // 2}" for n in range(40)])
    assert (found.mean, found.error) == (0.5, 0.0)
    assert found.low < 0.3
    assert found.high > 0.7


def test_few_questions_hold_the_truth_though_many_studies_see_nothing():
    draws, users = np.random.default_rng(5), [f"u{n % 20}" for n in range(60)]
    studies = [share_mean(draws.binomial(1, 0.02, 60).astype(float), users) for _ in range(200)]
    assert np.mean([one.low <= 0.02 <= one.high for one in studies]) >= 0.93


@pytest.mark.parametrize("values", [[-0.1, 0.0], [0.0, 1.1]])
def test_what_is_no_share_is_refused(values):
    with pytest.raises(ValueError, match="a share is from 0 to 1"):
        rare_share(values, ["a", "b"])


def test_one_user_has_no_interval():
    assert rare_share([0.0, 1.0], ["a", "a"]).low is None


@pytest.mark.parametrize("value", [0.1, 0.25, 0.3, 0.7])
def test_users_who_are_all_alike_are_a_question_each_whatever_rounding_leaves(value):
    found = rare_share([value] * 77, [f"u{n % 20}" for n in range(77)])
    low, high = korn_graubard(*map(np.array, (value, 0.0, 19.0, 77.0, 20.0)), 0.95)
    assert (found.low, found.high) == pytest.approx((float(low), float(high)))
