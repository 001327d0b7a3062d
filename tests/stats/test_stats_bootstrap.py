"""Users drawn again: means and variances against a loop, quantiles against numpy, laws of the mean."""

import numpy as np
import pytest

from memlab.stats.bootstrap import bootstrap_t_mean, resampled, studentised
from memlab.stats.mean import clustered_mean

DRAWS = np.random.default_rng(3)


def test_a_resample_is_the_mean_of_who_was_drawn_with_the_variance_over_them():
    totals, counts = np.array([1.0, 4.0, 2.0]), np.array([2.0, 5.0, 4.0])
    mean, variance = resampled(totals, counts, np.array([[2.0, 0.0, 1.0]]))
    drawn, sizes = np.array([1.0, 1.0, 2.0]), np.array([2.0, 2.0, 4.0])
    assert mean == pytest.approx(drawn.sum() / 8)
    assert variance == pytest.approx(((drawn - sizes * mean) ** 2).sum() * 3 / 2 / 64)


def test_quantiles_are_numpys_and_what_has_no_spread_is_left_out():
    away, variances = DRAWS.normal(0, 1, (4, 51)), DRAWS.uniform(0.5, 2, (4, 51))
    variances[0, :7] = 0.0
    low, high = studentised(away, variances, 0.9)
    kept = away[0, 7:] / np.sqrt(variances[0, 7:])
    assert (low[0], high[0]) == pytest.approx(tuple(np.quantile(kept, [0.05, 0.95])))
    whole = np.quantile(away[1:] / np.sqrt(variances[1:]), [0.05, 0.95], axis=-1)
    assert np.array([low[1:], high[1:]]) == pytest.approx(whole)
    assert not np.isfinite(studentised(away[0], np.zeros(51), 0.9)).any()


def test_the_interval_is_near_students_where_users_are_many_and_not_skewed():
    values, users = DRAWS.normal(0.5, 0.2, 120), [f"u{n % 40}" for n in range(120)]
    found, known = bootstrap_t_mean(values, users, name="x"), clustered_mean(values, users)
    assert (found.mean, found.n, found.users, found.error) == (known.mean, known.n, known.users, known.error)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.15 * (known.high - known.low))


def test_the_longer_end_is_where_users_are_far_out():
    values = DRAWS.exponential(1.0, 30)
    found = bootstrap_t_mean(values, [str(n) for n in range(30)], name="x")
    assert found.high - found.mean > 1.1 * (found.mean - found.low)


def test_the_same_name_draws_the_same_and_another_draws_others():
    values, users = [0.1, 0.5, 0.2, 0.9, 0.4], list("abcde")
    one, again, other = (bootstrap_t_mean(values, users, name=name) for name in ("x", "x", "y"))
    assert one == again
    assert one.low != other.low


def test_strata_are_drawn_each_by_itself():
    """Two strata far apart: the spread between them is no doubt about the mean."""
    values, users = [0.0, 0.1, 0.05, 0.12, 5.0, 5.1, 5.05, 5.12], list("abcdefgh")
    strata = ["low"] * 4 + ["high"] * 4
    apart = bootstrap_t_mean(values, users, name="x", strata=strata)
    together = bootstrap_t_mean(values, users, name="x")
    assert apart.high - apart.low < 0.1 * (together.high - together.low)


@pytest.mark.parametrize("values", [[0.5] * 4, [1.0]])
def test_where_there_is_no_doubt_or_no_telling_it_is_the_plain_mean(values):
    users = [str(n) for n in range(len(values))]
    found, known = bootstrap_t_mean(values, users, name="x"), clustered_mean(values, users)
    assert (found.low, found.high) == (known.low, known.high)
