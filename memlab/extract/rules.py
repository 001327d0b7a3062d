"""Extraction by rules: names by their capitals, relations by a few dozen English phrasings.

It is shallow on purpose, needs no model and sees one turn at a time. What a rule does not know it does not take, so
precision comes before recall; `memlab/extract/english.yaml` holds the words.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from memlab.events import Turn
from memlab.extract import Mention, Reading, Relation
from memlab.text import stems

WORD = re.compile(r"\b[\w’'-]+\b")
NAME = r"[A-Z][\w’-]+(?: [A-Z][\w’-]+)?"
BEGINS = re.compile(r"(?:^|[.!?:;…\"“\n])\s*$")
MOST_WORDS = 4


class Rules:
    """Reads a turn with regular expressions; costs tens of microseconds."""

    def read(self, turn: Turn) -> Reading:
        """The content words of a turn and the relations that it states, `I` being its speaker."""
        text = said(turn)
        return Reading(_mentions(text), self.relations(text, turn.speaker))

    def relations(self, text: str, speaker: str) -> tuple[Relation, ...]:
        """What a text states, in order and once each."""
        return tuple(dict.fromkeys(_relations(text, speaker)))


def said(turn: Turn) -> str:
    """A turn's text without the speaker in front, which a source's text form may put there."""
    head, colon, rest = turn.text.partition(": ")
    return rest if colon and head.casefold().endswith(turn.speaker.casefold()) else turn.text


def _mentions(text: str) -> tuple[Mention, ...]:
    found = []
    for word in WORD.finditer(text):
        cased: bool | None = word.group()[0].isupper()
        if cased and (word.group().casefold() in _english()["never_names"] or BEGINS.search(text, 0, word.start())):
            cased = None
        found += [Mention(stem, cased) for stem in stems(word.group())]
    return tuple(found)


def _relations(text: str, speaker: str) -> Iterator[Relation]:
    for pattern in _named():
        for found in pattern.finditer(text):
            if found["name"].casefold() not in _english()["never_names"]:
                yield Relation(speaker, found["role"].casefold(), found["name"].removesuffix("’s"))
    for relation, single, pattern in _stated():
        for found in pattern.finditer(text):
            if value := _value(found["rest"]):
                yield Relation(speaker, relation, value, single)
    for found in _owned().finditer(text):
        thing = found["thing"].casefold()
        if (value := _value(found["rest"])) and thing not in _english()["roles"]:
            yield Relation(speaker, thing, value, single=True)


def _value(rest: str) -> str | None:
    """The words of a value: up to a stop, at most a few, without article."""
    words: list[str] = []
    for word in WORD.findall(re.split(r"[,.;:!?()\n…–—]", rest, maxsplit=1)[0]):
        if word.casefold() in _english()["stops"] and words:
            break
        words.append(word)
    if words and words[0].casefold() in ("a", "an", "the", "my", "some", "in", "to"):
        words = words[1:]
    return " ".join(words) if 0 < len(words) <= MOST_WORDS and stems(" ".join(words)) else None


@cache
def _language() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "english.yaml").read_text())


@cache
def _english() -> dict[str, frozenset[str]]:
    words = _language()
    roles = frozenset(role for line in words["roles"] for role in line)
    return {"roles": roles, "stops": frozenset(words["stops"]), "never_names": frozenset(words["never_names"])}


@cache
def _named() -> tuple[re.Pattern[str], ...]:
    roles = "|".join(sorted(map(re.escape, _english()["roles"]), key=len, reverse=True))
    role, name, few = rf"(?P<role>(?i:{roles}))", f"(?P<name>{NAME})", "(?:[a-z-]+ ){0,2}?"
    called = r"(?:,? (?:is |who is )?(?:called|named)|['’]s name is| is|,)?"
    return (
        re.compile(rf"\b(?:[Mm]y|[Oo]ur) {few}{role}{called} {name}"),
        re.compile(rf"{name}(?:['’]s| is| was| has been|,)? (?:[a-z]+ ){{0,3}}?(?:my|our) {few}{role}\b"),
        re.compile(rf"\b(?:a|one|an only|two|three) (?:[a-z-]+ )?{role}s?,? (?:called |named )?{name}"),
    )


@cache
def _stated() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    words, found = _language(), []
    adverbs = "(?:(?:just|now|finally|really|still|also|only|always|recently|actually|currently|'ve|have) )*"
    for single, relations in ((True, words["single"]), (False, words["many"])):
        for relation, phrases in relations.items():
            ways = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
            ways = ways.replace(r"am\ ", r"(?:am|['’]m)\ ")
            pattern = rf"\b(?:I|we)(?: |(?=['’]m)){adverbs}(?:{ways})(?P<rest> [^.!?\n]+)"
            found.append((relation, single, re.compile(pattern)))
    return tuple(found)


@cache
def _owned() -> re.Pattern[str]:
    return re.compile(r"\b[Mm]y (?P<thing>(?:[a-z-]+ ){0,2}?[a-z-]+) (?:is|are) (?:now )?(?P<rest>[^.!?\n]+)")
