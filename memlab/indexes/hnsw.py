"""Nearest neighbours by hnswlib's graph (Malkov & Yashunin, 2018), exact while the collection is small.

Below `exact_below` vectors the matrix product is both faster and exact, so the graph is built only from there on.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from memlab.encoders import Vectors
from memlab.indexes import Hits
from memlab.indexes.flat import Flat


class Hnsw:
    """Unit vectors, exact below a size and by graph above; one thread, so the graph is deterministic.

    The vectors stay in a matrix beside the graph: it gives exact scores, and a deletion rebuilds the graph from it,
    because hnswlib only hides what it deletes. Equal vectors ("ok", "thanks") are one node, or the graph would fall
    apart into islands of copies.

    Args:
        dim: Length of a vector.
        exact_below: Number of vectors from which the graph is used.
        m: Links per vector.
        ef_construction: Width of the search while adding.
        ef: Width of the search while asking, raised to k where k is larger.
        seed: Of the graph's level draws.
    """

    def __init__(
        self,
        dim: int,
        exact_below: int = 10_000,
        m: int = 16,
        ef_construction: int = 200,
        ef: int = 200,
        seed: int = 0,
    ) -> None:
        if exact_below < 0 or m < 2 or min(ef_construction, ef) < 1:
            raise ValueError(
                f"hnsw: exact_below={exact_below}, m={m}, ef_construction={ef_construction}, ef={ef}; "
                "exact_below must be 0 or more, m at least 2, the others at least 1"
            )
        self._dim, self._exact_below, self._m = dim, exact_below, m
        self._ef_construction, self._ef, self._seed = ef_construction, ef, seed
        self._flat = Flat(dim)
        self._graph: Any = None
        self._ids: list[list[str]] = []
        self._labels: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._flat)

    def add(self, id: str, vector: Vectors) -> None:
        """Adds one vector of shape (dim,); that of an id that is there is replaced in its place."""
        before = len(self._flat)
        self._flat.add(id, vector)
        if len(self._flat) == before:
            self._graph = None
            return
        if self._graph is not None:
            self._link(id, vector)
        elif len(self._flat) >= max(self._exact_below, 1):
            self._build()

    def delete(self, id: str) -> None:
        """Drops one vector; a graph is then built anew, at a cost of O(n), when it is next needed."""
        before = len(self._flat)
        self._flat.delete(id)
        if len(self._flat) < before and self._graph is not None:
            self._graph = None

    def search(self, vector: Vectors, k: int | None) -> Hits:
        """The k nearest by cosine, best first; approximate above `exact_below`; None means all, exactly."""
        if self._graph is None and len(self._flat) >= max(self._exact_below, 1):
            self._build()
        if self._graph is None or k is None or k >= len(self._flat):
            return self._flat.search(vector, k)
        self._graph.set_ef(max(self._ef, k))
        try:
            labels, _ = self._graph.knn_query(vector[None, :], k=min(k, len(self._ids)), num_threads=1)
        except RuntimeError:  # the graph does not reach k vectors
            return self._flat.search(vector, k)
        ids = [id for label in labels[0].tolist() for id in self._ids[label]]
        return sorted(zip(ids, self._flat.scores(vector, ids), strict=True), key=lambda hit: -hit[1])[:k]

    def scores(self, vector: Vectors, ids: Iterable[str]) -> list[float]:
        """The exact cosine of each of `ids`, in order.

        Raises:
            KeyError: An id is not in the index.
        """
        return self._flat.scores(vector, ids)

    def _build(self) -> None:
        import hnswlib

        self._graph = hnswlib.Index(space="ip", dim=self._dim)
        self._graph.init_index(
            max_elements=2 * len(self._flat),
            ef_construction=self._ef_construction,
            M=self._m,
            random_seed=self._seed + 1,
        )
        self._ids, self._labels = [], {}
        for id, vector in self._flat.items():
            self._link(id, vector)

    def _link(self, id: str, vector: Vectors) -> None:
        label = self._labels.setdefault(vector.tobytes(), len(self._ids))
        if label < len(self._ids):
            self._ids[label].append(id)
            return
        self._ids.append([id])
        if label >= self._graph.get_max_elements():
            self._graph.resize_index(2 * label)
        self._graph.add_items(np.asarray(vector)[None, :], [label], num_threads=1)
