"""What a strategy is, and the one place where events are kept, learned from and forgotten again."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from itertools import islice
from typing import Protocol, assert_never

from memlab.events import (
    Attachment,
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
    TurnId,
)
from memlab.stores import Record, Store

Kept = Turn | Outcome | Consent | Forget | Recalled | SessionEnd
KINDS: dict[str, type] = {kind.__name__: kind for kind in (Outcome, Consent, SessionEnd)}
COLUMNS = ("at", "id", "text")


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


class EventLog:
    """Events kept in a store, from which everything that a strategy derives can be made again.

    A strategy hands every event here. It is kept first and learned then, so a crash loses nothing that `observe`
    returned from, and what could not be learned, because a model failed, is learned when it is observed again or the
    log is opened again: opened on a store that holds events, the log has them learned in order. What an `Erasure`
    names is dropped from the store, and what was learned from it is unlearned: in place where derived state stands turn
    by turn, else by starting over and learning what is left, so that nothing survives in a count, an edge or a summary.

    Args:
        store: Where the events last.
        learn: Called with an event and the note kept beside it, None for one that is new; returns the note to keep,
            which spares a reopened strategy what was dear to find out. A note may depend on earlier events; when one
            of them is erased, it is dropped and found anew.
        unlearn: Called with turns that are gone. Returns True if derived state has followed, False if it has been
            thrown away altogether and the rest is to be learned again.
        keeps: The kinds of event that are kept and learned; others pass.
    """

    def __init__(
        self,
        store: Store,
        learn: Callable[[Kept, str | None], str | None],
        unlearn: Callable[[Sequence[TurnId]], bool],
        keeps: Sequence[type] = (Turn,),
    ) -> None:
        self._store, self._learn, self._unlearn, self._keeps = store, learn, unlearn, tuple(keeps)
        self._count = 0
        for record in store.scan():
            self._count = max(self._count, int(record.meta["count"]))
            self._learn_from(record)

    def observe(self, event: Observed) -> None:
        """Keeps and learns an event; drops and unlearns what is erased.

        A turn that is said again, with the same id, goes to the end, in place of its first saying and of the outcomes
        that cite it.

        Raises:
            StoreError: Erased text is out of reach but could not be overwritten; observe the erasure again.
        """
        match event:
            case Erasure(turns=turns):
                self._erase(turns)
            case Turn() | Outcome() | Consent() | Forget() | Recalled() | SessionEnd():
                if isinstance(event, self._keeps):
                    self._take_in(event)
            case _:
                assert_never(event)

    def close(self) -> None:
        """Closes the store."""
        self._store.close()

    def _take_in(self, event: Kept) -> None:
        gone = None
        if isinstance(event, Turn) and self._store.get(event.id) is not None:
            gone = self._delete([event.id])
        self._count += 1
        record = record_of(event, self._count)
        self._store.put(record)
        if gone is None:
            self._learn_from(record)
        else:
            self._unlearn_and_learn(gone, [record])

    def _erase(self, turns: Iterable[TurnId] | None) -> None:
        gone = self._delete(turns)
        if gone is None:
            self._store.purge()
        else:
            self._unlearn_and_learn(gone, [])

    def _delete(self, turns: Iterable[TurnId] | None) -> list[TurnId] | None:
        """Drops the events that cite any of `turns`, with notes that may depend on them.

        Returns:
            The turns that the dropped events cite; None if there was nothing to drop.
        """
        ids = [record.id for record in self._store.scan()] if turns is None else self._store.citing(turns)
        going = [record for id in ids if (record := self._store.get(id)) is not None]
        if not going:
            return None
        for record in self._store.scan():
            if int(record.meta["count"]) > int(going[0].meta["count"]) and "note" in record.meta:
                self._store.put(replace(record, meta={k: v for k, v in record.meta.items() if k != "note"}))
        self._store.delete(ids)
        return list(dict.fromkeys(turn for record in going for turn in record.sources))

    def _unlearn_and_learn(self, gone: Sequence[TurnId], new: Iterable[Record]) -> None:
        """Has derived state follow the store; whatever comes of that, no byte of what was dropped is left."""
        try:
            for record in new if self._unlearn(gone) else self._store.scan():
                self._learn_from(record)
        finally:
            self._store.purge()

    def _learn_from(self, record: Record) -> None:
        """Learns a kept event and keeps the note that comes of it."""
        note = self._learn(event_of(record), str(record.meta["note"]) if "note" in record.meta else None)
        if note is not None and note != record.meta.get("note"):
            self._store.put(replace(record, meta={**record.meta, "note": note}))


class TurnLog:
    """Turns as memories, one each, forgotten in place.

    A strategy hands every event here and is told, through two calls, which memories come and go; its index follows. The
    memory of a turn has the turn's id, so to forget the one is to forget the other.

    Args:
        store: Where the turns last.
        added: Called with each new turn, in order.
        dropped: Called with the id of each memory that goes.
        ended: Called with the number of each session that ends; None for a strategy to which that is all the same.
    """

    def __init__(
        self,
        store: Store,
        added: Callable[[Turn], None] = lambda turn: None,
        dropped: Callable[[MemoryId], None] = lambda id: None,
        ended: Callable[[int], None] | None = None,
    ) -> None:
        self._added, self._dropped, self._ended = added, dropped, ended
        self._memories: dict[MemoryId, Memory] = {}
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, SessionEnd) if ended else (Turn,))

    def observe(self, event: Observed) -> None:
        """Keeps a turn, once if it is said again; drops what is erased or forgotten."""
        if isinstance(event, Forget):
            event = Erasure(at=event.at, session=event.session, turns=event.memories)
        self._log.observe(event)

    def scored(self, hits: Iterable[tuple[MemoryId, float]]) -> tuple[Memory, ...]:
        """The memories of `hits` with their scores, negative ones as 0."""
        return tuple(replace(self._memories[id], score=max(0.0, score)) for id, score in hits)

    def ranked(self, hits: Sequence[tuple[MemoryId, float]]) -> Recall:
        """A recall of `hits`, best first, with the default confidence: how far the best stands out of all turns."""
        memories = self.scored(hits)
        return Recall(memories=memories, confidence=confidence([m.score for m in memories], len(self._memories)))

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
        self._log.close()

    def _learn(self, event: Kept, note: str | None) -> None:
        if isinstance(event, Turn):
            self._added(event)
            self._memories[event.id] = Memory(id=event.id, text=event.text, at=event.at, sources=(event.id,))
        elif isinstance(event, SessionEnd) and self._ended is not None:
            self._ended(event.session)

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        for id in turns:
            if self._memories.pop(id, None) is not None:
                self._dropped(id)
        return True


def kept_events(store: Store) -> Iterator[Kept]:
    """The events that an `EventLog` keeps in a store, in order; records of another make are passed over."""
    return (event_of(record) for record in store.scan() if "event" in record.meta)


def confidence(scores: Sequence[float], among: int) -> float:
    """How far the best score stands out of all, in standard deviations; 0 where nothing stands out.

    Args:
        scores: Of what was found, best first.
        among: How many memories were scored, at least `len(scores)`; those that were not found count as 0.
    """
    if not scores or among < 2:
        return 0.0
    mean = sum(scores) / among
    variance = (sum((score - mean) ** 2 for score in scores) + (among - len(scores)) * mean**2) / among
    return (scores[0] - mean) / variance**0.5 if variance > 0 else 0.0


def record_of(event: Kept, count: int) -> Record:
    """An event as a record; a turn's has its id, the others are named by kind and number."""
    held = {field.name: getattr(event, field.name) for field in fields(event) if field.name not in COLUMNS}
    body = json.dumps(held, default=_plain)
    meta: dict[str, str | int | float] = {"event": type(event).__name__, "count": count, "body": body}
    if isinstance(event, Turn):
        return Record(id=event.id, text=event.text, sources=(event.id,), at=event.at, meta=meta)
    sources = (event.turn,) if isinstance(event, Outcome) else ()
    return Record(id=f"({type(event).__name__} {count})", text="", sources=sources, at=event.at, meta=meta)


def _plain(part: Attachment | frozenset[str]) -> dict[str, str] | list[str]:
    """What JSON has no word for: an attachment by its fields, a set in order."""
    return asdict(part) if isinstance(part, Attachment) else sorted(part)


def event_of(record: Record) -> Kept:
    body = json.loads(str(record.meta["body"]))
    match str(record.meta["event"]):
        case "Turn":
            attachments = tuple(Attachment(**part) for part in body.pop("attachments"))
            return Turn(at=record.at, id=record.id, text=record.text, attachments=attachments, **body)
        case "Forget":
            return Forget(at=record.at, session=body["session"], memories=frozenset(body["memories"]))
        case "Recalled":
            return Recalled(at=record.at, **body | {"memories": tuple(body["memories"])})
        case kind:
            return KINDS[kind](at=record.at, **body)
