"""Lexical retrieval: turns ranked by BM25, the baseline that embedders must beat.

Guide: has no lexical retrieval; the field's harnesses use it as their floor.

Cost: a recall costs time in the postings of the question's words, an observation in the words of the turn; no vectors.

Use: as the baseline, and where names, numbers and rare words decide.

Tokenisation is part of the strategy: bm25s's English stop words and word pattern, Snowball stems (`memlab.text.stems`).
"""

from collections.abc import Callable, Iterator

from memlab.events import Memory, Observed, Query, Recall
from memlab.indexes.bm25 import Bm25Index
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class Bm25:
    """Every turn a memory, found by the words that it shares with the query.

    Args:
        store: Where the turns are kept.
        index: Makes the empty lexical index.
    """

    def __init__(self, store: Store, index: Callable[[], Bm25Index]) -> None:
        self._index = index()
        self._turns = TurnLog(store, lambda turn: self._index.add(turn.id, turn.text), self._index.delete)

    def observe(self, event: Observed) -> None:
        """Keeps and indexes turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The best turns that share a content word with the query; confident as far as the first stands out."""
        return self._turns.ranked(self._index.search(query.text, query.limit))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()
