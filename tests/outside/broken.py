"""A plain, correct strategy made of four callables, and faults that replace one of them: each breaks one law."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget, Memory, Observed, Outcome, Query, Recall, SessionEnd, Turn
from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.base import TurnLog

LIVED_BEFORE: set[str] = set()
EVERYONES: dict[str, Memory] = {}


@dataclass
class Toy:
    """A strategy: what it does are its four fields."""

    observe: Callable[[Observed], None]
    recall: Callable[[Query], Recall]
    memories: Callable[[], Iterator[Memory]]
    close: Callable[[], None]


def broken(store, fault=None, evidence=None) -> Toy:
    """The plain strategy, or what a fault of this module makes of it."""
    return globals()[fault](plain(store), store) if fault else plain(store)


def plain(store) -> Toy:
    """Every turn a memory, scored by the words that it shares with the question."""
    turns = TurnLog(store)

    def recall(query: Query) -> Recall:
        words = set(query.text.lower().split())
        scored = [(m.id, float(len(words & set(m.text.lower().split())))) for m in turns.memories()]
        return Recall(memories=turns.scored(sorted(scored, key=lambda hit: -hit[1])[: query.limit]))

    return Toy(turns.observe, recall, turns.memories, turns.close)


def _changed(toy: Toy, change: Callable[[Memory], Memory]) -> Toy:
    """The strategy with every memory changed, recalled or listed."""

    def recall(query: Query) -> Recall:
        return Recall(memories=tuple(map(change, toy.recall(query).memories)))

    return replace(toy, recall=recall, memories=lambda: map(change, toy.memories()))


def answers_otherwise_the_second_time(toy: Toy, store) -> Toy:
    asked = Counter()

    def recall(query: Query) -> Recall:
        asked[query.id] += 1
        return Recall(memories=toy.recall(query).memories[asked[query.id] - 1 :])

    return replace(toy, recall=recall)


def greets_before_the_first_turn(toy: Toy, store) -> Toy:
    greeting = Memory(id="hello", text="hello", at=datetime(2000, 1, 1, tzinfo=UTC), sources=("t0",))
    return replace(toy, recall=lambda query: Recall(memories=toy.recall(query).memories or (greeting,)))


def ignores_the_limit(toy: Toy, store) -> Toy:
    return replace(toy, recall=lambda query: toy.recall(replace(query, limit=None)))


def cuts_without_a_limit(toy: Toy, store) -> Toy:
    return replace(toy, recall=lambda query: toy.recall(query if query.limit else replace(query, limit=10)))


def returns_the_worst_first(toy: Toy, store) -> Toy:
    def recall(query: Query) -> Recall:
        return Recall(memories=toy.recall(replace(query, limit=None)).memories[::-1][: query.limit])

    return replace(toy, recall=recall)


def divides_by_zero(toy: Toy, store) -> Toy:
    return _changed(toy, lambda memory: replace(memory, score=float("nan")))


def trips_over_an_empty_text(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        if isinstance(event, Turn):
            event.text.split()[0]
        toy.observe(event)

    return replace(toy, observe=observe)


def strips_control_characters(toy: Toy, store) -> Toy:
    return _changed(toy, lambda memory: replace(memory, text=memory.text.replace("\x00", "")))


def trips_over_an_outcome(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        if isinstance(event, Outcome):
            raise TypeError("what is an outcome?")
        toy.observe(event)

    return replace(toy, observe=observe)


def takes_an_empty_erasure_for_everything(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        toy.observe(replace(event, turns=None) if isinstance(event, Erasure) and not event.turns else event)

    return replace(toy, observe=observe)


def cites_what_was_never_said(toy: Toy, store) -> Toy:
    return _changed(toy, lambda memory: replace(memory, sources=(*memory.sources, "t999")))


def cites_the_first_turn_always(toy: Toy, store) -> Toy:
    def change(memory: Memory) -> Memory:
        first = next(toy.memories()).id
        return replace(memory, sources=tuple(dict.fromkeys((*memory.sources, first))))

    return _changed(toy, change)


def is_ahead_of_time(toy: Toy, store) -> Toy:
    return _changed(toy, lambda memory: replace(memory, at=memory.at.replace(year=2100)))


def lists_nothing(toy: Toy, store) -> Toy:
    return replace(toy, memories=lambda: iter(()))


def says_nothing(toy: Toy, store) -> Toy:
    return _changed(toy, lambda memory: replace(memory, text=""))


def says_something_else(toy: Toy, store) -> Toy:
    return _changed(toy, lambda memory: replace(memory, text=f"perhaps, {memory.id}"))


def lists_once_per_observation(toy: Toy, store) -> Toy:
    times = Counter()

    def observe(event: Observed) -> None:
        times[getattr(event, "id", "")] += 1
        toy.observe(event)

    return replace(
        toy, observe=observe, memories=lambda: (m for m in toy.memories() for _ in range(max(1, times[m.id])))
    )


def a_count_survives_erasure(toy: Toy, store) -> Toy:
    said = Counter()

    def observe(event: Observed) -> None:
        said.update(event.text.lower().split() if isinstance(event, Turn) else ())
        toy.observe(event)

    def recall(query: Query) -> Recall:
        return replace(toy.recall(query), confidence=float(sum(said[word] for word in query.text.lower().split())))

    return replace(toy, observe=observe, recall=recall)


def keeps_a_copy_in_the_file(toy: Toy, store) -> Toy:
    archive = store.space("archive")

    def observe(event: Observed) -> None:
        if isinstance(event, Turn):
            archive.put(Record(id=event.id, text=event.text, sources=(), at=event.at))
        toy.observe(event)

    return replace(toy, observe=observe)


def keeps_a_vector_in_the_file(toy: Toy, store) -> Toy:
    vectors = store.space("vectors")

    def observe(event: Observed) -> None:
        if isinstance(event, Turn):
            vector = Hashing().encode([event.text])[0].tobytes()
            vectors.put(Record(id=event.id, text="", sources=(), at=event.at, vector=vector))
        toy.observe(event)

    return replace(toy, observe=observe)


def a_summary_survives_erasure(toy: Toy, store) -> Toy:
    summary: list[str] = []

    def observe(event: Observed) -> None:
        if isinstance(event, SessionEnd):
            summary[:] = [memory.text for memory in toy.memories()]
        toy.observe(event)

    return replace(_changed(toy, lambda m: replace(m, category=" ".join(summary))), observe=observe)


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


def orders_by_hash(toy: Toy, store) -> Toy:
    def recall(query: Query) -> Recall:
        whole = toy.recall(replace(query, limit=None)).memories
        return Recall(memories=tuple(sorted(whole, key=lambda m: (-m.score, hash(m.id))))[: query.limit])

    return replace(toy, recall=recall)


def knows_earlier_livings(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        LIVED_BEFORE.update(event.text.split() if isinstance(event, Turn) else ())
        toy.observe(event)

    def recall(query: Query) -> Recall:
        return replace(toy.recall(query), confidence=float(len(LIVED_BEFORE)))

    return replace(toy, observe=observe, recall=recall)


def learns_from_probes(toy: Toy, store) -> Toy:
    asked: list[str] = []

    def recall(query: Query) -> Recall:
        asked.append(query.id)
        return replace(toy.recall(query), confidence=float(len(set(asked))))

    return replace(toy, recall=recall)


def shares_its_memory(toy: Toy, store) -> Toy:
    def recall(query: Query) -> Recall:
        EVERYONES.update((memory.text, memory) for memory in toy.memories())
        return replace(toy.recall(query), confidence=float(len(EVERYONES)))

    return replace(toy, recall=recall)


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


def gives_up_after_ten_turns(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        if len(list(toy.memories())) == 10:
            raise RuntimeError("that is enough")
        toy.observe(event)

    return replace(toy, observe=observe)
