"""Late interaction: scores checkable by hand, and an index from which what is deleted is gone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.encoders.hashing import Hashing
from memlab.indexes.token import TokenIndex

EAST, NORTH = np.array([1.0, 0.0]), np.array([0.0, 1.0])
HALF = np.array([0.6, 0.8])


def rows(*vectors):
    return np.array(vectors, np.float16)


def test_a_piece_takes_the_nearest_row_squared_and_never_less_than_nothing():
    index = TokenIndex()
    index.add("a", "one two", rows(EAST, HALF))
    index.add("b", "three", rows(-EAST))
    found = index.interactions(rows(EAST, NORTH), ["a", "b"])
    assert found == pytest.approx(np.array([[1.0, 0.64], [0.0, 0.0]]), abs=1e-3)


def test_rows_of_bytes_give_what_rows_of_numbers_give():
    whole, bytes_ = TokenIndex(), TokenIndex()
    whole.add("a", "one two", rows(EAST, HALF))
    bytes_.add("a", "one two", np.rint(127 * rows(EAST, HALF).astype(float)).astype(np.int8))
    question = rows(HALF, NORTH)
    small = np.rint(127 * question.astype(float)).astype(np.int8)
    assert bytes_.interactions(small, ["a"]) == pytest.approx(whole.interactions(question, ["a"]), abs=0.02)


def test_a_text_without_pieces_answers_nothing():
    index = TokenIndex()
    index.add("empty", "", np.zeros((0, 2), np.float16))
    assert not index.interactions(rows(EAST), ["empty"]).any()


def test_rare_pieces_weigh_more_and_stop_words_punctuation_and_names_nothing():
    index = TokenIndex()
    for n, text in enumerate(["the cat sat", "the cat ran", "a dog"]):
        index.add(str(n), text, rows(*[EAST] * 3))
    cat, dog = np.log1p(3 / 3), np.log1p(3 / 2)
    assert index.weights("the cat, Ada's dog?", silent={"ada"}) == pytest.approx([0, cat, 0, 0, 0, np.log1p(3), dog, 0])


def test_where_only_stop_words_are_said_all_weigh_the_same():
    assert TokenIndex().weights("is that it?").tolist() == [1, 1, 1, 0]


def test_a_text_said_anew_takes_the_place_of_the_old_one():
    index, other = TokenIndex(), TokenIndex()
    index.add("a", "cat", rows(EAST))
    for one in (index, other):
        one.add("a", "dog", rows(NORTH))
    assert index.weights("cat dog").tolist() == other.weights("cat dog").tolist()
    assert index.interactions(rows(EAST, NORTH), ["a"]).tolist() == [[0.0, 1.0]]


LAW = settings(max_examples=50, derandomize=True)
TEXTS = st.lists(st.text("ab cd", max_size=12), max_size=6)


@LAW
@given(kept=TEXTS, gone=TEXTS)
def test_what_is_deleted_moves_no_weight_and_no_score(kept, gone):
    encoder = Hashing(16)
    index, twin = TokenIndex(), TokenIndex()
    for name, texts in (("kept", kept), ("gone", gone)):
        for n, text in enumerate(texts):
            (row,) = encoder.encode_tokens([text])[1]
            index.add(f"{name}{n}", text, row)
            if name == "kept":
                twin.add(f"{name}{n}", text, row)
    for n in range(len(gone)):
        index.delete(f"gone{n}")
    question = "ab cd a b"
    assert len(index) == len(twin)
    assert index.weights(question).tolist() == twin.weights(question).tolist()
    (row,) = encoder.encode_tokens([question])[1]
    ids = [f"kept{n}" for n in range(len(kept))]
    if ids:
        assert index.interactions(row, ids).tolist() == twin.interactions(row, ids).tolist()
