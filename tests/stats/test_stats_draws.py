"""Users drawn again and halved: everybody counts once on average, within the own stratum, as spread out as they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.stats.draws import halves, user_weights

STRATA = st.lists(st.sampled_from("abc"), min_size=1, max_size=12)


@given(STRATA, st.integers(0, 9))
def test_a_stratum_weighs_the_same_in_every_resample(strata, seed):
    weights = user_weights(strata, 5, seed)
    for name in set(strata):
        own = [place for place, stratum in enumerate(strata) if stratum == name]
        assert weights[:, own].sum(axis=1) == pytest.approx([len(own)] * 5)
    assert (weights >= 0).all()


@pytest.mark.parametrize("users", [2, 5])
def test_the_spread_of_resampled_means_is_that_of_the_mean(users):
    values = np.arange(users, dtype=float)
    means = user_weights(["a"] * users, 20_000, 1) @ values / users
    assert means.mean() == pytest.approx(values.mean(), abs=0.02)
    assert means.std() == pytest.approx(values.std(ddof=1) / np.sqrt(users), rel=0.03)


@given(STRATA, st.integers(0, 9))
def test_a_half_has_half_of_every_stratum(strata, seed):
    first = halves(strata, 4, seed)
    for name in set(strata):
        own = [place for place, stratum in enumerate(strata) if stratum == name]
        assert (np.abs(2 * first[:, own].sum(axis=1) - len(own)) <= len(own) % 2).all()


def test_the_odd_user_falls_in_either_half_and_everybody_in_both():
    first = halves(["a", "b", "b", "b"], 999, 0)
    assert 0.4 < first[:, 0].mean() < 0.6
    assert set(first[:, 1:].sum(axis=1)) == {1, 2}
    assert (np.abs(first.mean(axis=0) - 0.5) < 0.08).all()


def test_the_same_seed_draws_the_same():
    assert (user_weights(["a"] * 5, 3, 7) == user_weights(["a"] * 5, 3, 7)).all()
    assert (user_weights(["a"] * 5, 3, 7) != user_weights(["a"] * 5, 3, 8)).any()
