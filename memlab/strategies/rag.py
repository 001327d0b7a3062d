"""Retrieval by meaning: one vector per turn, the nearest to the query first.

The guide's vector memory and the "R" of its retrieval-augmented pattern: all-MiniLM-L6-v2, nearest k.
"""

from collections.abc import Callable, Iterator

from memlab.encoders import Encoder
from memlab.events import Memory, Observed, Query, Recall, Turn
from memlab.indexes import VectorIndex
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class Rag:
    """Every turn a memory, found by the cosine between its vector and the query's.

    Args:
        store: Where the turns are kept.
        encoder: Makes the vectors.
        index: Makes the empty vector index for a dimension.
    """

    def __init__(self, store: Store, encoder: Encoder, index: Callable[[int], VectorIndex]) -> None:
        self._encoder, self._index = encoder, index(encoder.dim)
        self._turns = TurnLog(store, self._add, self._index.delete)

    def observe(self, event: Observed) -> None:
        """Keeps and encodes turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The nearest turns; scores are cosines, negative ones 0; confident as far as the first stands out."""
        vector = self._encoder.encode([query.text])[0]
        return self._turns.ranked(self._index.search(vector, query.limit))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()

    def _add(self, turn: Turn) -> None:
        self._index.add(turn.id, self._encoder.encode([turn.text])[0])
