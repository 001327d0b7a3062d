"""Least-squares slopes with an interval over users, against numpy and by simulated studies."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from memlab.stats.slope import clustered_slope

LAW = settings(max_examples=60)
NUMBERS = st.integers(-50, 50).map(float)
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from("abcd")), min_size=3, max_size=25)


def columns(rows):
    """x, y and users, where x varies."""
    x, y, users = zip(*rows, strict=True)
    assume(len(set(x)) > 1)
    return x, y, users


@LAW
@given(rows=ROWS)
def test_the_slope_is_that_of_numpy(rows):
    x, y, users = columns(rows)
    found = clustered_slope(x, y, users)
    assert found.mean == pytest.approx(np.polyfit(x, y, 1)[0], abs=1e-7)
    assert (found.n, found.users) == (len(rows), len(set(users)))


@LAW
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_the_order_of_observations_is_no_matter(rows, order):
    one, other = clustered_slope(*columns(rows)), clustered_slope(*columns(order.sample(rows, len(rows))))
    assert other.mean == pytest.approx(one.mean, abs=1e-7)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-6) or one.low is other.low is None


@LAW
@given(rows=ROWS, shift=NUMBERS)
def test_neither_zero_point_is_any_matter(rows, shift):
    x, y, users = columns(rows)
    one = clustered_slope(x, y, users)
    other = clustered_slope([value + shift for value in x], [value - shift for value in y], users)
    assert other.mean == pytest.approx(one.mean, abs=1e-7)


def test_points_on_a_line_leave_no_doubt():
    found = clustered_slope([0, 1, 2, 3], [1, 3, 5, 7], ["a", "a", "b", "b"])
    assert (found.low, found.mean, found.high) == pytest.approx((2.0, 2.0, 2.0))


def test_one_user_gives_a_slope_without_an_interval():
    found = clustered_slope([0, 1], [0, 3], ["a", "a"])
    assert (found.mean, found.low, found.high, found.users) == (3.0, None, None, 1)


def test_users_of_one_design_give_the_t_interval_of_their_slopes():
    found = clustered_slope([0, 1] * 4, [0, 1, 0, 3, 0, 2, 0, 7], ["a", "a", "b", "b", "c", "c", "d", "d"])
    known = stats.ttest_1samp([1, 3, 2, 7], 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(known))


def test_users_who_differ_in_slope_widen_the_interval():
    x, users = [0, 1] * 4, ["a", "a", "b", "b", "c", "c", "d", "d"]
    alike = clustered_slope(x, [0, 1.1, 0, 0.9, 0, 1.1, 0, 0.9], users)
    unlike = clustered_slope(x, [0, 3, 0, -1, 0, 3, 0, -1], users)
    assert alike.mean == pytest.approx(unlike.mean) == pytest.approx(1)
    assert unlike.high - unlike.low > 10 * (alike.high - alike.low)


def test_a_covariate_that_does_not_vary_is_refused():
    with pytest.raises(ValueError, match="a covariate that varies"):
        clustered_slope([1, 1], [0, 1], ["a", "b"])


def test_the_interval_covers_the_truth_as_often_as_it_says():
    draws, covered, studies = np.random.default_rng(2), 0, 800
    for _ in range(studies):
        users = np.repeat(np.arange(20), draws.integers(10, 31, 20))
        x = draws.uniform(0, 6, len(users))
        level, lean = draws.normal(0, 1, 20), draws.normal(-0.1, 0.1, 20)
        y = level[users] + lean[users] * x + draws.normal(0, 0.5, len(users))
        found = clustered_slope(x, y, [str(user) for user in users])
        covered += found.low <= -0.1 <= found.high
    assert 0.92 <= covered / studies <= 0.98
