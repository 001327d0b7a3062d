"""A cache of recalls gives the answer to a question that was asked a moment ago, until something new is observed.

Guide: an LRU cache of 1,000 contexts in front of the store, which is never invalidated.

Differs: every observation empties it, since any may change what is recalled; only `Recalled` does not, so it stands
above strategies and layers that learn nothing from being read. An entry ages too: a question's time counts in a recall.

Cost: a hit costs a dictionary lookup, a miss nothing beside the recall; some kilobytes a question, in memory alone.

Use: where an assistant asks its memory the same thing several times within one reply.
"""

from collections import OrderedDict
from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall, Recalled
from memlab.strategies.base import Strategy

Asked = tuple[str, int, int | None, int | None]


class Cache:
    """Recalls of a strategy, kept until the next observation; the least recently asked goes first.

    What is asked under another query id counts as the same question: no strategy that draws by the id belongs inside.

    Args:
        inner: The strategy.
        capacity: Questions, at least 1.
        fresh_seconds: Questions in the same stretch of this length count as asked at the same time; over 0.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(self, inner: Strategy, capacity: int, fresh_seconds: float) -> None:
        if capacity < 1 or fresh_seconds <= 0:
            raise ValueError(
                f"cache: capacity={capacity}, fresh_seconds={fresh_seconds}; "
                "capacity must be at least 1 question, fresh_seconds over 0"
            )
        self._inner, self._capacity, self._fresh_seconds = inner, capacity, fresh_seconds
        self._recalls: OrderedDict[Asked, Recall] = OrderedDict()

    def observe(self, event: Observed) -> None:
        """Passes everything on; what was cached is then out of date, unless the event only says what was read."""
        if not isinstance(event, Recalled):
            self._recalls.clear()
        self._inner.observe(event)

    def recall(self, query: Query) -> Recall:
        """What the inner strategy recalls, or recalled to the same question."""
        stretch = int(query.at.timestamp() // self._fresh_seconds)
        asked = (query.text, stretch, query.limit, query.budget_tokens)
        if asked not in self._recalls:
            recall = self._inner.recall(query)
            if not recall.complete:  # what it lacks may be there in a moment, and nothing will be observed
                return recall
            self._recalls[asked] = recall
            if len(self._recalls) > self._capacity:
                self._recalls.popitem(last=False)
        self._recalls.move_to_end(asked)
        return self._recalls[asked]

    def memories(self) -> Iterator[Memory]:
        """Those of the inner strategy."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the inner strategy."""
        self._recalls.clear()
        self._inner.close()
