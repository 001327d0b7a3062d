"""Agreement of two orders: worked by hand, laws that hold of any, and intervals that cover in drawn studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.stats.agreement import MIN_PAIRS, agreement, split_half
from memlab.stats.ordering import ordering, pair_signs, tau_b

SHARES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)  # no two nearly equal
WOBBLE = (0.0, 0.01, -0.01, 0.02, -0.02, 0.0, 0.01, -0.01)


def order(means, users=8, wobble=1.0, questions=2):
    """Strategies a, b, c … with these means, up to a wobble of each user that is another for each strategy."""
    return ordering(
        {
            name: {
                (f"u{user}", f"q{question}"): mean + wobble * WOBBLE[(user + 3 * place) % len(WOBBLE)]
                for user in range(users)
                for question in range(questions)
            }
            for place, (name, mean) in enumerate(zip("abcdefghijkl", means, strict=False))
        }
    )


def test_by_hand():
    judge, other = order([0.9, 0.7, 0.5, 0.5]), order([0.6, 0.8, 0.4, 0.1])
    found = agreement(judge, other, name="x")
    # c and d are a tie of the judge; a and b are turned round
    assert (found.pairs, found.resolved, found.both, found.both_agree) == (6, 5, 5, 4)
    assert found.agree.mean == pytest.approx(4 / 5)
    assert (found.agree.n, found.agree.users) == (5, 8)
    assert (found.best, found.chosen) == ("a", "b")
    assert found.regret.mean == pytest.approx(0.2)
    assert 0.15 < found.regret.low < 0.2 < found.regret.high < 0.25
    (wrong,) = found.contradictions
    assert (wrong.better, wrong.worse) == ("a", "b")
    assert (wrong.judge.mean, wrong.other.mean) == (pytest.approx(0.2), pytest.approx(-0.2))


def test_a_contradiction_is_told_from_the_better_ones_side():
    found = agreement(order([0.5, 0.7]), order([0.7, 0.6]), name="x")
    (wrong,) = found.contradictions
    assert (wrong.better, wrong.worse) == ("b", "a")
    assert (wrong.judge.mean, wrong.other.mean) == (pytest.approx(0.2), pytest.approx(-0.1))
    assert wrong.judge.low < wrong.judge.mean < wrong.judge.high
    assert wrong.other.low < wrong.other.mean < wrong.other.high


def test_a_tie_of_the_other_side_agrees_with_nothing():
    found = agreement(order([0.9, 0.1]), order([0.5, 0.5], wobble=0.0), name="x")
    assert (found.resolved, found.agree.mean, found.both, found.untied) == (1, 0.0, 0, 0)
    assert found.tau is None


def test_of_several_that_are_first_the_worst_counts():
    found = agreement(order([0.9, 0.7, 0.8]), order([0.5, 0.6, 0.6], wobble=0.0), name="x")
    assert (found.best, found.chosen) == ("a", "b")
    assert found.regret.mean == pytest.approx(0.2)
    assert found.regret.low > 0.15


def test_under_six_users_nothing_is_resolved_and_more_are_asked_for():
    judge = order(np.linspace(0.1, 0.9, 9), users=5)
    found = agreement(judge, judge, name="x")
    assert (found.resolved, found.agree) == (0, None)
    assert found.needed == 6
    assert agreement(order([0.1, 0.2]), order([0.1, 0.2]), name="x").needed is None  # one pair can never be 30
    assert MIN_PAIRS == 30


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.integers(0, 3))
def test_an_order_agrees_with_itself(means, seed):
    own = order(means)
    found = agreement(own, own, name=f"{seed}", together=True)
    if found.resolved:
        assert (found.agree.mean, found.agree.low, found.agree.high) == (1.0, 1.0, 1.0)
    assert (found.regret.mean, found.regret.low, found.regret.high) == (0.0, 0.0, 0.0)
    assert found.tau is None or found.tau.mean == pytest.approx(1.0)
    assert found.contradictions == ()


@settings(max_examples=25)
@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=6))
def test_laws_of_any_two_orders(means):
    judge, other = (order(side) for side in zip(*means, strict=True))
    found = agreement(judge, other, name="x")
    turned = agreement(judge, order([1 - mean for _, mean in means], wobble=-1.0), name="x")
    assert found.regret.mean >= 0 <= found.regret.low
    assert (
        len(found.contradictions) + round((found.agree.mean if found.agree else 0) * found.resolved) == found.resolved
    )
    assert found.both_agree <= found.both <= found.resolved <= found.pairs
    assert found.alike + turned.alike == found.untied
    if found.agree:
        assert 0 <= found.agree.low <= found.agree.mean <= found.agree.high <= 1
    if found.tau:
        assert turned.tau.mean == pytest.approx(-found.tau.mean)
        assert -1 <= found.tau.low <= found.tau.mean <= found.tau.high <= 1


def test_what_is_the_same_is_found_the_same():
    judge, other = order([0.9, 0.7, 0.5]), order([0.6, 0.8, 0.4])
    assert agreement(judge, other, name="x") == agreement(judge, other, name="x")


def test_the_ceiling_is_lower_where_users_differ_more():
    means = np.linspace(0.4, 0.6, 10)
    sure, unsure = split_half(order(means, wobble=0.1), "x"), split_half(order(means, wobble=8.0), "x")
    assert sure.mean == 1.0
    assert unsure.mean < 0.7
    assert unsure.low < unsure.mean < unsure.high
    assert split_half(order(means, users=3), "x") is None


def test_sides_must_fit():
    with pytest.raises(ValueError, match="same strategies"):
        agreement(order([0.1, 0.2]), order([0.1, 0.2, 0.3]), name="x")
    with pytest.raises(ValueError, match="same users"):
        agreement(order([0.1, 0.2]), order([0.1, 0.2], users=7), name="x", together=True)


def drawn_side(generator, means, users, spread=0.1):
    """Ten questions of each user, who like every strategy more or less than others do."""
    hardness = generator.normal(0, 0.2, (users, 10))
    taste = generator.normal(0, spread, (len(means), users))
    noise = generator.normal(0, 0.1, (len(means), users, 10))
    return ordering(
        {
            f"s{s}": {
                (f"u{u}", f"q{q}"): float(mean + hardness[u, q] + taste[s, u] + noise[s, u, q])
                for u in range(users)
                for q in range(10)
            }
            for s, mean in enumerate(means)
        }
    )


@pytest.mark.parametrize("apart", [0.02, 0.1])
def test_intervals_cover_what_users_without_number_would_say(apart):
    generator, covered, regrets = np.random.default_rng(5), [], []
    for study in range(60):
        real = generator.normal(0.5, 0.1, 8)
        simulated = real + generator.normal(0, apart, 8)
        judge = drawn_side(generator, real, 14)
        found = agreement(judge, drawn_side(generator, simulated, 20), name=f"study {study}")
        alike = pair_signs(real[None])[0] * pair_signs(simulated[None])[0] > 0
        lost = real.max() - real[simulated.argmax()]
        if found.agree:
            covered.append(found.agree.low - 1e-9 <= alike[judge.resolved].mean() <= found.agree.high + 1e-9)
        regrets.append(found.regret.low - 1e-9 <= lost <= found.regret.high + 1e-9)
    assert len(covered) > 50
    assert np.mean(covered) >= 0.88  # three standard errors below .95
    assert np.mean(regrets) >= 0.87


def test_the_interval_of_tau_b_is_too_short_and_too_low_where_strategies_are_close():
    generator, covered, below = np.random.default_rng(5), [], []
    for study in range(60):
        real = generator.normal(0.5, 0.03, 8)
        simulated = real + generator.normal(0, 0.01, 8)
        sides = drawn_side(generator, real, 14), drawn_side(generator, simulated, 20)
        found = agreement(*sides, name=f"study {study}", ceiling=False).tau
        known = float(tau_b(pair_signs(real[None])[0], pair_signs(simulated[None])[0]))
        covered.append(found.low - 1e-9 <= known <= found.high + 1e-9)
        below.append(found.high + 1e-9 < known)
    assert 0.4 < np.mean(covered) < 0.85
    assert np.mean(covered) + np.mean(below) == pytest.approx(1)


def test_the_ceiling_is_looked_for_where_it_is_asked_for():
    own = order([0.9, 0.7, 0.5])
    assert agreement(own, own, name="x").ceiling.mean == 1.0
    assert agreement(own, own, name="x", ceiling=False).ceiling is None
