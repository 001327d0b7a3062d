"""How far a question calls for each part of a memory, by what it is most like among example questions of each part."""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memlab.encoders import Encoder
from memlab.paths import read_yaml

Matrix = NDArray[np.floating]


class Router:
    """Scores parts by ridge regression from the vector of a question on the part that it is an example of.

    The examples are English, in `routes.yaml`. They are encoded at the first question, which takes about a second with
    the bundled encoder; a question costs a product with one vector.

    Args:
        encoder: Makes the vectors.
        ridge: The greater, the nearer scores are to each other; over 0 (Hoerl and Kennard, 1970).

    Raises:
        ValueError: `ridge` is not positive.
    """

    def __init__(self, encoder: Encoder, ridge: float) -> None:
        if ridge <= 0:
            raise ValueError(f"router: ridge is {ridge}; it must be over 0")
        self._encoder, self._ridge = encoder, ridge
        self._examples: dict[str, list[str]] = read_yaml(Path(__file__).with_name("routes.yaml"))

    def scores(self, question: str) -> dict[str, float]:
        """By part: about 1 where its examples ask as the question does, about 0 where they do not; they sum to about 1.

        A question like none or like several calls for none of them surely.
        """
        return dict(zip(self._examples, map(float, (self._rows([question]) @ self._fitted)[0]), strict=True))

    @cached_property
    def _fitted(self) -> Matrix:
        """One column of weights per part."""
        rows = self._rows([question for asked in self._examples.values() for question in asked])
        parts = np.repeat(np.arange(len(self._examples)), [len(asked) for asked in self._examples.values()])
        targets = np.eye(len(self._examples))[parts]
        return np.linalg.solve(rows.T @ rows + self._ridge * np.eye(rows.shape[1]), rows.T @ targets)

    def _rows(self, texts: list[str]) -> Matrix:
        """Vectors with a constant after them."""
        vectors = self._encoder.encode(texts).astype(np.float64)
        return np.hstack((vectors, np.ones((len(texts), 1))))
