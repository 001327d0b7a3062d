"""Two tiers of one strategy: a small hot one that is asked first, and a cold one that has everything.

Guide: hot and cold tiers: what is used often is kept where it is found quickly, the rest in cheaper storage.

Differs: both are whole instances in spaces of their own, and cold keeps what hot has, so to demote is to forget in hot
alone and nothing is ever on its way. Hot answers by itself only when its best memory scores high enough; else cold is
asked, in which nothing is missing.

Cost: what is hot is stored and indexed twice; a question that hot answers, with as many memories as are wanted, costs a
search among what is hot.

Use: over strategies whose memories are turns and whose scores compare across collections (`rag`), when there are many.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

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
from memlab.strategies.base import Strategy, event_of

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Tiers:
    """A hot and a cold instance of a strategy whose memories have the ids of their turns.

    A memory is hot while its turn was said or it was read within `hot_days`; looked at when a session ends. Read while
    cold, it is hot again.

    Args:
        make_inner: Makes the strategy on a store.
        store: In whose spaces `hot` and `cold` the two last, and `read`, when each memory was read.
        hot_days: Over 0.
        enough: The score from which hot answers by itself, on the strategy's own scale.

    Raises:
        ValueError: `hot_days` is not positive.
    """

    def __init__(self, make_inner: Callable[[Store], Strategy], store: Store, hot_days: float, enough: float) -> None:
        if hot_days <= 0:
            raise ValueError(f"tiers: hot_days is {hot_days}; it must be over 0")
        self._cold_store, self._read = store.space("cold"), store.space("read")
        self._hot, self._cold = make_inner(store.space("hot")), make_inner(self._cold_store)
        self._hot_for, self._enough = timedelta(days=hot_days), enough
        self._look()
        for id in self._held - self._known:
            if (kept := store.space("hot").get(id)) is not None:
                self._cold.observe(event_of(kept))
                self._known.add(id)

    def observe(self, event: Observed) -> None:
        """Passes everything to both; what was read and is cold is said to hot once more."""
        match event:
            case Turn(id=id):
                self._read.delete([id])
                self._both(event)
                self._held.add(id)
                self._known.add(id)
            case Recalled(memories=ids):
                self._both(event)
                for id in ids:
                    self._note(id, event.at)
            case Erasure(turns=turns):
                self._read.delete([r.id for r in self._read.scan()] if turns is None else self._read.citing(turns))
                try:
                    self._both(event)
                finally:
                    self._look()
                    self._read.purge()
            case Forget(memories=ids):
                self._read.delete(ids)
                self._both(event)
                self._held -= ids
                self._known -= ids
            case SessionEnd():
                self._both(event)
                self._demote(event)
            case Outcome() | Consent():
                self._both(event)
            case _:
                assert_never(event)

    def recall(self, query: Query) -> Recall:
        """What hot has, then what cold has besides, if hot's best is good enough; else what cold has."""
        hot = self._hot.recall(query)
        if not hot.memories or hot.memories[0].score < self._enough:
            return self._cold.recall(query)
        if query.limit is not None and len(hot.memories) >= query.limit:
            return hot
        known, lowest = {memory.id for memory in hot.memories}, hot.memories[-1].score
        cold = self._cold.recall(query)
        below = [replace(m, score=min(m.score, lowest)) for m in cold.memories if m.id not in known]
        complete = hot.complete and cold.complete
        return replace(hot, memories=(*hot.memories, *below)[: query.limit], complete=complete)

    def memories(self) -> Iterator[Memory]:
        """Those of cold, which has all."""
        return self._cold.memories()

    def close(self) -> None:
        """Closes both."""
        self._hot.close()
        self._cold.close()

    def _look(self) -> None:
        """Notes which memories hot holds, and which there are."""
        self._held = {memory.id for memory in self._hot.memories()}
        self._known = {memory.id for memory in self._cold.memories()}

    def _both(self, event: Observed) -> None:
        """Hot first: what cold lacks after a crash is told to it when both are opened."""
        try:
            self._hot.observe(event)
        finally:
            self._cold.observe(event)

    def _note(self, id: MemoryId, at: datetime) -> None:
        """Notes that a memory was read, and makes it hot."""
        kept = self._cold_store.get(id) if id in self._known else None
        if kept is None or "event" not in kept.meta:
            return
        self._read.put(Record(id=id, text="", sources=(id,), at=at))
        if id not in self._held:
            self._hot.observe(event_of(kept))
            self._held.add(id)

    def _demote(self, end: SessionEnd) -> None:
        since = end.at - self._hot_for
        read = {record.id: record.at for record in self._read.scan()}
        old = {memory.id for memory in self._hot.memories() if max(memory.at, read.get(memory.id, EPOCH)) < since}
        if old:
            self._hot.observe(Forget(at=end.at, session=end.session, memories=frozenset(old)))
            self._held -= old
