"""Hashed word counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import HashingVectorizer

from memlab.encoders.hashing import Hashing

LAW = settings(max_examples=50, derandomize=True)


@LAW
@given(st.lists(st.text(), min_size=1, max_size=5), st.sampled_from([2, 3, 256]))
def test_every_row_has_length_one(texts, dim):
    assert np.linalg.norm(Hashing(dim).encode(texts), axis=1) == pytest.approx(1, abs=1e-6)


@LAW
@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_row_does_not_depend_on_its_neighbours(texts):
    together = Hashing().encode(texts)
    assert [row.tobytes() for row in together] == [Hashing().encode([text])[0].tobytes() for text in texts]


@LAW
@given(
    st.lists(st.one_of(st.text(), st.text("ab cd", max_size=80)), min_size=1, max_size=5), st.sampled_from([2, 3, 256])
)
def test_rows_are_those_of_scikit_learn_to_the_bit(texts, dim):
    theirs = HashingVectorizer(n_features=dim, norm="l2", alternate_sign=True).transform(texts).toarray()
    for ours, other in zip(Hashing(dim).encode(texts), theirs.astype(np.float32), strict=True):
        assert ours.tobytes() == other.tobytes() or not other.any()


@pytest.mark.parametrize("text", ["", "?!", "a b c"])
def test_a_text_without_words_gets_the_first_unit_vector(text):
    assert Hashing(4).encode([text]).tolist() == [[1, 0, 0, 0]]


def test_no_texts_give_no_rows():
    assert Hashing(4).encode([]).shape == (0, 4)


def test_rows_are_float32_and_as_long_as_dim():
    rows = Hashing(7).encode(["hello Denver", "hello"])
    assert (rows.dtype, rows.shape) == (np.float32, (2, 7))


def test_texts_that_share_words_are_nearer_than_texts_that_share_none():
    query, near, far = Hashing().encode(["moved to Denver", "Denver it is", "purple elephants"])
    assert query @ near > query @ far


@pytest.mark.parametrize("dim", [1, 0, -5])
def test_fewer_than_two_dimensions_are_refused(dim):
    with pytest.raises(ValueError, match=f"dim is {dim}; it must be at least 2"):
        Hashing(dim)


def test_another_dim_is_another_identity():
    assert Hashing(8).identity != Hashing(16).identity
