"""Which memories say the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.use.groups import groups

APART = np.eye(6, dtype=np.float32)


def grouped(*texts, alike=0.9, least_words=3, vectors=APART):
    return groups(texts, vectors[: len(texts)], alike, least_words)


def test_what_holds_another_says_the_same():
    assert grouped("I moved to Denver", "tea, please", "well, I moved to DENVER then") == [(0, 2), (1,)]


def test_what_is_short_is_held_by_chance():
    assert grouped("yes I", "yes I moved to Denver", "yes I like tea") == [(0,), (1,), (2,)]
    assert grouped("yes", "Yes!") == [(0, 1)]


def test_near_vectors_say_the_same_and_so_do_two_that_a_third_is_near_to():
    angles = np.array([0.0, 0.3, 0.6])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert grouped("a b", "c d", "e f", vectors=rows, alike=np.cos(0.35)) == [(0, 1, 2)]
    assert grouped("a b", "c d", "e f", vectors=rows, alike=np.cos(0.25)) == [(0,), (1,), (2,)]


def test_texts_without_words_are_alike_and_near_to_nothing_else():
    rows = np.ones((3, 1), np.float32)
    assert grouped("", "I moved to Denver", "...", vectors=rows) == [(0, 2), (1,)]


@given(st.lists(st.sampled_from(["one two three", "one two three four", "tea", "cake with jam"]), max_size=6))
def test_every_place_is_in_one_group(texts):
    found = grouped(*texts)
    assert sorted(place for group in found for place in group) == list(range(len(texts)))
    assert found == sorted(found)


@pytest.mark.parametrize("texts", [("a b c d", "x a b c d y"), ("x a b c d y", "a b c d")])
def test_the_order_of_the_two_tells_nothing(texts):
    assert grouped(*texts) == [(0, 1)]
