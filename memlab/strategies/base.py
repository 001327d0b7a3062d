"""What a strategy is, and the one place where turns become memories and are forgotten again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Protocol, assert_never

from memlab.events import (
    Consent,
    Erasure,
    Forget,
    Memory,
    MemoryId,
    Observed,
    Outcome,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
)
from memlab.stores import Record, Store


class Strategy(Protocol):
    """The memory of one user. One instance never serves two."""

    def observe(self, event: Observed) -> None:
        """Takes in what happened: the only method that changes what will be recalled."""
        ...

    def recall(self, query: Query) -> Recall:
        """The memories for a query, best first; asking twice gives the same."""
        ...

    def memories(self) -> Iterator[Memory]:
        """Everything that it could still say."""
        ...

    def close(self) -> None:
        """Lets go of the store; reopened on it, a strategy recalls the same."""
        ...


class TurnLog:
    """Turns as memories, one each, kept in a store and forgotten on request.

    A strategy hands every event here and is told, through two calls, which memories come and go; its index follows.
    Opened on a store that holds records, it announces them in their order, so an index is rebuilt by the same calls.

    Args:
        store: Where the records last.
        added: Called with each new memory, in order.
        dropped: Called with the id of each memory that goes.
    """

    def __init__(
        self,
        store: Store,
        added: Callable[[Memory], None] = lambda memory: None,
        dropped: Callable[[MemoryId], None] = lambda id: None,
    ) -> None:
        self._store, self._added, self._dropped = store, added, dropped
        self._memories: dict[MemoryId, Memory] = {}
        for record in store.scan():
            self._announce(record)

    def observe(self, event: Observed) -> None:
        """Keeps a turn, once if it is said again; drops memories on `Forget`, and erased ones on `Erasure`."""
        match event:
            case Turn():
                self.drop([event.id])
                record = Record(id=event.id, text=event.text, sources=(event.id,), at=event.at)
                self._store.put(record)
                self._announce(record)
            case Erasure(turns=turns):
                self.drop(list(self._memories) if turns is None else self._store.citing(turns))
            case Forget():
                self.drop(event.memories)
            case Outcome() | Consent() | Recalled() | SessionEnd():
                pass
            case _:
                assert_never(event)

    def drop(self, ids: Iterable[MemoryId]) -> None:
        """Forgets memories, for an erasure or because there is no room; ids that are not there are no error."""
        named = set(ids)
        going = [id for id in self._memories if id in named] if named else []
        self._store.delete(going)
        for id in going:
            del self._memories[id]
            self._dropped(id)

    def scored(self, hits: Iterable[tuple[MemoryId, float]]) -> tuple[Memory, ...]:
        """The memories of `hits` with their scores, negative ones as 0."""
        return tuple(replace(self._memories[id], score=max(0.0, score)) for id, score in hits)

    def newest(self, n: int | None) -> tuple[Memory, ...]:
        """The last `n` memories, newest first; None means all. Scores fall by position from 1."""
        latest = islice(reversed(self._memories.values()), n)
        return tuple(replace(memory, score=1 / (1 + place)) for place, memory in enumerate(latest))

    def memories(self) -> Iterator[Memory]:
        """All memories in the order in which they came."""
        return iter(list(self._memories.values()))

    def __getitem__(self, id: MemoryId) -> Memory:
        return self._memories[id]

    def close(self) -> None:
        """Closes the store."""
        self._store.close()

    def _announce(self, record: Record) -> None:
        memory = Memory(
            id=record.id,
            text=record.text,
            at=record.at,
            valid_to=record.valid_to,
            category=record.category,
            sources=record.sources,
        )
        self._memories[record.id] = memory
        self._added(memory)
