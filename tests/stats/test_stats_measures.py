"""Agreement of two measures within questions."""

import pytest

from memlab.stats.measures import Pairing, alike


def pairing(user, one, other, same=True):
    verdicts = [("in", "in" if same else "out") for _ in one]
    return Pairing(user, one, other, verdicts)


def test_ranks_are_compared_within_each_question():
    found = alike([pairing("a", [1, 2, 3], [10, 20, 30]), pairing("b", [3, 2, 1], [100, 200, 300])])
    assert found.correlation.mean == pytest.approx(0.0)
    assert (found.correlation.n, found.correlation.users) == (2, 2)


def test_ties_share_a_rank_as_scipy_has_it():
    from scipy.stats import spearmanr

    one, other = [1, 1, 2, 5], [0.5, 0.1, 0.1, 0.9]
    assert alike([pairing("a", one, other)]).correlation.mean == pytest.approx(spearmanr(one, other).statistic)


@pytest.mark.parametrize("one", [[1, 2], [2, 2, 2], []])
def test_a_question_that_tells_nothing_apart_has_no_correlation(one):
    found = alike([pairing("a", one, list(range(len(one)))), pairing("b", [1, 2], [1, 2])])
    assert found.correlation is None
    assert found.equal.mean == 1.0


def test_what_chance_would_give_is_what_both_say_by_how_often():
    told = [("in", "in"), ("in", "out"), ("out", "out"), ("out", "out")]
    found = alike([Pairing("a", [0.0] * 4, [0.0] * 4, told)])
    assert (found.equal.mean, found.by_chance) == (0.75, 0.5 * 0.25 + 0.5 * 0.75)


def test_nothing_to_compare():
    assert alike([]) is None
    assert alike([pairing("a", [], [])]) is None
