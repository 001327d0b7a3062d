"""How well a value separates two classes: against scikit-learn, by hand, and by simulated studies."""

from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from memlab.seeds import derive
from memlab.stats import MIN_USERS
from memlab.stats.rates import rare_share
from memlab.stats.separation import DRAWS, bounds, separation

LAW = settings(max_examples=80)
# Few distinct values, so that ties are common.
ROWS = st.lists(st.tuples(st.integers(-3, 3).map(float), st.booleans(), st.sampled_from("abcd")), min_size=2).filter(
    lambda rows: len({positive for _, positive, _ in rows}) == 2
)


def found(rows, coverage=None):
    return separation(*zip(*rows, strict=True), coverage=coverage, name="x")


def study(draws, users=20, queries=60, gain=1.0, spread=0.5):
    """Rows of users who differ in how sure they make a strategy, three in four queries answerable."""
    which = np.repeat(np.arange(users), queries)
    positive = draws.random(len(which)) < 0.75
    values = draws.normal(0, 1, len(which)) + gain * positive + spread * draws.normal(0, 1, users)[which]
    return [(float(v), bool(p), f"u{u}") for v, p, u in zip(values, positive, which, strict=True)]


def false_share(rows, coverage):
    """By its definition: the negatives at the largest threshold that enough positives reach."""
    positive, negative = ([v for v, p, _ in rows if p is wanted] for wanted in (True, False))
    enough = [t for t in positive if sum(v >= t for v in positive) >= coverage * len(positive) - 1e-9]
    return sum(v >= max(enough) for v in negative) / len(negative)


@LAW
@given(rows=ROWS)
def test_auroc_is_that_of_scikit_learn(rows):
    values, positive, users = zip(*rows, strict=True)
    one = found(rows)
    assert one.mean == pytest.approx(roc_auc_score(positive, values), abs=1e-12)
    assert (one.n, one.users) == (len(rows), len(set(users)))


@LAW
@given(rows=ROWS, coverage=st.sampled_from([0.05, 0.5, 0.7, 0.9, 1.0]))
def test_the_share_at_a_threshold_is_that_of_its_definition(rows, coverage):
    assert found(rows, coverage).mean == pytest.approx(false_share(rows, coverage))


@LAW
@given(rows=ROWS, coverage=st.sampled_from([None, 0.9]), order=st.randoms(use_true_random=False))
def test_the_order_of_queries_is_no_matter(rows, coverage, order):
    assert found(order.sample(rows, len(rows)), coverage) == found(rows, coverage)


@LAW
@given(rows=ROWS, coverage=st.sampled_from([None, 0.9]))
def test_only_the_order_of_values_matters(rows, coverage):
    assert found([(2 * v**3 + 5, p, u) for v, p, u in rows], coverage) == found(rows, coverage)


@LAW
@given(rows=ROWS)
def test_the_other_way_round_it_is_the_rest(rows):
    assert found([(-v, p, u) for v, p, u in rows]).mean == pytest.approx(1 - found(rows).mean)


@LAW
@given(rows=ROWS, coverage=st.sampled_from([None, 0.9]))
def test_intervals_are_of_shares(rows, coverage):
    one = found([*rows, *((0.0, False, name) for name in "efghij"[:MIN_USERS])], coverage)
    assert 0 <= one.low <= one.high <= 1


