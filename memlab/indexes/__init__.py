"""Indexes find what a store holds: derived, incremental, rebuilt from the store at any time."""

from collections.abc import Iterable
from typing import Protocol

from memlab.encoders import Vectors

Hits = list[tuple[str, float]]


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
