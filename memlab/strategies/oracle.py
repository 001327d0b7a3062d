"""The ceiling: it is told which turns are the evidence, and returns exactly those.

The only strategy that sees the judge's notes; `memlab.build` hands them over, to no other.
"""

from collections.abc import Callable, Iterator, Sequence

from memlab.events import Memory, Observed, Query, QueryId, Recall, TurnId
from memlab.stores import Store
from memlab.strategies.base import TurnLog


class Oracle:
    """For each nugget of the evidence its shortest turn, the shortest of these first.

    Args:
        store: Where the turns are kept.
        evidence: Gives a query's turns, one set per nugget; asked when the query is.
    """

    def __init__(self, store: Store, evidence: Callable[[QueryId], Sequence[frozenset[TurnId]]]) -> None:
        self._turns = TurnLog(store)
        self._evidence = evidence

    def observe(self, event: Observed) -> None:
        """Keeps turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """One turn per nugget, shortest first; nothing for a query without evidence."""
        held = {memory.id: memory for memory in self._turns.memories()}
        shortest = dict.fromkeys(
            min((id for id in turns if id in held), key=lambda id: (len(held[id].text), id), default=None)
            for turns in self._evidence(query.id)
        )
        ids = sorted((id for id in shortest if id is not None), key=lambda id: (len(held[id].text), id))
        return Recall(memories=self._turns.scored((id, 1 / (1 + place)) for place, id in enumerate(ids[: query.limit])))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()
