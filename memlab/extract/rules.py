"""Extraction by rules: names by their capitals, relations by a few dozen English phrasings.

It is shallow on purpose, needs no model and sees one turn at a time. What a rule does not know it does not take, so
precision comes before recall; `memlab/extract/english.yaml` holds the words.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from memlab.events import Turn
from memlab.extract import Mention, Reading, Relation
from memlab.paths import read_yaml
from memlab.text import stems

WORD = re.compile(r"\b[\w’'-]+\b")
BEGINNERS = '.!?:;…"“\n'
QUOTED = re.compile(r"“[^“”]{0,300}”|\"[^\"]{0,300}\"")
FIRST_PERSON = re.compile(r"\b(?:I|[Mm]y|[Ww]e|[Oo]ur)\b")
UNREAL = re.compile(
    r"\b(?:if|unless|whether|wish|wished|imagine|suppose|supposing|pretend|do|did|should|shall|would|could|can|will|may|"
    r"might|must)(?: only| that| ever)? $",
    re.IGNORECASE,
)
REST = "(?=(?P<rest> [^.!?\\n]{1,200}))"
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


def asks_of_past(text: str) -> bool:
    """Whether a question asks how things were: "Where did I use to live?", unlike "Where do I live?"."""
    return bool(_past().search(_straight(text)))


def _mentions(text: str) -> tuple[Mention, ...]:
    found, end = [], 0
    for word in WORD.finditer(text):
        between = text[end : word.start()].rstrip(" \t")
        begins = between[-1:] in BEGINNERS if between else end == 0
        cased: bool | None = word.group()[0].isupper()
        if cased and (begins or _straight(word.group()).casefold() in _english()["never_names"]):
            cased = None
        found += [Mention(stem, cased) for stem in stems(word.group())]
        end = word.end()
    return tuple(found)


def _straight(text: str) -> str:
    return text.replace("’", "'")


def _relations(text: str, speaker: str) -> Iterator[Relation]:
    text = QUOTED.sub(lambda quote: " " if FIRST_PERSON.search(quote.group()) else quote.group(), _straight(text))
    for pattern in _named():
        for found in pattern.finditer(text):
            if (name := _name(found["name"])) and not _unreal(text, found.start()):
                role = found["role"].casefold()
                yield Relation(speaker, role, name, kind=_kinds().get(role, "person"))
    for relation, single, pattern in _stated():
        for found in pattern.finditer(text):
            if not _unreal(text, found.start()) and (value := _value(found["rest"])):
                yield Relation(speaker, relation, value, single, _kinds().get(relation, "thing"))
    for found in _owned().finditer(text):
        thing = found["thing"].casefold()
        if _is_thing(thing) and not _unreal(text, found.start()) and (value := _value(found["rest"])):
            if value.partition(" ")[0].endswith("ing") and not _english()["activities"] & set(thing.split()):
                continue
            yield Relation(speaker, thing, value, single=True)


def _name(words: str) -> str | None:
    """A name without a first word that is none but begins a sentence, as in `And Ana`; None in `In Rome`."""
    first, space, second = words.partition(" ")
    english = _english()
    if first.casefold() in english["never_names"]:
        return second if second and second.casefold() not in english["never_names"] else None
    if space and first.casefold() in english["stops"] | english["never_first"]:
        return None
    return words if second.casefold() not in english["never_names"] else first


def _unreal(text: str, start: int) -> bool:
    """Whether what begins at `start` is asked, supposed or wished, not stated."""
    return bool(UNREAL.search(text[max(0, start - 20) : start]))


def _is_thing(thing: str) -> bool:
    """Whether what is mine is named by nouns, unlike in `my friend says it is`, and is no person."""
    words, english = thing.split(), _english()
    return not (english["roles"] & {thing, *words[:-1]} or (english["stops"] | english["never_first"]) & set(words))


def _value(rest: str) -> str | None:
    """The words of a value: up to a stop, at most a few, without article; None where it only points, as `that` does."""
    words: list[str] = []
    for word in WORD.findall(re.split(r"[,.;:!?()\n…–—]", rest, maxsplit=1)[0]):
        if word.casefold() in _english()["stops"] and words:
            break
        if words or word.casefold() not in _english()["articles"]:
            words.append(word)
    if not words or words[0].casefold() in _english()["never_first"] | _english()["stops"]:
        return None
    if words[-1].casefold() in _english()["passing"] or len(words) > MOST_WORDS:
        return None
    return " ".join(words) if stems(" ".join(words)) else None


@cache
def _language() -> dict[str, Any]:
    return read_yaml(Path(__file__).parent / "english.yaml")


@cache
def _english() -> dict[str, frozenset[str]]:
    words = _language()
    lists = ("stops", "never_names", "never_first", "articles", "passing", "activities")
    roles = frozenset(role for line in words["roles"] for role in line)
    return {"roles": roles} | {name: frozenset(words[name]) for name in lists}


@cache
def _past() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _language()["of_the_past"]))
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


@cache
def _kinds() -> dict[str, str]:
    return {word: kind for kind, words in _language()["kinds"].items() for word in words}


@cache
def _named() -> tuple[re.Pattern[str], ...]:
    upper = "".join(filter(str.isupper, map(chr, range(0x530))))
    part = rf"[{upper}](?:[\w-]|'(?!s\b))++"
    name = rf"(?<![\w'-])(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?(?P<name>{part}(?: {part})?+)"
    roles = "|".join(sorted(map(re.escape, _english()["roles"]), key=len, reverse=True))
    role, few = rf"(?P<role>(?i:{roles}))(?![\w-])", r"(?:(?!and\b|or\b)[a-z-]+ ){0,2}?"
    my, closed = r"\b(?:[Mm]y|[Oo]ur) ", r"(?!,? (?:and|or)\b)(?=\s*(?:[.,;:!?)…\n]|$))"
    after = rf"(?!')(?:{closed}|(?= (?:and|but|who|from|since|now|too|so|because|she|he|they|we|I)\b))"
    have = r"\b(?:I|[Ww]e)(?: have| got| adopted| rescued|'ve got| have got) (?:a|an|one|an only) "
    return (
        re.compile(rf"{my}{few}{role}(?:,? (?:is |who is |who's )?(?:called|named)|'s name is|) {name}"),
        re.compile(rf"{my}{few}{role} is {name}(?!')"),
        re.compile(rf"{my}{few}{role}, {name}{closed}"),
        re.compile(
            rf"{name}(?:'s| is| was| has been) (?:(?:still|now|also|actually|really) )?(?:my|our) {few}{role}{after}"
        ),
        re.compile(rf"(?<!\b[IiAaOo][nt] ){name}, (?:my|our) {few}{role}(?!'){closed}"),
        re.compile(rf"{have}{few}{role}(?:,? (?:called|named)) {name}"),
        re.compile(rf"{have}{few}{role}, {name}(?=[.,;:!?)…\n]|$)"),
    )


@cache
def _stated() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    words, found = _language(), []
    adverbs = "(?:(?:just|now|finally|really|still|also|only|always|recently|actually|currently|have) )*"
    for single, relations in ((True, words["single"]), (False, words["many"])):
        for relation, phrases in relations.items():
            ways = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
            ways = ways.replace(r"am\ ", rf"(?:am|'m)\ {adverbs}")
            pattern = rf"\b(?:I|[Ww]e)(?: |'ve |(?='m)){adverbs}(?:{ways}){REST}"
            found.append((relation, single, re.compile(pattern)))
    return tuple(found)


@cache
def _owned() -> re.Pattern[str]:
    return re.compile(rf"\b[Mm]y (?P<thing>(?:[a-z-]+ ){{0,2}}?[a-z-]+) (?:is|are)(?: now)?{REST}")
