"""Turns in random order: what a strategy must beat to have done anything."""

from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall
from memlab.seeds import Draw
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class RandomOrder:
    """Every turn a memory; a recall is a random sample of them, drawn by seed and query id.

    Args:
        store: Where the turns are kept.
        seed: Root of the draws.
    """

    def __init__(self, store: Store, seed: int) -> None:
        self._turns = TurnLog(store)
        self._seed = seed

    def observe(self, event: Observed) -> None:
        """Keeps turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """`query.limit` turns in random order, the same for the same query; scores fall by position."""
        order = Draw(self._seed, "random", query.id).shuffled([memory.id for memory in self.memories()])[: query.limit]
        return Recall(memories=self._turns.scored((id, 1 / (1 + place)) for place, id in enumerate(order)))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()
