"""What a study needs: against drawn studies, and against the power of one seed."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.planning import need
from memlab.stats.power import users_for


@pytest.mark.parametrize(("effect", "user_sd"), [(0.03, 0.06), (0.05, 0.2)])
def test_one_seed_is_what_power_says(effect, user_sd):
    assert need(effect, user_sd).users == users_for(effect, user_sd / 30**0.5, 29, 30)


@pytest.mark.parametrize("seeds", [6, 12])
def test_so_many_users_under_so_many_seeds_find_it_in_four_of_five_studies(seeds):
    draws, effect = np.random.default_rng(10), 0.1
    found = need(effect, user_sd=0.2, seed_sd=0.02, seeds=seeds)
    shape = (4_000, seeds, found.each)
    values = effect + draws.normal(0, 0.02, (4_000, seeds, 1)) + draws.normal(0, 0.2, shape)
    means = values.mean(axis=2)
    rejected = stats.ttest_1samp(means, 0, axis=1).pvalue < 0.05  # seeds for units: valid, if careful where few
    assert 0.55 <= rejected.mean() <= 0.87


def test_seeds_that_differ_cost_users_and_more_of_them_cost_fewer():
    plain, four, eight = (need(0.05, 0.2, seed_sd=0.02, seeds=n).users for n in (1, 4, 8))
    assert plain < eight < four
    assert need(0.05, 0.2, seed_sd=0.0, seeds=4).users == plain


def test_where_seeds_differ_more_than_the_effect_no_number_of_users_helps():
    found = need(0.01, 0.2, seed_sd=0.1, seeds=2)
    assert (found.users, found.each) == (None, None)


@pytest.mark.parametrize("wrong", [{"effect": 0}, {"user_sd": 0}, {"seed_sd": -1}, {"seeds": 0}])
def test_what_is_no_plan_is_refused(wrong):
    with pytest.raises(ValueError, match="must be above 0, seeds 1 or more"):
        need(**{"effect": 0.03, "user_sd": 0.06} | wrong)


def test_a_plan_with_few_seeds_is_found_between_too_few_users_and_too_many():
    """With two seeds freedom falls as users grow: 26 to 47 find the effect, 25 and 48 do not."""
    assert need(0.05, user_sd=0.06, seed_sd=0.013, seeds=2).users == 26
