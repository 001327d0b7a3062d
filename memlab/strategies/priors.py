"""What speaks for a turn whatever it is about: who said it, and what kind of thing it says.

Each prior holds in one kind of corpus only, which is seen from who speaks: people among themselves, or a user with an
assistant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memlab.events import Turn
from memlab.extract.worth import only_asks
from memlab.indexes.fusion import Scores
from memlab.text import WORD

ASSISTANT = "assistant"
CHAT = 1 / 3  # of the turns are an assistant's at least, where somebody chats with it: every other one, as a rule
TIME_ASKED = re.compile(
    r"\b(?:when|how long|how often|what (?:time|day|date|month|year)|which (?:day|month|year))\b", re.I
)
TIME_TOLD = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|ago|last|next|since|until|weekend|week|month|year|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|(?:19|20)\d\d|\d{1,2}(?:st|nd|rd|th))\b",
    re.I,
)
FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|my|me|mine|we|our)\b", re.I)
NAMES_COUNTED = 3
NAME = re.compile(r"(?<=[a-z,;] )[A-Z]\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """What a turn is, read once: what does not depend on the question."""

    session: int
    speaker: str
    names_of_speaker: frozenset[str]
    asks: bool
    only_asks: bool
    tells_time: bool
    first_person: bool
    names: int


def read(turn: Turn) -> Said:
    """What a turn is; costs tens of microseconds."""
    text = turn.text.removeprefix(f"{turn.speaker}: ")
    return Said(
        session=turn.session,
        speaker=turn.speaker.casefold(),
        names_of_speaker=frozenset(name_words(turn.speaker)),
        asks=text.rstrip().endswith("?"),
        only_asks=only_asks(turn),
        tells_time=bool(TIME_TOLD.search(text)),
        first_person=bool(FIRST_PERSON.search(text)),
        names=min(NAMES_COUNTED, len(NAME.findall(text))),
    )


def priors(question: str, said: Sequence[Said], people: bool) -> dict[str, Scores]:
    """What speaks for each candidate of a question, by the names in `memlab.strategies.signals.MEANING`.

    Args:
        people: Whether people talk to each other, and no assistant is there.
    """
    words = {word.casefold() for word in WORD.findall(question)}
    when = people and bool(TIME_ASKED.search(question))
    return {
        "speaker": np.array([people and not words.isdisjoint(one.names_of_speaker) for one in said], float),
        "user": np.array([not people and one.speaker != ASSISTANT for one in said], float),
        "request": np.array([not people and one.speaker != ASSISTANT and one.only_asks for one in said], float),
        "question": np.array([people and one.asks for one in said], float),
        "time": np.array([when and one.tells_time for one in said], float),
        "first_person": np.array([people and one.first_person for one in said], float),
        "names": np.array([people * one.names for one in said], float),
    }


def name_words(speaker: str) -> list[str]:
    """The words of a speaker's name, in lower case."""
    return [word.casefold() for word in WORD.findall(speaker)]
