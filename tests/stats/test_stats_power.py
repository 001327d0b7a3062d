"""What a study could have seen, against studies that were drawn."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.paired import paired_difference
from memlab.stats.power import detectable, users_for


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


def test_a_longer_interval_lets_less_be_seen_and_needs_more_users():
    assert detectable(0.01, 19, longer=1.2) > 1.1 * detectable(0.01, 19)
    assert users_for(0.02, 0.01, 19, 20, longer=1.2) > users_for(0.02, 0.01, 19, 20)
    assert users_for(0.002, 0.01, 19, 20, longer=1.2) < 1.1 * users_for(0.002, 0.01, 19, 20)


def test_with_many_users_it_is_the_sum_of_two_normal_quantiles():
    assert detectable(1.0, 1e5) == pytest.approx(stats.norm.ppf(0.975) + stats.norm.ppf(0.8), abs=1e-3)


@pytest.mark.parametrize("error", [None, 0.0, 1e-17])
def test_without_a_spread_of_users_nothing_is_known(error):
    assert detectable(error, None if error is None else 1) is None


def test_a_paired_difference_carries_what_it_could_have_seen():
    a = {(f"u{n}", "q"): value for n, value in enumerate([0.9, 0.4, 0.8, 0.6, 0.7, 0.3, 0.2])}
    b = dict.fromkeys(a, 0.5)
    found = paired_difference(a, b, True)
    assert found.detectable == detectable(found.mean.error, found.mean.freedom, longer=found.mean.longer)
    assert found.detectable > (found.mean.high - found.mean.low) / 2
    assert paired_difference({("u", "q"): 1.0}, {("u", "q"): 0.0}, True).detectable is None


@pytest.mark.parametrize("users", [6, 20, 57])
def test_the_users_a_study_needs_are_those_with_whom_it_resolves_the_effect(users):
    """Both ways: so many users resolve it, one less does not; and a study of that size needs no other."""
    error, freedom = 0.1, users - 1
    for effect in (0.05, 0.2, 0.31):
        needed = users_for(effect, error, freedom, users)
        own = [detectable(error * (users / n) ** 0.5, n - 1) for n in (needed, needed - 1)]
        assert own[0] <= effect
        assert needed == 6 or own[1] > effect
    assert users_for(detectable(error, freedom), error, freedom, users) == users


def test_half_the_effect_needs_about_four_times_the_users():
    one, half = (users_for(effect, 0.1, 99, 100) for effect in (0.2, 0.1))
    assert half == pytest.approx(4 * one, rel=0.03)
    assert users_for(-0.2, 0.1, 99, 100) == one
    assert users_for(0.2, 0.1, 99, 100, power=0.95) > one


@pytest.mark.parametrize(
    ("effect", "error", "users"), [(0.0, 0.1, 20), (0.1, None, 20), (0.1, 0.0, 20), (1e-7, 0.1, 20), (0.1, 0.1, 1)]
)
def test_what_no_number_of_users_answers_has_none(effect, error, users):
    assert users_for(effect, error, 19, users) is None
