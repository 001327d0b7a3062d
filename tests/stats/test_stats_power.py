"""What a study could have seen, against studies that were drawn."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.paired import paired_difference
from memlab.stats.power import detectable


@pytest.mark.parametrize("users", [5, 14, 20, 100])
def test_an_effect_of_that_size_is_resolved_in_four_of_five_studies(users):
    draws, studies = np.random.default_rng(users), 4000
    effect = detectable(error=1 / users**0.5, freedom=users - 1)
    seen = stats.ttest_1samp(draws.normal(effect, 1, (studies, users)), 0, axis=1).pvalue < 0.05
    assert seen.mean() == pytest.approx(0.8, abs=0.03)


def test_more_users_a_smaller_error_and_less_power_let_smaller_effects_be_seen():
    assert detectable(0.01, 100) < detectable(0.01, 19) < detectable(0.01, 4) < detectable(0.01, 1)
    assert detectable(0.02, 19) == pytest.approx(2 * detectable(0.01, 19))
    assert detectable(0.01, 19, power=0.5) < detectable(0.01, 19) < detectable(0.01, 19, confidence=0.99)


def test_with_many_users_it_is_the_sum_of_two_normal_quantiles():
    assert detectable(1.0, 1e5) == pytest.approx(stats.norm.ppf(0.975) + stats.norm.ppf(0.8), abs=1e-3)


@pytest.mark.parametrize("error", [None, 0.0, 1e-17])
def test_without_a_spread_of_users_nothing_is_known(error):
    assert detectable(error, None if error is None else 1) is None


def test_a_paired_difference_carries_what_it_could_have_seen():
    a = {(f"u{n}", "q"): value for n, value in enumerate([0.9, 0.4, 0.8, 0.6, 0.7, 0.3, 0.2])}
    b = dict.fromkeys(a, 0.5)
    found = paired_difference(a, b, True)
    assert found.detectable == detectable(found.mean.error, found.mean.freedom)
    assert found.detectable > (found.mean.high - found.mean.low) / 2
    assert paired_difference({("u", "q"): 1.0}, {("u", "q"): 0.0}, True).detectable is None
