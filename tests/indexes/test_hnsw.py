"""The graph against exact search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.indexes.flat import Flat
from memlab.indexes.hnsw import Hnsw

LAW = settings(max_examples=40, derandomize=True)
DIM = 16


def unit_rows(seed: int, n: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, DIM)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(index, rows: np.ndarray):
    for n, row in enumerate(rows):
        index.add(str(n), row)
    return index


ROWS, QUERIES = unit_rows(0, 1500), unit_rows(1, 50)


@pytest.fixture(scope="module")
def flat():
    return filled(Flat(DIM), ROWS)


@pytest.fixture(scope="module")
def hnsw():
    return filled(Hnsw(DIM, exact_below=500), ROWS)


@LAW
@given(st.integers(0, 2**32), st.integers(0, 100), st.one_of(st.none(), st.integers(0, 120)))
def test_below_the_size_hits_are_exact(seed, n, k):
    rows, [query] = unit_rows(seed, n), unit_rows(seed + 1, 1)
    assert filled(Hnsw(DIM), rows).search(query, k) == filled(Flat(DIM), rows).search(query, k)


def test_above_the_size_nineteen_of_twenty_nearest_are_found(flat, hnsw):
    found = [{id for id, _ in hnsw.search(q, 10)} & {id for id, _ in flat.search(q, 10)} for q in QUERIES]
    assert sum(map(len, found)) >= 0.95 * 10 * len(QUERIES)


def test_above_the_size_scores_are_exact(flat, hnsw):
    hits = [(q, *hit) for q in QUERIES for hit in hnsw.search(q, 10)]
    assert [score for _, _, score in hits] == [flat.scores(q, [id])[0] for q, id, _ in hits]


def test_above_the_size_hits_come_best_first(hnsw):
    scores = [[score for _, score in hnsw.search(q, 30)] for q in QUERIES]
    assert scores == [sorted(row, reverse=True) for row in scores]


def coarse(**params) -> list:
    """Hits of a graph so coarse that it finds only a part, so that any difference between graphs shows."""
    index = filled(Hnsw(DIM, m=3, ef_construction=5, ef=5, **params), ROWS)
    return [index.search(q, 5) for q in QUERIES]


def test_two_builds_give_identical_hits():
    assert coarse(exact_below=500) == coarse(exact_below=500)


def test_where_the_graph_begins_does_not_move_its_hits():
    assert coarse(exact_below=1) == coarse(exact_below=500)


def test_another_seed_makes_another_graph():
    assert coarse(exact_below=500, seed=2) != coarse(exact_below=500)


def test_vectors_beyond_the_first_capacity_are_found():
    index = filled(Hnsw(DIM, exact_below=10), ROWS[:400])
    assert [index.search(row, 1)[0][0] for row in ROWS[:400]] == [str(n) for n in range(400)]


@pytest.mark.parametrize("exact_below", [50, 1000])
def test_a_deleted_id_is_never_found(exact_below):
    index = filled(Hnsw(DIM, exact_below=exact_below), ROWS[:200])
    for n in range(0, 200, 3):
        index.delete(str(n))
    found = {id for row in ROWS[:200] for id, _ in index.search(row, 10)}
    assert not found & {str(n) for n in range(0, 200, 3)}


def test_after_deletion_the_graph_is_that_of_what_remains():
    index, fresh = (Hnsw(DIM, exact_below=50, m=2, ef_construction=2, ef=3) for _ in range(2))
    filled(index, ROWS[:300])
    for n in range(100):
        index.delete(str(n))
    for n in range(100, 300):
        fresh.add(str(n), ROWS[n])
    assert [index.search(q, 3) for q in QUERIES] == [fresh.search(q, 3) for q in QUERIES]


def test_deleting_below_the_size_makes_the_hits_exact_again():
    index = filled(Hnsw(DIM, exact_below=100, m=2, ef_construction=1, ef=1), ROWS[:150])
    for n in range(60, 150):
        index.delete(str(n))
    exact = filled(Flat(DIM), ROWS[:60])
    assert [index.search(q, 10) for q in QUERIES] == [exact.search(q, 10) for q in QUERIES]


def test_a_replaced_vector_is_found_where_it_is_now():
    index = filled(Hnsw(DIM, exact_below=50), ROWS[:100])
    index.add("7", ROWS[500])
    assert (index.search(ROWS[500], 1)[0][0], len(index)) == ("7", 100)


def test_a_replaced_vector_is_not_found_where_it_was():
    index = filled(Hnsw(DIM, exact_below=50), ROWS[:100])
    index.add("7", -ROWS[7])
    assert "7" not in [id for id, _ in index.search(ROWS[7], 10)]


@pytest.mark.parametrize("k", [1500, 1501, 10**6, None])
def test_asking_for_all_or_more_gives_all_exactly(flat, hnsw, k):
    assert hnsw.search(QUERIES[0], k) == flat.search(QUERIES[0], None)


@pytest.mark.parametrize("k", [0, 1, 201, 1499])
def test_asking_for_fewer_than_all_gives_as_many_as_asked(hnsw, k):
    assert len({id for id, _ in hnsw.search(QUERIES[0], k)}) == k


def test_k_hits_are_given_even_where_the_graph_does_not_reach_them():
    index = filled(Hnsw(DIM, exact_below=100, m=2, ef_construction=1, ef=1), ROWS[:1000])
    assert len(index.search(ROWS[0], 500)) == 500


def test_k_hits_are_given_even_where_most_vectors_are_the_same():
    index = filled(Hnsw(DIM, exact_below=100), np.repeat(ROWS[:1], 3000, axis=0))
    assert len(index.search(ROWS[0], 2999)) == 2999


def test_above_the_size_ties_come_in_order_of_addition():
    index = filled(Hnsw(DIM, exact_below=50), np.concatenate([ROWS[:100], np.repeat(ROWS[200:201], 40, axis=0)]))
    found = [int(id) for id, _ in index.search(ROWS[200], 40)]
    assert found == sorted(found)


def test_scores_are_the_exact_cosines_of_any_ids(flat, hnsw):
    ids = ["3", "1499", "3"]
    assert hnsw.scores(QUERIES[0], ids) == flat.scores(QUERIES[0], ids)


def test_the_score_of_an_unknown_id_is_refused(hnsw):
    with pytest.raises(KeyError):
        hnsw.scores(QUERIES[0], ["unknown"])


def test_deleting_an_unknown_id_changes_nothing():
    index = filled(Hnsw(DIM, exact_below=50), ROWS[:100])
    before = index.search(QUERIES[0], 10)
    index.delete("unknown")
    assert (index.search(QUERIES[0], 10), len(index)) == (before, 100)


def test_an_empty_index_finds_nothing():
    assert Hnsw(DIM, exact_below=0).search(QUERIES[0], 5) == []


@pytest.mark.parametrize("params", [{"exact_below": -1}, {"m": 1}, {"ef_construction": 0}, {"ef": 0}])
def test_parameters_out_of_range_are_refused(params):
    with pytest.raises(ValueError, match="exact_below must be 0 or more, m at least 2, the others"):
        Hnsw(DIM, **params)


@pytest.mark.parametrize("params", [{"exact_below": 0}, {"m": 2}, {"ef_construction": 1}, {"ef": 1}])
def test_parameters_that_are_not_refused_work(params):
    index = filled(Hnsw(DIM, **{"exact_below": 50} | params), ROWS[:100])
    assert len(index.search(QUERIES[0], 5)) == 5


def test_repeated_vectors_cost_no_recall():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(2000, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[rng.permutation(2000)[:1000]] = rows[0]
    graph, exact = Hnsw(16, exact_below=500), Flat(16)
    for place, row in enumerate(rows):
        graph.add(str(place), row)
        exact.add(str(place), row)
    queries = rng.normal(size=(40, 16)).astype(np.float32)
    found = [len(dict(graph.search(q, 10)).keys() & dict(exact.search(q, 10)).keys()) / 10 for q in queries]
    assert np.mean(found) >= 0.95
