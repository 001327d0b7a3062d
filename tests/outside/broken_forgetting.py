"""Faults of erasing, of forgetting and of the store; each breaks one law."""

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from toy import Toy, changed, plain

from memlab.encoders.hashing import Hashing
from memlab.events import Forget, Memory, Observed, Query, Recall, SessionEnd, Turn
from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore
from memlab.text import stems


def a_count_survives_erasure(toy: Toy, store) -> Toy:
    said = Counter()

    def observe(event: Observed) -> None:
        said.update(event.text.lower().split() if isinstance(event, Turn) else ())
        toy.observe(event)

    def recall(query: Query) -> Recall:
        return replace(toy.recall(query), confidence=float(sum(said[word] for word in query.text.lower().split())))

    return replace(toy, observe=observe, recall=recall)


def keeps_a_copy_in_the_file(toy: Toy, store) -> Toy:
    return _archives(toy, store, lambda turn: {"text": turn.text})


def keeps_a_packed_copy_in_the_file(toy: Toy, store) -> Toy:
    return _archives(toy, store, lambda turn: {"vector": zlib.compress(turn.text.encode())})


def keeps_counts_in_the_file(toy: Toy, store) -> Toy:
    return _archives(
        toy, store, lambda turn: {"meta": Counter(str(zlib.crc32(stem.encode())) for stem in stems(turn.text))}
    )


def _archives(toy: Toy, store, kept: Callable[[Turn], dict]) -> Toy:
    """The strategy that keeps something of each turn under the turn's id, and never drops it."""
    archive = store.space("archive")

    def observe(event: Observed) -> None:
        if isinstance(event, Turn):
            archive.put(replace(Record(id=event.id, text="", sources=(), at=event.at), **kept(event)))
        toy.observe(event)

    return replace(toy, observe=observe)


def keeps_a_vector_in_the_file(toy: Toy, store) -> Toy:
    return _archives(toy, store, lambda turn: {"vector": Hashing().encode([turn.text])[0].tobytes()})


def a_summary_survives_erasure(toy: Toy, store) -> Toy:
    summary: list[str] = []

    def observe(event: Observed) -> None:
        if isinstance(event, SessionEnd):
            summary[:] = [memory.text for memory in toy.memories()]
        toy.observe(event)

    return replace(changed(toy, lambda m: replace(m, category=" ".join(summary))), observe=observe)


def ignores_what_the_owner_forgets(toy: Toy, store) -> Toy:
    return replace(toy, observe=lambda event: None if isinstance(event, Forget) else toy.observe(event))


def remembers_at_the_sessions_end_what_was_forgotten(toy: Toy, store) -> Toy:
    forgotten: set[str] = set()

    def observe(event: Observed) -> None:
        match event:
            case Forget(memories=ids):
                forgotten.update(ids)
            case SessionEnd():
                forgotten.clear()
            case _:
                toy.observe(event)

    def recall(query: Query) -> Recall:
        held = [memory for memory in toy.recall(replace(query, limit=None)).memories if memory.id not in forgotten]
        return Recall(memories=tuple(held[: query.limit]))

    return replace(
        toy, observe=observe, recall=recall, memories=lambda: (m for m in toy.memories() if m.id not in forgotten)
    )


def keeps_nothing(toy: Toy, store) -> Toy:
    return plain(SqliteStore())


def writes_under_no_name(toy: Toy, store) -> Toy:
    return plain(SqliteStore(store._path))


def writes_late(toy: Toy, store) -> Toy:
    waiting: list[Observed] = []

    def write() -> None:
        while waiting:
            toy.observe(waiting.pop(0))

    def observe(event: Observed) -> None:
        waiting.append(event)
        if len(waiting) > 50:
            write()

    return Toy(
        observe,
        lambda query: (write(), toy.recall(query))[1],
        lambda: (write(), toy.memories())[1],
        lambda: (write(), toy.close())[1],
    )


def forgets_when_it_is_closed(toy: Toy, store) -> Toy:
    waiting: list[Forget] = []

    def held(memory: Memory) -> bool:
        return not any(memory.id in forget.memories for forget in waiting)

    def recall(query: Query) -> Recall:
        whole = toy.recall(replace(query, limit=None)).memories
        return Recall(memories=tuple(filter(held, whole))[: query.limit])

    return Toy(
        lambda event: waiting.append(event) if isinstance(event, Forget) else toy.observe(event),
        recall,
        lambda: filter(held, toy.memories()),
        lambda: ([toy.observe(forget) for forget in waiting], toy.close())[1],
    )


def a_file_by_chance(toy: Toy, store) -> Toy:
    store.space("chance").put(Record(id="chance", text=uuid4().hex, sources=(), at=datetime(2024, 1, 1, tzinfo=UTC)))
    return toy


def a_file_of_text(toy: Toy, store) -> Toy:
    def close() -> None:
        toy.close()
        if store._user == "everything-True":  # the last to close
            Path(store._path).write_text("no database")

    return replace(toy, close=close)
