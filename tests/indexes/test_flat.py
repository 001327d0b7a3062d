"""Exact search against plain numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.indexes.flat import Flat

LAW = settings(max_examples=50, derandomize=True)
SEEDS = st.integers(0, 2**32)
SIZES = st.integers(1, 150)


def unit_rows(seed: int, n: int, dim: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def indexed(rows: np.ndarray) -> Flat:
    index = Flat(rows.shape[1])
    for n, row in enumerate(rows):
        index.add(str(n), row)
    return index


@LAW
@given(SEEDS, SIZES, st.sampled_from([2, 7, 384]))
def test_scores_are_the_cosines_of_numpy(seed, n, dim):
    rows, [query] = unit_rows(seed, n, dim), unit_rows(seed + 1, 1, dim)
    expected = rows.astype(np.float64) @ query.astype(np.float64)
    assert indexed(rows).scores(query, map(str, range(n))) == pytest.approx(expected, abs=1e-6)


@LAW
@given(SEEDS, SIZES, st.integers(0, 160))
def test_hits_are_the_first_k_of_a_stable_sort_of_the_scores(seed, n, k):
    rows, [query] = unit_rows(seed, n, 4), unit_rows(seed + 1, 1, 4)
    index = indexed(rows)
    scores = index.scores(query, map(str, range(n)))
    assert index.search(query, k) == [(str(i), scores[i]) for i in np.argsort(-np.array(scores), kind="stable")[:k]]


@LAW
@given(SEEDS, st.integers(1, 300), st.sampled_from([2, 7, 16, 384]))
def test_a_score_does_not_depend_on_how_many_other_rows_there_are(seed, n, dim):
    rows, [query] = unit_rows(seed, n, dim), unit_rows(seed + 1, 1, dim)
    together = indexed(rows).scores(query, map(str, range(n)))
    picked = sorted({0, n // 2, n - 1})
    assert [together[i] for i in picked] == [indexed(rows[i : i + 1]).scores(query, ["0"])[0] for i in picked]


@LAW
@given(SEEDS, st.integers(1, 80), st.lists(st.integers(0, 79), max_size=30))
def test_deleting_leaves_exactly_a_fresh_index_over_what_remains(seed, n, gone):
    rows, [query] = unit_rows(seed, n, 4), unit_rows(seed + 1, 1, 4)
    index, fresh = indexed(rows), Flat(4)
    for i in gone:
        index.delete(str(i))
    for i in range(n):
        if i not in gone:
            fresh.add(str(i), rows[i])
    assert index.search(query, None) == fresh.search(query, None)


def test_deleting_keeps_the_order_of_addition():
    index = indexed(np.repeat(unit_rows(0, 1, 4), 5, axis=0))
    index.delete("1")
    index.delete("3")
    assert [id for id, _ in index.search(unit_rows(1, 1, 4)[0], None)] == ["0", "2", "4"]


def test_ties_come_in_order_of_addition():
    index = indexed(np.tile(np.eye(2, dtype=np.float32), (60, 1)))
    expected = [*range(0, 120, 2), *range(1, 120, 2)]
    assert [int(id) for id, _ in index.search(np.array([1, 0], np.float32), None)] == expected


def test_a_replaced_vector_keeps_its_place():
    index = indexed(np.repeat(unit_rows(0, 1, 4), 3, axis=0))
    index.add("0", unit_rows(0, 1, 4)[0])
    assert [id for id, _ in index.items()] == ["0", "1", "2"]


def test_a_replaced_vector_is_scored_as_the_new_one():
    index = indexed(np.eye(2, dtype=np.float32))
    index.add("0", np.array([0, 1], np.float32))
    assert (index.scores(np.array([0, 1], np.float32), ["0"]), len(index)) == ([1.0], 2)


def test_vectors_are_given_back_as_they_were_added_beyond_the_first_growth():
    rows = unit_rows(0, 300, 4)
    assert np.array([vector for _, vector in indexed(rows).items()]).tobytes() == rows.tobytes()


def test_a_vector_changed_after_it_was_added_changes_nothing():
    vector = np.array([1, 0], np.float32)
    index = Flat(2)
    index.add("a", vector)
    vector[:] = 0
    assert index.scores(np.array([1, 0], np.float32), ["a"]) == [1.0]


def test_an_empty_index_finds_nothing():
    assert Flat(4).search(unit_rows(0, 1, 4)[0], None) == []


def test_the_score_of_a_deleted_id_is_refused():
    index = indexed(unit_rows(0, 3, 4))
    index.delete("1")
    with pytest.raises(KeyError):
        index.scores(unit_rows(1, 1, 4)[0], ["1"])


def test_deleting_an_unknown_id_changes_nothing():
    index = indexed(unit_rows(0, 3, 4))
    index.delete("unknown")
    assert [id for id, _ in index.items()] == ["0", "1", "2"]
