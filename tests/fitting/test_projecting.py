import numpy as np
import pytest

from memlab.encoders.projection import DIM
from memlab.fitting.projecting import projection, texts


def test_texts_are_distinct_and_the_same_each_time():
    said = texts(users=1, count=40)
    assert said == texts(users=1, count=40)
    assert len(set(said)) == 40


@pytest.mark.slow
def test_a_projection_keeps_products_of_rows():
    made = projection(texts(users=1, count=40))
    assert made.matrix.shape == (384, DIM)
    assert np.allclose(made.matrix.astype(float).T @ made.matrix, np.eye(DIM), atol=0.01)
    assert 0.8 < made.share <= 1
