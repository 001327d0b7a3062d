"""The whole history in the prompt, newest turn first: what memory would be without limits."""

from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class FullHistory:
    """Every turn a memory; a recall gives them all, newest first, whatever the query says.

    Args:
        store: Where the turns are kept.
    """

    def __init__(self, store: Store) -> None:
        self._turns = TurnLog(store)

    def observe(self, event: Observed) -> None:
        """Keeps turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The newest `query.limit` turns, newest first; all of them without a limit."""
        return Recall(memories=self._turns.newest(query.limit))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()
