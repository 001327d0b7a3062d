"""The same queries under two strategies: differences, signs and verdicts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from memlab.stats.paired import paired_difference

LAW = settings(max_examples=60)
KEYS = st.tuples(st.sampled_from([f"u{n}" for n in range(8)]), st.sampled_from([f"q{n}" for n in range(4)]))
# Multiples of 1/8 add up without rounding, so what is equal stays equal.
RUNS = st.dictionaries(KEYS, st.integers(0, 8).map(lambda eighths: eighths / 8), min_size=1, max_size=20)


def run(*scores: float) -> dict[tuple[str, str], float]:
    """A user for each score, with one query."""
    return {(f"u{n}", "q"): score for n, score in enumerate(scores)}


@LAW
@given(scores=st.dictionaries(KEYS, st.floats(0, 1), min_size=1))
def test_a_run_does_not_differ_from_itself(scores):
    found = paired_difference(scores, scores, True)
    assert (found.mean.mean, found.users_better, found.users_worse) == (0.0, 0, 0)
    assert found.verdict.startswith("cannot tell")


@LAW
@given(a=RUNS, b=RUNS, higher=st.booleans())
def test_changing_sides_changes_the_sign_and_nothing_else(a, b, higher):
    if a.keys() & b.keys():
        one, other = paired_difference(a, b, higher), paired_difference(b, a, higher)
        assert other.mean.mean == -one.mean.mean
        assert (other.users_better, other.users_worse) == (one.users_worse, one.users_better)
        swapped = {"better": "worse", "worse": "better"}
        assert other.verdict == swapped.get(one.verdict, one.verdict)


@LAW
@given(a=RUNS, b=RUNS)
def test_what_should_be_low_is_judged_the_other_way_round(a, b):
    if a.keys() & b.keys():
        high, low = paired_difference(a, b, True), paired_difference(a, b, False)
        assert low.mean == high.mean
        assert (low.users_better, low.users_worse) == (high.users_worse, high.users_better)


@LAW
@given(a=RUNS, b=RUNS)
def test_the_order_of_queries_is_no_matter(a, b):
    if a.keys() & b.keys():
        turned = dict(reversed(a.items())), dict(reversed(b.items()))
        assert paired_difference(*turned, True) == paired_difference(a, b, True)


def test_only_queries_that_both_were_scored_on_count():
    found = paired_difference(run(1, 1, 0), run(0, 0) | {("u9", "q"): 1.0}, True)
    assert (found.mean.mean, found.mean.n, found.mean.users) == (1.0, 2, 2)


def test_one_query_a_user_gives_the_paired_t_interval_where_none_is_skewed():
    a, b = [0.9, 0.5, 0.8, 0.5, 0.8, 0.3], [0.5, 0.5, 0.6, 0.2, 0.7, 0.1]
    found = paired_difference(run(*a), run(*b), True).mean
    known = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(known))


def test_a_user_is_better_by_the_sum_of_the_queries():
    a = {("u0", "q0"): 1.0, ("u0", "q1"): 0.0, ("u1", "q0"): 0.25}
    b = {("u0", "q0"): 0.0, ("u0", "q1"): 0.5, ("u1", "q0"): 0.5}
    found = paired_difference(a, b, True)
    assert (found.users_better, found.users_worse) == (1, 1)


def test_a_tie_is_neither_better_nor_worse():
    found = paired_difference(run(1, 0.5, 0), run(0, 0.5, 1), True)
    assert (found.users_better, found.users_worse) == (1, 1)


@pytest.mark.parametrize(("higher", "verdict"), [(True, "better"), (False, "worse"), (None, "no direction")])
def test_a_clear_difference_is_named_by_what_is_good(higher, verdict):
    assert paired_difference(run(1, 1, 1, 1, 1, 0.9), run(0, 0, 0, 0, 0, 0), higher).verdict == verdict


@pytest.mark.parametrize(("higher", "verdict"), [(True, "worse"), (False, "better")])
def test_a_clear_loss_is_named_by_what_is_good(higher, verdict):
    assert paired_difference(run(0, 0, 0, 0, 0, 0), run(1, 1, 1, 1, 1, 0.9), higher).verdict == verdict


@pytest.mark.parametrize("higher", [True, False])
def test_an_interval_with_zero_in_it_gives_no_verdict(higher):
    found = paired_difference(run(1, 0, 1, 0, 1, 1), run(0, 1, 0, 1, 0, 0), higher)
    assert found.mean.low < 0 < found.mean.high
    assert found.verdict == "cannot tell"


@pytest.mark.parametrize("higher", [True, False, None])
@pytest.mark.parametrize("users", [1, 2, 5])
def test_under_six_users_there_is_no_verdict(users, higher):
    found = paired_difference(run(*[1.0] * users), run(*[0.0] * users), higher)
    assert found.verdict == f"cannot tell: {users} user{'s' if users > 1 else ''} of at least 6"
    assert found.users_better + found.users_worse == users


def test_six_users_are_enough():
    assert paired_difference(run(*[1.0] * 6), run(*[0.0] * 6), True).verdict == "better"


def test_many_queries_do_not_make_up_for_few_users():
    a = {(f"u{n % 5}", f"q{n}"): 1.0 for n in range(500)}
    assert paired_difference(a, dict.fromkeys(a, 0.0), True).verdict == "cannot tell: 5 users of at least 6"


@pytest.mark.parametrize("b", [{}, {("u0", "other"): 1.0}, {("u9", "q"): 1.0}])
def test_runs_that_share_no_query_are_refused(b):
    with pytest.raises(ValueError, match="share no scored query"):
        paired_difference(run(1.0), b, True)


def test_more_confidence_widens_the_interval_and_may_take_the_verdict():
    a = {(f"u{n}", "q"): float(n > 1) for n in range(9)}
    b = dict.fromkeys(a, 0.0)
    plain, sure = paired_difference(a, b, True), paired_difference(a, b, True, confidence=0.99)
    assert (plain.verdict, sure.verdict) == ("better", "cannot tell")
    assert sure.mean.low < plain.mean.low < plain.mean.mean == sure.mean.mean
    assert sure.detectable == plain.detectable