def by_hand(weights, rows, coverage):
    """One resample, written out: each user's rows as often as the user was drawn."""
    drawn = [row for row in rows for _ in range(int(weights[int(row[2][1:])]))]
    if coverage is not None:
        return false_share(drawn, coverage)
    positive, negative = (np.array([v for v, p, _ in drawn if p is wanted]) for wanted in (True, False))
    return np.mean(positive[:, None] > negative) + np.mean(positive[:, None] == negative) / 2


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_the_interval_is_that_of_resampled_users(coverage):
    rows = [(round(v, 1), p, u) for v, p, u in study(np.random.default_rng(3), users=6, queries=8)]
    draws = np.random.default_rng(derive(0, "separation", "x")).multinomial(6, np.full(6, 1 / 6), DRAWS)
    low, high = np.quantile([by_hand(weights, rows, coverage) for weights in draws], [0.025, 0.975])
    one = found(rows, coverage)
    assert (one.low, one.high) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_classes_that_do_not_overlap_are_separated(coverage):
    rows = [(float(n), n > 5, f"u{n % 6}") for n in range(12)]
    _, attainable = bounds(coverage)
    one = found(rows, coverage)
    assert one.mean == one.low == attainable
    assert one.high == (attainable if coverage is None else rare_share([0.0] * 6, [f"u{n}" for n in range(6)]).high)


def test_few_false_answers_are_as_unsure_as_a_rare_share():
    """None of 20 users gives one: resamples show nothing, and one in six users might."""
    rows = [(float(n % 3 > 0), n % 3 > 0, f"u{n % 20}") for n in range(60)]
    one = found(rows, 0.9)
    assert (one.mean, one.low) == (0.0, 0.0)
    assert one.high == pytest.approx(0.168, abs=1e-3)


def test_one_confidence_for_all_answers_everything():
    rows = [(0.5, n % 2 == 0, f"u{n % 3}") for n in range(12)]
    assert (found(rows).mean, found(rows, 0.9).mean) == (0.5, 1.0)


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_a_value_that_knows_nothing_is_at_chance(coverage):
    draws, (chance, _) = np.random.default_rng(5), bounds(coverage)
    means = [found(study(draws, users=10, gain=0.0), coverage).mean for _ in range(60)]
    assert abs(np.mean(means) - chance) < 3 * np.std(means) / np.sqrt(60)


@pytest.mark.parametrize("positive", [True, False])
def test_one_class_alone_is_not_separated(positive):
    assert found([(0.1, positive, "a"), (0.2, positive, "b")]) is None


def test_resamples_without_both_classes_are_left_out():
    helped = [(0.9, True, user) for user in "abcde"]
    one = found([*helped, (0.5, False, "f")])
    assert (one.mean, one.low, one.high) == (1.0, 1.0, 1.0)


def test_five_users_have_no_interval():
    one = found(study(np.random.default_rng(1), users=5))
    assert one.users == 5
    assert one.low is one.high is None


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_the_same_scores_give_the_same_bytes(coverage):
    rows = study(np.random.default_rng(6))
    assert repr(found(rows, coverage)) == repr(found(rows, coverage))


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_asking_the_same_again_makes_nothing_surer(coverage):
    rows = study(np.random.default_rng(7))
    once, thrice = found(rows, coverage), found(rows * 3, coverage)
    assert (thrice.mean, thrice.low, thrice.high) == pytest.approx((once.mean, once.low, once.high))
    assert thrice.n == 3 * once.n


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_two_thousand_resamples_cost_a_few_figures_not_two_thousand(coverage):
    rows = study(np.random.default_rng(8))
    values, positive, _ = zip(*rows, strict=True)

    def seconds(call, times):
        started = perf_counter()
        for _ in range(times):
            call()
        return (perf_counter() - started) / times

    ours = min(seconds(lambda: found(rows, coverage), 3) for _ in range(3))
    assert ours < DRAWS / 10 * min(seconds(lambda: roc_auc_score(positive, values), 3) for _ in range(3))


@pytest.mark.slow
@pytest.mark.parametrize(("coverage", "truth"), [(None, 0.7365), (0.9, 0.6507)])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(coverage, truth):
    """The truth is of normal values whose variance is 1 + spread ** 2, one class 1 above the other."""
    draws, covered, studies = np.random.default_rng(9), 0, 250
    for _ in range(studies):
        one = found(study(draws), coverage)
        covered += one.low <= truth <= one.high
    assert 0.88 <= covered / studies <= 0.99
