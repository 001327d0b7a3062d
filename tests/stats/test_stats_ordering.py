"""Orders of strategies: totals that give back the means, verdicts as in every table, tau_b as scipy has it."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from memlab.stats.ordering import ordering, pair_signs, tau_b, users_needed
from memlab.stats.paired import paired_difference

ROWS = st.lists(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=3), min_size=7, max_size=7)


def scored(rows, strategies="xyz"):
    """A question each of users of two sources, one column a strategy."""
    return {
        name: {(f"u{user}", "q"): row[place] for user, row in enumerate(rows)} for place, name in enumerate(strategies)
    }


def test_totals_give_means_by_user_weight():
    scores = {"x": {("a", "1"): 1.0, ("a", "2"): 0.0, ("b", "1"): 1.0}, "y": dict.fromkeys([("a", "1"), ("a", "2")], 1)}
    found = ordering(scores | {"y": scores["y"] | {("b", "1"): 0.0, ("b", "not in x"): 1.0}})
    assert found.counts.tolist() == [2, 1]
    assert found.means(np.array([[1.0, 1.0], [0.0, 3.0], [0.0, 0.0]]))[:2] == pytest.approx(
        np.array([[2 / 3, 2 / 3], [1, 0]])
    )
    assert np.isnan(found.means(np.zeros((1, 2)))).all()
    assert found.signs.tolist() == [0.0]


@settings(max_examples=30)
@given(ROWS, st.booleans())
def test_a_pair_is_resolved_where_every_table_says_so(rows, higher):
    strata = {f"u{user}": "ab"[user % 2] for user in range(7)}
    scores = scored(rows)
    found = ordering(scores, higher, strata)
    for place, (a, b) in enumerate(combinations("xyz", 2)):
        known = paired_difference(scores[a], scores[b], higher, strata)
        assert found.differences[place] == known
        assert found.resolved[place] == (known.verdict in ("better", "worse"))
        if found.resolved[place]:
            assert found.signs[place] == (1 if known.verdict == "better" else -1)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12))
def test_tau_b_is_scipys(pairs):
    one, other = np.array(pairs, float).T
    found = tau_b(pair_signs(one[None]), pair_signs(other[None]))[0]
    known = kendalltau(one, other).statistic
    assert found == pytest.approx(known) or (np.isnan(found) and np.isnan(known))


def test_users_who_are_not_asked_count_nothing_and_are_there():
    found = ordering({"x": {("b", "1"): 1.0}, "y": {("b", "1"): 0.0}}, users=("a", "b"))
    assert (found.users, found.counts.tolist(), found.totals.tolist()) == (("a", "b"), [0, 1], [[0, 1], [0, 0]])


def test_users_needed_follow_the_root_of_users():
    rows = [[0.5 + 0.1 * (user % 2), 0.5, 0.05 * (user % 2) + 0.49] for user in range(8)]
    found = ordering(scored(rows))
    ends = [(d.mean, d.mean.low if d.mean.mean > 0 else d.mean.high) for d in found.differences]
    factors = sorted(((mean.mean - end) / mean.mean) ** 2 for mean, end in ends)
    assert users_needed(found, 3) == int(np.ceil(factors[2] * 8))
    assert users_needed(found, 1) == max(6, int(np.ceil(factors[0] * 8)))
    assert users_needed(found, 4) is None


def test_users_needed_do_not_hang_on_names():
    rows = [[0.5, 0.5 + gain] for gain in (0.0, 0.0, 0.05, 0.05, 0.1, 0.1, 0.4, 0.9)]
    one, other = (ordering(scored(rows, names)) for names in ("xy", "yx"))
    assert users_needed(one, 1) == users_needed(other, 1)


def test_what_cannot_be_ordered_is_refused():
    with pytest.raises(ValueError, match="at least two strategies; got x"):
        ordering({"x": {("u", "q"): 1.0}})
    with pytest.raises(ValueError, match="share no scored query"):
        ordering({"x": {("u", "q"): 1.0}, "y": {("u", "r"): 1.0}})


@pytest.mark.parametrize(("higher_is_better", "first"), [(True, ("b", "a", "c")), (False, ("a", "c", "b"))])
def test_the_best_comes_first_and_equals_by_name(higher_is_better, first):
    scores = {name: {("u", "q"): mean} for name, mean in (("c", 0.25), ("a", 0.25), ("b", 0.5))}
    assert ordering(scores, higher_is_better).ranked == first
