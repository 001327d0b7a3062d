"""Faults of a plain, correct strategy, of which each breaks one law; those of forgetting have a module of their own."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import broken_forgetting
from toy import Toy, changed, plain

from memlab.events import Erasure, Memory, Observed, Outcome, Query, Recall, Turn

LIVED_BEFORE: set[str] = set()
EVERYONES: dict[str, Memory] = {}
ANSWERED: dict[str, Recall] = {}
WORDS: dict[str, int] = {}


def broken(store, fault=None, evidence=None) -> Toy:
    """The plain strategy, or what a fault of this module makes of it."""
    if fault is None:
        return plain(store)
    return (globals().get(fault) or getattr(broken_forgetting, fault))(plain(store), store)


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
    return changed(toy, lambda memory: replace(memory, score=float("nan")))


def is_minus_infinitely_sure(toy: Toy, store) -> Toy:
    return replace(toy, recall=lambda query: replace(toy.recall(query), confidence=float("-inf")))


def trips_over_an_empty_text(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        if isinstance(event, Turn):
            event.text.split()[0]
        toy.observe(event)

    return replace(toy, observe=observe)


def knows_two_speakers(toy: Toy, store) -> Toy:
    return _reads(toy, lambda turn: {"user": 0, "assistant": 1}[turn.speaker])


def knows_one_channel(toy: Toy, store) -> Toy:
    return _reads(toy, lambda turn: {"chat": 0}[turn.channel])


def trips_over_an_attachment(toy: Toy, store) -> Toy:
    return _reads(toy, lambda turn: [attachment["kind"] for attachment in turn.attachments])


def _reads(toy: Toy, read: Callable[[Turn], object]) -> Toy:
    """The strategy that reads every turn in a way of its own before it observes it."""

    def observe(event: Observed) -> None:
        if isinstance(event, Turn):
            read(event)
        toy.observe(event)

    return replace(toy, observe=observe)


def strips_control_characters(toy: Toy, store) -> Toy:
    return changed(toy, lambda memory: replace(memory, text=memory.text.replace("\x00", "")))


def trips_over_an_outcome(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        if isinstance(event, Outcome) and event.task == "cook":
            raise TypeError("what is an outcome?")
        toy.observe(event)

    return replace(toy, observe=observe)


def takes_an_empty_erasure_for_everything(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        toy.observe(replace(event, turns=None) if isinstance(event, Erasure) and not event.turns else event)

    return replace(toy, observe=observe)


def cites_what_was_never_said(toy: Toy, store) -> Toy:
    return changed(toy, lambda memory: replace(memory, sources=(*memory.sources, "t999")))


def cites_the_first_turn_always(toy: Toy, store) -> Toy:
    def change(memory: Memory) -> Memory:
        first = next(toy.memories()).id
        return replace(memory, sources=tuple(dict.fromkeys((*memory.sources, first))))

    return changed(toy, change)


def cites_a_needless_turn_once(toy: Toy, store) -> Toy:
    def change(memory: Memory) -> Memory:
        place = [held.id for held in toy.memories()].index(memory.id)
        return replace(memory, sources=(memory.id, next(toy.memories()).id)) if place == 27 else memory

    return changed(toy, change)


def is_ahead_of_time(toy: Toy, store) -> Toy:
    return changed(toy, lambda memory: replace(memory, at=memory.at.replace(year=2100)))


def lists_nothing(toy: Toy, store) -> Toy:
    return replace(toy, memories=lambda: iter(()))


def lists_other_texts(toy: Toy, store) -> Toy:
    return replace(toy, memories=lambda: (replace(m, text=m.text.upper()) for m in toy.memories()))


def lists_as_current_what_has_ended(toy: Toy, store) -> Toy:
    return replace(changed(toy, lambda m: replace(m, valid_to=m.at)), memories=toy.memories)


def says_nothing(toy: Toy, store) -> Toy:
    return changed(toy, lambda memory: replace(memory, text=""))


def says_something_else(toy: Toy, store) -> Toy:
    return changed(toy, lambda memory: replace(memory, text=f"perhaps, {memory.id}"))


def lists_once_per_observation(toy: Toy, store) -> Toy:
    times = Counter()

    def observe(event: Observed) -> None:
        times[getattr(event, "id", "")] += 1
        toy.observe(event)

    return replace(
        toy, observe=observe, memories=lambda: (m for m in toy.memories() for _ in range(max(1, times[m.id])))
    )


def counts_a_turn_said_again_twice(toy: Toy, store) -> Toy:
    said = Counter()

    def observe(event: Observed) -> None:
        match event:
            case Turn():
                said[event.id] += 1
            case Erasure(turns=turns):
                for id in list(said) if turns is None else turns:
                    said.pop(id, None)
        toy.observe(event)

    return replace(toy, observe=observe, recall=lambda q: replace(toy.recall(q), confidence=float(said.total())))


def caches_by_the_questions_text(toy: Toy, store) -> Toy:
    return replace(toy, recall=lambda query: ANSWERED.setdefault(query.text, toy.recall(query)))


def caches_words_by_turn_id(toy: Toy, store) -> Toy:
    def recall(query: Query) -> Recall:
        words = [WORDS.setdefault(memory.id, len(memory.text.split())) for memory in toy.memories()]
        return replace(toy.recall(query), confidence=float(sum(words)))

    return replace(toy, recall=recall)


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


def gives_up_after_ten_turns(toy: Toy, store) -> Toy:
    def observe(event: Observed) -> None:
        if len(list(toy.memories())) == 10:
            raise RuntimeError("that is enough")
        toy.observe(event)

    return replace(toy, observe=observe)
