"""What the facts of a life amount to: slots with the values that they hold and held, each with its proof and its times.

A later statement confirms a value, adds one, or takes the place of one. It takes its place only where that is said: the
slot holds one value at a time, a change is stated, or the old value is named as over. Nothing is ever dropped; what is
superseded has an end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from memlab.events import MemoryId
from memlab.extract import Fact
from memlab.text import stems


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A value that a slot holds or held.

    Attributes:
        whose: The speaker whose slot it is.
        confidence: Of the statement that first said so, and half as near to 1 again with every one that confirms it.
        statements: The memories that say so, the first one first.
        valid_to: When it was said to be over; None while it holds.
        superseded_by: The memory that said so.
    """

    whose: str
    slot: str
    value: str
    category: str
    confidence: float
    statements: tuple[MemoryId, ...]
    valid_from: datetime
    valid_to: datetime | None = None
    superseded_by: MemoryId | None = None


class Slots:
    """Slots filled fact by fact, in order; the same facts always give the same slots.

    A fact costs time in the number of values ever held.
    """

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._emptied: tuple[MemoryId, str] | None = None

    def take(self, fact: Fact, *, whose: str, statement: MemoryId, at: datetime) -> tuple[Held, ...]:
        """Takes in a fact, and says which values it put an end to.

        A fact that names a value and no slot ends the value in whatever slot it is held. One that says what comes in
        its place fills the slot that the same statement has just emptied, and is left aside where there is none.

        Args:
            fact: What is stated.
            whose: Who states it.
            statement: The memory that holds the statement.
            at: When it was said.
        """
        words = set(stems(fact.value or ""))
        matching = self._matching(whose, fact.slot, words) if fact.ends else None
        over = self._fill(fact, words, whose, statement, at) if matching is None else matching
        ended = []
        for place in over:
            held = replace(self._held[place], valid_to=at, superseded_by=statement)
            self._held[place], self._emptied = held, (statement, held.slot)
            ended.append(held)
        return tuple(ended)

    def current(self) -> Iterator[Held]:
        """The values that hold, in the order in which they were first said."""
        return (held for held in self._held if held.valid_to is None)

    def all(self) -> Iterator[Held]:
        """Every value ever held, in the order in which it was first said."""
        return iter(self._held)

    def _fill(self, fact: Fact, words: set[str], whose: str, statement: MemoryId, at: datetime) -> list[int]:
        """Adds a value or confirms it; returns the places of those that it replaces."""
        slot = fact.slot or (self._emptied[1] if self._emptied and self._emptied[0] == statement else None)
        if slot is None or not words:
            return []
        known = self._matching(whose, slot, words)
        others = self._matching(whose, slot, set()) if fact.single else []
        for place in known[-1:]:
            held = self._held[place]
            if statement not in held.statements:
                surer = held.confidence + (1 - held.confidence) * fact.confidence / 2
                self._held[place] = replace(held, confidence=surer, statements=(*held.statements, statement))
        if not known:
            self._held.append(
                Held(
                    whose=whose, slot=slot, value=fact.value or "", category=fact.category,
                    confidence=fact.confidence, statements=(statement,), valid_from=at,
                )
            )  # fmt: skip
        return [place for place in others if place not in known[-1:]]

    def _matching(self, whose: str, slot: str | None, words: set[str]) -> list[int]:
        """The places of the values of somebody that hold: in one slot or any, with these words or any."""
        return [
            place
            for place, held in enumerate(self._held)
            if held.valid_to is None
            and held.whose == whose
            and (held.slot == slot if slot is not None else bool(words))
            and (not words or _same(words, set(stems(held.value))))
        ]


def _same(words: set[str], others: set[str]) -> bool:
    """Whether two values are one in other words: the content words of the shorter are all among those of the longer."""
    return bool(others) and (words <= others or others <= words)
