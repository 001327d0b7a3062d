"""The short-term buffer: the last turns of the conversation, first in, first out.

From the guide's short-term memory: 10 to 50 messages, oldest out first. What is older than the window is gone.
"""

from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class Buffer:
    """A window over the last `capacity` turns.

    Args:
        store: Where the turns are kept.
        capacity: Turns in the window, at least 1.

    Raises:
        ValueError: `capacity` is not positive.
    """

    def __init__(self, store: Store, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"buffer: capacity is {capacity}; it must be at least 1 turn")
        self._turns = TurnLog(store)
        self._capacity = capacity

    def observe(self, event: Observed) -> None:
        """Keeps turns while there is room; the oldest makes room for the newest."""
        self._turns.observe(event)
        while len(self._turns) > self._capacity:
            self._turns.drop([self._turns.oldest()])

    def recall(self, query: Query) -> Recall:
        """The window, newest first, whatever the query says."""
        return Recall(memories=self._turns.newest(query.limit))

    def memories(self) -> Iterator[Memory]:
        """The window, oldest first."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()
