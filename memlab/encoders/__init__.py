"""Encoders turn texts into unit vectors. They are given to strategies, never built by them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors.

    Attributes:
        dim: Length of a vector.
        identity: Names everything that can move a vector: weights, shapes, version of the code.
    """

    dim: int
    identity: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), dim)."""
        ...
