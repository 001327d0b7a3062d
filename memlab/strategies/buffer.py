"""The short-term buffer: a window over the conversation that is never larger than it may be.

Guide: keeps the last 10 to 50 messages (20 by default), the oldest leaves first; eviction may also weigh relevance.

Differs: turns that have left stay in the store, out of reach, so that an erasure can let them in again; the newest are
shown first, whatever is asked.

Cost: next to nothing, in time and in tokens; to weigh relevance costs a pass over the window for each turn.

Use: beside a long-term memory, for what was just said; alone, where conversations are short.
"""

from collections.abc import Callable, Iterator, Sequence

from memlab.events import Memory, Observed, Query, Recall, Turn
from memlab.stores import Store
from memlab.strategies.base import TurnLog
from memlab.text import stems


class Buffer:
    """A window over the turns; when it is full, one of them makes room for the newest.

    Turns that have left stay in the store, out of reach: when a turn is erased, the window holds what it would hold had
    that turn never been said.

    Args:
        store: Where the turns are kept.
        capacity: Turns in the window, at least 1.
        evict: Given the window with the newest turn last, the place of the turn that leaves.

    Raises:
        ValueError: `capacity` is not positive.
    """

    def __init__(self, store: Store, capacity: int, evict: Callable[[Sequence[Turn]], int]) -> None:
        if capacity < 1:
            raise ValueError(f"buffer: capacity is {capacity}; it must be at least 1 turn")
        self._capacity, self._evict = capacity, evict
        self._said: dict[str, Turn] = {}
        self._window: list[Turn] = []
        self._erased = False
        self._turns = TurnLog(store, self._add, self._drop)

    def observe(self, event: Observed) -> None:
        """Keeps turns, forgets what is erased."""
        self._turns.observe(event)
        if self._erased:
            self._erased, self._window = False, []
            for turn in self._said.values():
                self._enter(turn)

    def recall(self, query: Query) -> Recall:
        """The window, newest first, whatever the query says; scores fall by position from 1."""
        newest = reversed(self._window[-(query.limit or self._capacity) :])
        return Recall(memories=self._turns.scored((turn.id, 1 / (1 + place)) for place, turn in enumerate(newest)))

    def memories(self) -> Iterator[Memory]:
        """The window, oldest first."""
        return iter(self._turns.scored((turn.id, 0.0) for turn in self._window))

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()

    def _add(self, turn: Turn) -> None:
        self._said[turn.id] = turn
        self._enter(turn)

    def _enter(self, turn: Turn) -> None:
        self._window.append(turn)
        if len(self._window) > self._capacity:
            del self._window[self._evict(self._window)]

    def _drop(self, id: str) -> None:
        del self._said[id]
        self._erased = True


def oldest(window: Sequence[Turn]) -> int:
    """The first in is the first out."""
    return 0


def least_relevant(window: Sequence[Turn], recent: int) -> int:
    """The turn that shares the least of its words with the newest turns; of several, the oldest.

    Args:
        recent: How many of the newest turns say what the conversation is about; they do not leave, 1 or more.
    """
    kept = max(1, len(window) - recent)
    about = {stem for turn in window[kept:] for stem in stems(turn.text)}

    def relevance(place: int) -> float:
        words = set(stems(window[place].text))
        return len(words & about) / max(1, len(words))

    return min(range(kept), key=relevance)
