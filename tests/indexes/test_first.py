"""The first of many scores: the beginning of a stable order, whatever is tied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.indexes import first


@given(st.lists(st.sampled_from([-1.5, 0.0, 0.25, 2.0, 7.0]), max_size=30), st.integers(0, 40))
def test_it_is_the_beginning_of_the_stable_order_of_all(scores, k):
    scores = np.array(scores)
    assert first(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()


@pytest.mark.parametrize("scores", [[], [1.0, 2.0, 1.0]])
def test_none_means_all(scores):
    assert first(np.array(scores), None).tolist() == np.argsort(-np.array(scores), kind="stable").tolist()
