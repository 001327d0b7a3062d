"""Word counts hashed into a fixed number of dimensions: an encoder without weights, for tests and as a floor."""

from collections.abc import Sequence

import numpy as np

from memlab.encoders import Tokens, Vectors
from memlab.text import pieces

PIECES = 254  # of a text have a row, as in MiniLM


class Hashing:
    """Scikit-learn's signed feature hashing of words, rows scaled to unit length (Weinberger et al., 2009).

    A text without words gets the first unit vector, so that every row has length 1.

    Args:
        dim: Length of a vector, at least 2.
    """

    def __init__(self, dim: int = 256) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        if dim < 2:
            raise ValueError(f"encoder hashing: dim is {dim}; it must be at least 2")
        self.dim = dim
        self.identity = self.token_identity = f"hashing-{dim}-v1"
        self.token_dim, self.token_type = dim, "float16"
        self._vectorizer = HashingVectorizer(n_features=dim, norm=None, alternate_sign=True)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), dim)."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        counts = self._vectorizer.transform(list(texts)).toarray()
        counts[~counts.any(axis=1), 0] = 1.0
        # scaled here: scikit-learn checks its parameters for longer than it counts, text by text
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `encode` gives, and a row for each word piece, which is that of the piece alone."""
        found = [pieces(text)[:PIECES] for text in texts]
        return self.encode(texts), [self.encode(text).astype(np.float16) for text in found]
