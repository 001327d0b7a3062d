"""The projection of MiniLM's token rows, made again from simulated text: see `memlab.encoders.projection`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memlab.encoders.minilm import MiniLM
from memlab.encoders.projection import DIM, fitted
from memlab.events import Turn
from memlab.seeds import Draw
from memlab.sources.simulated import Simulated

USERS, SEED, TEXTS, CHUNK = 60, 11, 1_500, 128


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A matrix, and how much it holds.

    Attributes:
        share: Of the sum of the singular values, what its dimensions have.
        pieces: On how many rows of word pieces it was fitted.
    """

    matrix: NDArray[np.float16]
    share: float
    pieces: int


def texts(users: int = USERS, count: int = TEXTS) -> list[str]:
    """Distinct turns of simulated users in the open half of the sentences, in an order drawn by name."""
    source = Simulated(users=users, bank="open")
    said = {
        event.text
        for user in source.users()
        for event in source.life(user, seed=SEED).stream()
        if isinstance(event, Turn)
    }
    return Draw(SEED, "projection").shuffled(sorted(said))[:count]


def projection(said: list[str], progress: Callable[[int, int], None] = lambda *_: None) -> Projection:
    """The matrix for what was said; minutes of encoding for 1,500 turns.

    Args:
        said: At least one text; some hundreds for a matrix of full rank.
        progress: Called with how many texts are encoded, and of how many.
    """
    encoder, rows = MiniLM(full_tokens=True), list[NDArray[np.float32]]()
    for start in range(0, len(said), CHUNK):
        _, tokens = encoder.encode_tokens(said[start : start + CHUNK])
        rows += [one.astype(np.float32) for one in tokens]
        progress(min(start + CHUNK, len(said)), len(said))
    together = np.concatenate(rows)
    values = np.linalg.svd(together.T @ together, compute_uv=False)
    return Projection(fitted(together), float(values[:DIM].sum() / values.sum()), len(together))
