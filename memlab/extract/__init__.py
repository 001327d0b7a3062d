"""Extraction: what a turn says, as mentions and relations, by rules or by a model."""

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
