"""A plain, correct strategy made of four callables, so that a fault can replace one of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from memlab.events import Memory, Observed, Query, Recall
from memlab.strategies.base import TurnLog


@dataclass
class Toy:
    """A strategy: what it does are its four fields."""

    observe: Callable[[Observed], None]
    recall: Callable[[Query], Recall]
    memories: Callable[[], Iterator[Memory]]
    close: Callable[[], None]


@cache
def words_of(text: str) -> frozenset[str]:
    """The words of a text, which every recall asks for again."""
    return frozenset(text.lower().split())


def plain(store) -> Toy:
    """Every turn a memory, scored by the words that it shares with the question."""
    turns = TurnLog(store)

    def recall(query: Query) -> Recall:
        words = words_of(query.text)
        scored = [(m.id, float(len(words & words_of(m.text)))) for m in turns.memories()]
        return Recall(memories=turns.scored(sorted(scored, key=lambda hit: -hit[1])[: query.limit]))

    return Toy(turns.observe, recall, turns.memories, turns.close)


def changed(toy: Toy, change: Callable[[Memory], Memory]) -> Toy:
    """The strategy with every memory changed, recalled or listed."""

    def recall(query: Query) -> Recall:
        return Recall(memories=tuple(map(change, toy.recall(query).memories)))

    return replace(toy, recall=recall, memories=lambda: map(change, toy.memories()))
