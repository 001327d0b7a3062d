"""A holdback lets a strategy observe from the first word on, and recalls nothing until a given session.

Guide: has none; its holdout has no memory at all, for good.

Differs: it ends. Until then every strategy is `none` to whoever asks, so what users were like before they met a memory
is known of each, and may be taken out of the comparison of two (`memlab ab`, `memlab.stats.cuped`).

Cost: none beside the strategy's own.

Use: as the outermost layer of both arms of an experiment, for the same sessions.
"""

from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall
from memlab.strategies.base import Strategy


class Holdback:
    """A strategy that observes all and recalls nothing in the first sessions.

    What was recalled is what a strategy may learn from (`Recalled`): in these sessions it learns that nothing was.

    Args:
        inner: The strategy.
        sessions: Questions in sessions of a lower number are held back, at least 0.

    Raises:
        ValueError: `sessions` is below 0.
    """

    def __init__(self, inner: Strategy, sessions: int) -> None:
        if sessions < 0:
            raise ValueError(f"holdback: sessions={sessions}; it must be 0 or more, the first session that recalls")
        self._inner, self._sessions = inner, sessions

    def observe(self, event: Observed) -> None:
        """Passes everything on."""
        self._inner.observe(event)

    def recall(self, query: Query) -> Recall:
        """Nothing, then what the strategy recalls."""
        return Recall() if query.session < self._sessions else self._inner.recall(query)

    def memories(self) -> Iterator[Memory]:
        """Those of the inner strategy, held back or not: it could still say them."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the inner strategy."""
        self._inner.close()
