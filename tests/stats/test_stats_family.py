"""Holm's adjustment: worked by hand, and laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.stats.family import holm

P = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_the_step_down_by_hand():
    assert holm([0.01, 0.02, 0.02, 0.5]) == pytest.approx([0.04, 0.06, 0.06, 0.5])
    assert holm([0.2]) == [0.2]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(P)
def test_it_lies_between_nothing_and_bonferroni(p_values):
    for p, adjusted in zip(p_values, holm(p_values), strict=True):
        assert p <= adjusted <= min(1.0, len(p_values) * p) or adjusted == max(holm(p_values))
        assert adjusted <= 1


@given(P, st.randoms(use_true_random=False))
def test_the_order_of_comparisons_is_no_matter_and_theirs_is_kept(p_values, chance):
    shuffled = chance.sample(range(len(p_values)), len(p_values))
    found, other = holm(p_values), holm([p_values[place] for place in shuffled])
    assert other == pytest.approx([found[place] for place in shuffled])
    ordered = sorted(zip(p_values, found, strict=True))
    assert [adjusted for _, adjusted in ordered] == sorted(found)


@given(P)
def test_the_least_is_bonferronis(p_values):
    assert min(holm(p_values)) == pytest.approx(min(1.0, len(p_values) * min(p_values)))
