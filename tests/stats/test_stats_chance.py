"""How far random order may stray from its chance: by hand, as a bound that holds, and as one that is not idle."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.stats.chance import reach_of_chance


@pytest.mark.parametrize("chance", [0.001, 0.02, 0.3])
@pytest.mark.parametrize("n", [20, 400])
def test_random_hits_stray_further_in_at_most_one_of_a_hundred(chance, n):
    hits = np.random.default_rng(5).binomial(n, chance, size=20_000) / n
    assert np.mean(np.abs(hits - chance) > reach_of_chance([chance] * n)) <= 0.01


def test_it_is_less_than_twice_what_many_hits_need():
    needed = 2.576 * sqrt(0.2 * 0.8 / 2000)
    assert needed < reach_of_chance([0.2] * 2000) < 2 * needed


@given(chances=st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_more_questions_narrow_it_and_more_confidence_widens_it(chances):
    found = reach_of_chance(chances)
    assert reach_of_chance(chances * 2) < found < reach_of_chance(chances, confidence=0.999)


def test_of_nothing_there_is_no_chance():
    with pytest.raises(ValueError, match="at least one question"):
        reach_of_chance([])
