"""Effect sizes: Cohen's d for equal users, its interval by the noncentral t, and what has none."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.effect import effect_size
from memlab.stats.mean import Mean, clustered_mean

DRAWS = np.random.default_rng(5)


def of(values, users):
    which = np.unique(users, return_inverse=True)[1]
    mean = clustered_mean(values, list(users))
    return effect_size(mean, np.bincount(which, values), np.bincount(which).astype(float))


def test_users_of_one_size_have_cohens_d_of_their_means_with_its_exact_interval():
    values, users = DRAWS.normal(0.4, 1, 60), np.repeat([f"u{n:02}" for n in range(20)], 3)
    means = values.reshape(20, 3).mean(axis=1)
    found, t = of(values, users), stats.ttest_1samp(means, 0).statistic
    assert found.mean == pytest.approx(means.mean() / means.std(ddof=1))
    for end, share in ((found.low, 0.975), (found.high, 0.025)):
        assert stats.nct.cdf(t, 19, end * np.sqrt(20)) == pytest.approx(share, abs=1e-6)


def test_the_unit_is_no_matter_and_the_side_is_the_sign():
    values, users = DRAWS.normal(0.4, 1, 40), [f"u{n % 8}" for n in range(40)]
    found, scaled, turned = of(values, users), of(values * 7, users), of(-values, users)
    assert (scaled.mean, scaled.low, scaled.high) == pytest.approx((found.mean, found.low, found.high), rel=1e-6)
    assert (turned.mean, turned.low, turned.high) == pytest.approx((-found.mean, -found.high, -found.low), rel=1e-5)


def test_a_user_with_many_questions_weighs_as_in_the_mean():
    values = [1.0] * 90 + [0.0] * 10
    found = of(values, ["a"] * 90 + [f"u{n}" for n in range(10)])
    share = np.array([0.9, *[0.01] * 10])
    spread = np.sqrt((share @ (np.array([1.0, *[0.0] * 10]) - 0.9) ** 2) / (1 - share @ share))
    assert found.mean == pytest.approx(0.9 / spread)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [2.0]])
def test_users_who_do_not_differ_have_none(values):
    assert of(values, [f"u{n}" for n in range(len(values))]) is None
    assert effect_size(Mean(1.0, None, None, 3, 1), np.ones(1), np.ones(1)) is None


@pytest.mark.parametrize("t", [-80.0, -3.0, 0.0, 3.0, 80.0])
def test_the_interval_is_found_however_far_the_mean_is_from_nothing(t):
    values = np.array([-1.0, 1.0] * 10) + t
    found = of(values, [f"u{n:02}" for n in range(20)])
    assert found.low < found.mean < found.high
