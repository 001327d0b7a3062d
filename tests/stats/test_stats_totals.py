"""CR2, Satterthwaite and the turn for skew: against matrices written out, against scipy, and by laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from memlab.stats.totals import FLAT, skewed_ends, spread_of_total

LAW = settings(max_examples=60)
COUNTS = st.lists(st.integers(1, 60), min_size=2, max_size=9).map(lambda sizes: np.array(sizes, float))
RHO = st.sampled_from([0.0, 0.1, 0.5, 1.0])


def written_out(totals, counts, rho):
    """The same by matrices: T = (I - p 1')U, V = T'CT, with C from the model's Var(U); 2 E²/Var of V."""
    g, p = len(counts), counts / counts.sum()
    model = np.diag(counts * (1 + (counts - 1) * rho))
    fit = np.eye(g) - np.outer(p, np.ones(g))
    moments = fit @ model @ fit.T
    correct = np.diag(np.diag(model) / np.diag(moments))
    residuals, form = fit @ totals, correct @ moments
    return residuals @ correct @ residuals, np.trace(form) ** 2 / np.trace(form @ form)


@LAW
@given(counts=COUNTS, rho=RHO, seed=st.integers(0, 9))
def test_the_closed_form_is_that_of_the_matrices(counts, rho, seed):
    totals = np.random.default_rng(seed).normal(0, 1, len(counts)) * counts
    found = spread_of_total(totals, counts, rho)
    assert (found.variance, found.freedom) == pytest.approx(written_out(totals, counts, rho), rel=1e-8)


@LAW
@given(users=st.integers(2, 30), size=st.integers(1, 50), rho=RHO, seed=st.integers(0, 9))
def test_users_of_one_size_have_as_many_degrees_of_freedom_as_there_are_less_one(users, size, rho, seed):
    means = np.random.default_rng(seed).normal(0, 1, users)
    found = spread_of_total(means * size, np.full(users, float(size)), rho)
    assert found.freedom == pytest.approx(users - 1)
    assert found.variance / (users * size) ** 2 == pytest.approx(means.var(ddof=1) / users)


@LAW
@given(counts=COUNTS, rho=RHO)
def test_no_weighing_gives_more_degrees_of_freedom_than_equal_users_do(counts, rho):
    found = spread_of_total(np.zeros(len(counts)), counts, rho)
    assert 1 - 1e-9 <= found.freedom <= len(counts) - 1 + 1e-9


@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0])
def test_the_variance_is_right_on_average_where_the_working_model_is(rho):
    counts, draws = np.array([3.0, 10, 40, 7, 7]), np.random.default_rng(1)
    truth = counts * (1 + (counts - 1) * rho)
    drawn = spread_of_total(draws.normal(0, np.sqrt(truth), (40_000, 5)), counts, rho).variance
    exact = truth.sum()
    assert drawn.mean() == pytest.approx(exact, rel=0.03)


def test_many_studies_at_once_are_each_of_them():
    draws = np.random.default_rng(2)
    counts = draws.integers(1, 30, (7, 5)).astype(float)
    totals = draws.normal(0, 1, (7, 5))
    together = spread_of_total(totals, counts)
    for place in range(7):
        alone = spread_of_total(totals[place], counts[place])
        assert [part[place] for part in together] == pytest.approx(list(alone))


@LAW
@given(st.lists(st.floats(-3, 3).map(lambda value: round(value, 2)), min_size=3, max_size=12))
def test_the_longer_end_is_where_halls_cubic_has_students_quantile(values):
    x = np.array(values)
    if np.ptp(x) == 0:
        return
    found = spread_of_total(x, np.ones(len(x)))
    quantile = stats.t.ppf(0.975, len(x) - 1)
    most = optimize.brentq(lambda s: s * (quantile + s / 6) - FLAT, 0, 1)
    skew = np.clip(stats.skew(x) / np.sqrt(len(x)), -most, most)

    def cubic(t):
        return t + skew * t**2 / 3 + skew**2 * t**3 / 27 + skew / 6

    for end, wanted in zip(skewed_ends(1.0, found.freedom, *found[2:], 0.95), (quantile, -quantile), strict=True):
        away = end if wanted > 0 else -end
        turned = optimize.brentq(lambda t, w=wanted: cubic(t) - w, -1e4, 1e4)
        assert away == pytest.approx(max(turned, wanted) if wanted > 0 else min(turned, wanted), abs=1e-5)


@LAW
@given(st.lists(st.floats(-9, 9).map(lambda value: round(value, 1) ** 3), min_size=3, max_size=12))
def test_no_interval_is_shorter_than_students_or_has_an_end_more_than_1_8_times_as_long(values):
    found = spread_of_total(np.array(values), np.ones(len(values)))
    quantile = stats.t.ppf(0.975, found.freedom)
    for end in skewed_ends(1.0, *found[1:], 0.95):
        assert quantile - 1e-9 <= end <= 1.85 * quantile


def test_the_longer_end_is_where_users_are_far_out():
    found = spread_of_total(np.array([0.0, 0, 0, 0, 0, 0, 1]), np.ones(7))
    below, above = skewed_ends(1.0, found.freedom, *found[2:], 0.95)
    assert below == pytest.approx(stats.t.ppf(0.975, found.freedom))
    assert above > 1.4 * below
    assert skewed_ends(1.0, found.freedom, found.squares, -found.cubes, 0.95) == pytest.approx((above, below))


def test_users_who_are_all_the_same_leave_nothing_to_turn():
    found = spread_of_total(np.full(6, 2.0), np.full(6, 4.0))
    assert (found.variance, found.squares, found.cubes) == (0, 0, 0)
    assert skewed_ends(0.0, found.freedom, *found[2:], 0.95) == (0, 0)
