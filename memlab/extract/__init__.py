"""Extraction: what a turn says, as mentions and relations or as facts of its user, by rules or by a model."""

from dataclasses import dataclass
from typing import Protocol

from memlab.events import Turn


@dataclass(frozen=True, slots=True)
class Mention:
    """A content word of a turn.

    Attributes:
        stem: As `memlab.text.stems` gives it.
        cased: Whether it is written like a name: True within a sentence, False in lower case, None where a sentence
            begins and nobody can tell.
    """

    stem: str
    cased: bool | None


@dataclass(frozen=True, slots=True)
class Relation:
    """Something that a turn states of somebody, in its own words: `("user", "sister", "Priya")`.

    Attributes:
        single: Whether somebody has only one of it at a time, so that a new one replaces the old.
        kind: What the object is: person, animal, place, organisation or thing.
    """

    subject: str
    relation: str
    object: str
    single: bool = False
    kind: str = "thing"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was taken from one turn."""

    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]


class Extractor(Protocol):
    """Reads a turn by itself: the same turn always gives the same reading."""

    def read(self, turn: Turn) -> Reading:
        """The content words of a turn and the relations that it states."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something durable that a turn states of its user, in its own words.

    Attributes:
        text: The clause or sentence of the turn that states it.
        category: The guide's kind: `preference`, `fact`, `context` (of now: a project, an event) or `behaviour`.
        slot: What it is a value of, as in "home" or "favourite tea", the same words whatever the wording; None where
            an extractor cannot tell.
        value: What the slot then holds, in the turn's words; None where there is none to name.
        single: Whether somebody has one at a time, so that a new value takes the place of the old.
        ends: Whether it says that something no longer holds: this value of the slot, or any where `value` is None.
        confidence: That it is stated, lasting, and of the user, 0 to 1.
    """

    text: str
    category: str
    slot: str | None = None
    value: str | None = None
    single: bool = False
    ends: bool = False
    confidence: float = 1.0


class FactExtractor(Protocol):
    """Finds the facts of a turn by itself. Rules give the same for the same turn; a model's answer is to be kept."""

    def facts(self, turn: Turn, before: Turn | None = None) -> tuple[Fact, ...]:
        """What a turn states of its user that lasts, in order and once each.

        An assistant's own claims are none, but for one that the user says yes to; its text is then not in the turn.

        Args:
            turn: What was said.
            before: The turn that it answers; None where nothing is known of one.
        """
        ...
