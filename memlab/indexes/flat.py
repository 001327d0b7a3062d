"""Exact nearest neighbours by one matrix product: the fastest there is up to about 10,000 vectors."""

from collections.abc import Iterable

import numpy as np

from memlab.encoders import Vectors
from memlab.indexes import Hits, first


class Flat:
    """Unit vectors in one growing matrix; a search costs O(n * dim).

    Args:
        dim: Length of a vector.
    """

    def __init__(self, dim: int) -> None:
        self._rows = np.zeros((64, dim), np.float32)
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, id: str, vector: Vectors) -> None:
        """Adds one vector of shape (dim,); that of an id that is there is replaced in its place."""
        slot = self._slots.setdefault(id, len(self._ids))
        if slot == len(self._ids):
            self._ids.append(id)
        if slot == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[slot] = vector

    def delete(self, id: str) -> None:
        """Drops one vector and closes the gap, so that order stays order of addition; costs O(n)."""
        slot = self._slots.pop(id, None)
        if slot is None:
            return
        n = len(self._ids)
        self._rows[slot : n - 1] = self._rows[slot + 1 : n].copy()
        self._rows[n - 1] = 0
        del self._ids[slot]
        for later in self._ids[slot:]:
            self._slots[later] -= 1

    def search(self, vector: Vectors, k: int | None) -> Hits:
        """The k nearest by cosine, best first, ties in order of addition; None means all."""
        cosines = _cosines(self._rows[: len(self._ids)], vector)
        order = first(cosines, k)
        return [(self._ids[slot], float(cosines[slot])) for slot in order]

    def scores(self, vector: Vectors, ids: Iterable[str]) -> list[float]:
        """The cosine of each of `ids`, in order.

        Raises:
            KeyError: An id is not in the index.
        """
        rows = self._rows[[self._slots[id] for id in ids]]
        return _cosines(rows, vector).tolist()

    def cosines(self, vector: Vectors) -> Vectors:
        """The cosine of every vector, in order of addition; shape (len(self),)."""
        return _cosines(self._rows[: len(self._ids)], vector)

    def items(self) -> Iterable[tuple[str, Vectors]]:
        """Ids and vectors in order of addition."""
        return zip(self._ids, self._rows[: len(self._ids)], strict=True)


def _cosines(rows: Vectors, vector: Vectors) -> Vectors:
    # einsum sums each row on its own, so a cosine does not depend on how many rows there are.
    return np.einsum("ij,j->i", rows, vector)
