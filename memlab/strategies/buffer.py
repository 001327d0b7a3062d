"""The short-term buffer: the last turns of the conversation, first in, first out.

From the guide's short-term memory: 10 to 50 messages, oldest out first. What is older is never recalled.
"""

from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class Buffer:
    """A window over the last `capacity` turns.

    Older turns stay in the store, out of reach: when a turn in the window is erased, the window holds what it would
    hold had that turn never been said.

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
        """Keeps turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The window, newest first, whatever the query says."""
        return Recall(memories=self._turns.newest(self._capacity)[: query.limit])

    def memories(self) -> Iterator[Memory]:
        """The window, oldest first."""
        return reversed(self._turns.newest(self._capacity))

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()
