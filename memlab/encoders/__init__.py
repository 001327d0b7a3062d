"""Encoders turn texts into unit vectors. They are given to strategies, never built by them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Tokens = NDArray[np.int8] | NDArray[np.float16]


class Encoder(Protocol):
    """Turns texts into vectors of length `dim`; `identity` names all that can move one: weights, shapes, code."""

    dim: int
    identity: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), dim)."""
        ...


class TokenEncoder(Encoder, Protocol):
    """An encoder that gives a row of length `token_dim` for each word piece as well, from the same pass.

    Rows are of `token_type`: `int8`, 127 for one, or `float16`; `token_identity` names everything that can move one.
    """

    token_dim: int
    token_type: str
    token_identity: str

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `encode` gives, and for each text its rows, shape (pieces, token_dim), of unit length but for rounding.

        Row i belongs to piece i of `memlab.text.pieces`; of a long text the first pieces alone have one.
        """
        ...
