"""Encoders turn texts into unit vectors. They are given to strategies, never built by them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Tokens = NDArray[np.int8] | NDArray[np.float16]


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


class TokenEncoder(Encoder, Protocol):
    """An encoder that gives a row for each word piece as well, from the same pass.

    Attributes:
        token_dim: Length of a row.
        token_type: What the rows are made of: `int8`, 127 for one, or `float16`.
        token_identity: Names everything that can move a row.
    """

    token_dim: int
    token_type: str
    token_identity: str

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `encode` gives, and for each text its rows, shape (pieces, token_dim), of unit length but for rounding.

        Row i belongs to piece i of `memlab.text.pieces`; of a long text the first pieces alone have one.
        """
        ...
