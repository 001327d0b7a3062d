"""Writes ripen in the background: what is said now is recalled a while later, and nothing waits for it.

Guide: a background queue for writes, and retrieval with a deadline of .5 s that returns nothing rather than wait.

Differs: the delay is of event time, so that two runs are alike (`worker` is the thread for assistants); a recall gives
what is ripe and says `complete=False` while something waits. What waits is in the store before `observe` returns, and
to forget and to erase does not wait.

Cost: an observation costs one `put`, later one `delete`; what waits is kept twice for a moment.

Use: where a slow strategy (a model that extracts, an encoder on a CPU) stands in the way of a reply.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from memlab.events import (
    Consent,
    Erasure,
    Forget,
    Memory,
    Observed,
    Outcome,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
    TurnId,
)
from memlab.stores import Record, Store
from memlab.strategies.base import Kept, Strategy, event_of, record_of

LOG = logging.getLogger(__name__)


class Waiting:
    """Events that are kept and not yet passed on, in order, in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records: dict[str, Record] = {record.id: record for record in store.scan()}
        self._count = max((int(record.meta["count"]) for record in self._records.values()), default=0)

    def add(self, event: Kept) -> None:
        """Keeps an event at the end; a turn that is said again leaves its first place, with what cites it."""
        before = self._store.citing([event.id]) if isinstance(event, Turn) else []
        self._count += 1
        record = replace(record_of(event, self._count), id=f"{self._count:012d}")
        self._store.put(record)
        self._records[record.id] = record
        self._drop(before)

    def __iter__(self) -> Iterator[tuple[str, Kept]]:
        """What waits, each with its name here, oldest first."""
        return ((id, _event(record)) for id, record in list(self._records.items()))

    def done(self, id: str) -> None:
        """Drops what has been passed on."""
        self._drop([id])

    def erase(self, turns: frozenset[TurnId] | None) -> None:
        """Drops what cites any of `turns`, None for everything, to the last byte."""
        going = list(self._records) if turns is None else self._store.citing(turns)
        self._drop(going)
        self._store.purge()

    def __len__(self) -> int:
        return len(self._records)

    def _drop(self, ids: Sequence[str]) -> None:
        if ids:
            self._store.delete(ids)
            for id in ids:
                self._records.pop(id, None)


class Background:
    """A strategy that hears of what was said when it is `lag_seconds` old, by the events' own clock.

    Args:
        inner: The strategy.
        store: Where events wait.
        lag_seconds: How old an event is when it is passed on, 0 or more.

    Raises:
        ValueError: `lag_seconds` is negative.
    """

    def __init__(self, inner: Strategy, store: Store, lag_seconds: float) -> None:
        if lag_seconds < 0:
            raise ValueError(f"background: lag_seconds is {lag_seconds}; it must be 0 or more")
        self._inner, self._waiting, self._lag = inner, Waiting(store), timedelta(seconds=lag_seconds)

    def observe(self, event: Observed) -> None:
        """Keeps an event until it is ripe; what drops something is passed on at once, and after all that was before it.

        An event that was being passed on in a crash is passed on again: a turn then counts once, an outcome twice. An
        event is kept whatever becomes of those before it; what the strategy raises on one of these is raised then.
        """
        match event:
            case Erasure(turns=turns):
                try:
                    self._waiting.erase(turns)
                finally:
                    self._inner.observe(event)
            case Forget() | Consent(granted=False):
                if len(self._waiting):
                    self._waiting.add(event)
                self._inner.observe(event)
            case Turn() | Outcome() | Consent() | Recalled() | SessionEnd():
                self._waiting.add(event)
            case _:
                assert_never(event)
        self._ripen(event.at)

    def recall(self, query: Query) -> Recall:
        """What is recalled of all that is ripe and could be passed on; complete when nothing waits."""
        try:
            self._ripen(query.at)
        except Exception as error:  # noqa: BLE001 (a strategy may raise anything; the next observation raises it)
            LOG.warning("what waits could not be passed on, it is tried again: %s", error)
        return _marked(self._inner.recall(query), not len(self._waiting))

    def memories(self) -> Iterator[Memory]:
        """Those of the inner strategy: what waits is no memory yet."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the inner strategy; what waits stays in the store."""
        self._inner.close()

    def _ripen(self, now: datetime) -> None:
        for id, event in self._waiting:
            if event.at + self._lag > now:
                return
            self._inner.observe(event)
            for other, later in self._waiting:
                if other != id and (isinstance(later, Forget) or (isinstance(later, Consent) and not later.granted)):
                    self._inner.observe(later)
            self._waiting.done(id)


def _event(record: Record) -> Kept:
    """The event of a record, whose name is its place in the queue: a turn's own is its source."""
    return event_of(replace(record, id=record.sources[0]) if record.meta["event"] == "Turn" else record)


def _marked(recall: Recall, complete: bool) -> Recall:
    return replace(recall, complete=recall.complete and complete)
