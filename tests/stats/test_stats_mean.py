"""Means over observations that come in users, against scipy and by simulated studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from memlab.stats.mean import Mean, clustered_mean

LAW = settings(max_examples=60)
SHARES = st.floats(-10, 10).map(lambda value: round(value, 3))
OBSERVED = st.lists(st.tuples(SHARES, st.sampled_from("abcdef")), min_size=1, max_size=30)


@LAW
@given(values=st.lists(SHARES, min_size=1, max_size=10), confidence=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_one_value_a_user_gives_the_one_sample_t_interval_where_none_is_skewed(values, confidence):
    values = [*values, *(0.5 - value for value in values)]
    found = clustered_mean(values, [f"u{n}" for n in range(len(values))], confidence)
    known = stats.ttest_1samp(values, 0.0).confidence_interval(confidence) if np.ptp(values) > 0 else (values[0],) * 2
    assert (found.low, found.high) == pytest.approx(tuple(known), abs=1e-9)


def test_users_of_one_size_give_the_t_interval_of_their_means():
    values = [0, 0, 1, 1, 0, 1]
    found = clustered_mean(values, ["a", "a", "b", "b", "c", "c"])
    known = stats.ttest_1samp([0, 1, 0.5], 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(known))


@LAW
@given(observed=OBSERVED)
def test_the_mean_is_that_of_all_values(observed):
    values, users = zip(*observed, strict=True)
    found = clustered_mean(values, users)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-12)
    assert (found.n, found.users) == (len(values), len(set(users)))


@LAW
@given(observed=OBSERVED, order=st.randoms(use_true_random=False))
def test_the_order_of_observations_is_no_matter(observed, order):
    one, other = (
        clustered_mean(*zip(*rows, strict=True)) for rows in (observed, order.sample(observed, len(observed)))
    )
    assert other.mean == pytest.approx(one.mean, abs=1e-9)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-9) or one.low is other.low is None


@LAW
@given(observed=OBSERVED)
def test_the_names_of_users_are_no_matter(observed):
    values, users = zip(*observed, strict=True)
    renamed = [f"z{ord('z') - ord(user)}" for user in users]
    one, other = clustered_mean(values, users), clustered_mean(values, renamed)
    assert other.mean == one.mean
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-9) or one.low is other.low is None


@LAW
@given(observed=OBSERVED, shift=SHARES)
def test_what_is_added_to_all_is_added_to_the_interval(observed, shift):
    values, users = zip(*observed, strict=True)
    one, other = clustered_mean(values, users), clustered_mean([value + shift for value in values], users)
    assert other.mean == pytest.approx(one.mean + shift, abs=1e-9)
    if one.low is not None:
        assert (other.low, other.high) == pytest.approx((one.low + shift, one.high + shift), abs=1e-8)


def test_values_that_come_in_users_say_less_than_as_many_users():
    values = [0.0] * 10 + [1.0] * 10
    clustered = clustered_mean(values, [f"u{n // 5}" for n in range(20)])
    apart = clustered_mean(values, [f"u{n}" for n in range(20)])
    assert clustered.high - clustered.low > 2 * (apart.high - apart.low)


def test_a_wider_confidence_gives_a_wider_interval():
    values, users = [0.0, 1.0, 1.0], ["a", "b", "c"]
    assert clustered_mean(values, users, 0.99).high > clustered_mean(values, users, 0.9).high


def test_how_much_longer_than_students_an_interval_is():
    even, far_out = (
        clustered_mean([0.1, 0.2, 0.3, 0.4], list("abcd")),
        clustered_mean([0, 0, 0, 0, 0, 1], list("abcdef")),
    )
    assert even.longer == pytest.approx(1)
    student = stats.t.ppf(0.975, far_out.freedom) * far_out.error
    assert far_out.longer == pytest.approx((far_out.high - far_out.low) / (2 * student))
    assert 1.2 < far_out.longer < 1.45
    assert clustered_mean([0.5], ["a"]).longer == clustered_mean([0.5, 0.5], ["a", "b"]).longer == 1


def test_values_that_are_all_the_same_leave_no_doubt():
    found = clustered_mean([0.5] * 4, ["a", "a", "b", "c"])
    assert (found.low, found.mean, found.high) == (0.5, 0.5, 0.5)


def test_one_user_gives_a_mean_without_an_interval():
    assert clustered_mean([0.0, 1.0], ["a", "a"]) == Mean(0.5, None, None, 2, 1)


@pytest.mark.parametrize(("values", "users"), [([], []), ([1.0], []), ([1.0], ["a", "b"])])
def test_values_without_their_users_are_refused(values, users):
    with pytest.raises(ValueError, match="at least one value and a user for each"):
        clustered_mean(values, users)


@pytest.mark.parametrize("sizes", ["equal", "between 10 and 30"])
def test_the_interval_covers_the_truth_as_often_as_it_says(sizes):
    draws, covered, studies = np.random.default_rng(1), 0, 800
    for _ in range(studies):
        each = np.full(20, 10) if sizes == "equal" else draws.integers(10, 31, 20)
        users = np.repeat(np.arange(20), each)
        values = draws.normal(0.3, 1, 20)[users] + draws.normal(0, 1, len(users))
        found = clustered_mean(values, [str(user) for user in users])
        covered += found.low <= 0.3 <= found.high
    assert 0.92 <= covered / studies <= 0.98


def test_an_interval_that_forgets_the_users_covers_far_too_rarely():
    draws, covered, studies = np.random.default_rng(1), 0, 200
    for _ in range(studies):
        values = np.repeat(draws.normal(0, 1, 20), 10) + draws.normal(0, 1, 200)
        found = clustered_mean(values, [str(n) for n in range(200)])
        covered += found.low <= 0 <= found.high
    assert covered / studies < 0.8


@LAW
@given(observed=OBSERVED)
def test_one_stratum_is_none(observed):
    values, users = zip(*observed, strict=True)
    one, other = clustered_mean(values, users), clustered_mean(values, users, strata=["s"] * len(values))
    assert other == one


@LAW
@given(observed=OBSERVED, lift=SHARES)
def test_what_tells_strata_apart_widens_no_interval(observed, lift):
    """Two strata of three users each, one of them lifted: the spread between strata is no doubt about the mean."""
    values, users = zip(*[*observed, *((0.5, user) for user in "abcdef")], strict=True)
    strata = ["low" if user in "abc" else "high" for user in users]
    lifted = [value + lift * (stratum == "high") for value, stratum in zip(values, strata, strict=True)]
    one, other = (clustered_mean(x, users, strata=strata) for x in (values, lifted))
    assert other.high - other.low == pytest.approx(one.high - one.low, abs=1e-8)


def test_a_stratified_interval_is_that_of_independent_strata():
    x, y = np.array([0.1, 0.4, 0.2, 0.5]), np.array([0.5, 0.9, 0.7])  # not skewed
    values, users = [*x, *y], list("abcdefg")
    found = clustered_mean(values, users, strata=["x"] * 4 + ["y"] * 3)
    parts = np.array([4 * x.var(ddof=1), 3 * y.var(ddof=1)])  # of the totals
    error, freedom = np.sqrt(parts.sum()) / 7, parts.sum() ** 2 / (parts**2 / np.array([3, 2])).sum()
    assert found.error == pytest.approx(error)
    assert found.freedom == pytest.approx(freedom)
    assert found.high - found.mean == pytest.approx(stats.t.ppf(0.975, freedom) * error)


def test_a_user_alone_in_a_stratum_is_as_doubtful_as_the_others():
    known = clustered_mean([0.1, 0.5, 0.6], ["a", "b", "c"])
    found = clustered_mean([0.1, 0.5, 0.6, 1.0, 1.0], ["a", "b", "c", "d", "d"], strata=["x", "x", "x", "y", "y"])
    assert (5 * found.error) ** 2 == pytest.approx((3 * known.error) ** 2 * (1 + 2**2 / 3))
    assert found.freedom == pytest.approx(2)


def test_strata_of_one_user_each_show_no_spread():
    found = clustered_mean([0.0, 1.0], ["a", "b"], strata=["x", "y"])
    assert found == Mean(0.5, None, None, 2, 2)


def test_strata_of_very_unequal_sizes_cover_the_truth():
    """Users as in the real conversations: few sources, some with one or two users and many questions."""
    draws, covered, studies = np.random.default_rng(1), 0, 600
    shape = [("x", 5, 150, 0.14), ("y", 6, 18, 0.02), ("z", 2, 122, 0.03), ("w", 1, 155, 0.06)]
    for _ in range(studies):
        values, users, strata, truth = [], [], [], []
        for stratum, people, questions, effect in shape:
            for person in range(people):
                n = int(questions * draws.uniform(0.7, 1.3))
                values += [*(effect + draws.normal(0, 0.03) + draws.normal(0, 0.4, n))]
                users += [f"{stratum}{person}"] * n
                strata += [stratum] * n
                truth += [effect] * n
        found = clustered_mean(values, users, strata=strata)
        covered += found.low <= np.mean(truth) <= found.high
    assert 0.93 <= covered / studies <= 0.99


def test_a_value_without_its_stratum_is_refused():
    with pytest.raises(ValueError, match="needs a stratum for each value; got 2 and 1"):
        clustered_mean([0.0, 1.0], ["a", "b"], strata=["x"])
