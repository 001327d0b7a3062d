"""Indexes find what a store holds: derived, incremental, rebuilt from the store at any time."""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from memlab.encoders import Vectors

Hits = list[tuple[str, float]]


def first(scores: NDArray[Any], k: int | None) -> NDArray[np.intp]:
    """The places of the k greatest scores, greatest first, ties in order; None means all.

    What cannot be among them is not put in order, which for few of many is most of the work.

    >>> first(np.array([1.0, 3.0, 2.0, 3.0]), 2).tolist()
    [1, 3]
    """
    if k is None or k >= len(scores):
        return np.argsort(-scores, kind="stable")
    if k == 0:
        return np.empty(0, np.intp)
    near = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return near[np.argsort(-scores[near], kind="stable")][:k]


class VectorIndex(Protocol):
    """Finds the nearest of unit vectors by cosine."""

    def add(self, id: str, vector: Vectors) -> None:
        """Adds one vector of shape (dim,); an id that is there is replaced."""
        ...

    def delete(self, id: str) -> None:
        """Drops one vector; an id that is not there is no error."""
        ...

    def search(self, vector: Vectors, k: int | None) -> Hits:
        """The k nearest, best first, ties in order of addition; None means all."""
        ...

    def scores(self, vector: Vectors, ids: Iterable[str]) -> list[float]:
        """The exact cosine of each of `ids`, in order.

        Raises:
            KeyError: An id is not in the index.
        """
        ...

    def __len__(self) -> int: ...
