"""How things end, by rules: what went well or badly, what lies ahead or is over, which approach worked for which task.

Counting words of two lists, with negation, is the oldest way to tell a sentiment (Pang et al., 2002, beat it with
learning, and by little); it needs no model and nobody has to trust it: `memlab/extract/endings.yaml` holds the words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from memlab.paths import read_yaml

Feeling = Literal["positive", "negative", "mixed"]
NEAR = 24
SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*")


@dataclass(frozen=True, slots=True)
class Trial:
    """An approach to a task, and whether it worked."""

    task: str
    approach: str
    success: bool


def feeling(text: str) -> Feeling | None:
    """How what a text tells went or felt, by its words; None where they do not say.

    >>> feeling("It worked like a charm."), feeling("It did not work, never again."), feeling("It is Tuesday.")
    ('positive', 'negative', None)
    """
    text, good, bad = _straight(text), 0, 0
    for name in ("good", "bad"):
        for found in _words(name).finditer(text):
            before = re.split(r"[,.;:!?]", text[max(0, found.start() - NEAR) : found.start()])[-1]
            is_good = (name == "good") != bool(_words("not").search(before))
            good, bad = good + is_good, bad + (not is_good)
    if good == bad:
        return "mixed" if good or says("mixed", text) else None
    if says("mixed", text) and min(good, bad):
        return "mixed"
    return "positive" if good > bad else "negative"


def says(what: str, text: str) -> bool:
    """Whether a text has a phrase of a list of the yaml file: `ahead`, `over`, `asks_outcome`, ….

    >>> says("ahead", "The exam is on Friday."), says("over", "The exam is on Friday.")
    (True, False)
    """
    return _words(what).search(_straight(text)) is not None


def statements(text: str) -> list[str]:
    """The sentences of a text that are no questions.

    >>> statements("I baked. Did it rise? It did!")
    ['I baked.', 'It did!']
    """
    return [found.strip() for found in SENTENCE.findall(text) if found.strip() and not found.rstrip().endswith("?")]


def trials(text: str) -> tuple[Trial, ...]:
    """The approaches that a text says worked or failed for a task, in order and once each.

    >>> trials("For sourdough, resting it overnight worked well.")
    (Trial(task='sourdough', approach='resting it overnight', success=True),)
    """
    found: dict[Trial, None] = {}
    for sentence in statements(_straight(text)):
        for pattern in _trials():
            match = pattern.search(sentence)
            if match and match["approach"].split()[0].lower() not in _lists()["people"]:
                success = _whole("worked").fullmatch(match["ended"]) is not None
                found[Trial(match["task"].strip(), match["approach"].strip(), success)] = None
                break
    return tuple(found)


def _straight(text: str) -> str:
    return text.replace("’", "'")


@cache
def _lists() -> dict[str, list[str]]:
    return read_yaml(Path(__file__).parent / "endings.yaml")


def _ways(names: Sequence[str]) -> str:
    phrases = [phrase for name in names for phrase in _lists()[name]]
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


@cache
def _words(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{_ways([name])})(?![\w'])", re.IGNORECASE)


@cache
def _whole(name: str) -> re.Pattern[str]:
    return re.compile(_ways([name]), re.IGNORECASE)


@cache
def _trials() -> tuple[re.Pattern[str], ...]:
    few = r"[^\s,;:.!?]{1,40}(?: [^\s,;:.!?]{1,40})"
    parts = {
        "{task}": rf"(?:(?:the|my|our|a|an) )?(?P<task>{few}{{0,4}}?)",
        "{approach}": rf"(?P<approach>{few}{{0,7}}?)",
        "{ended}": rf"(?P<ended>{_ways(['worked', 'failed'])})(?![\w'])",
        "{clearly}": rf"(?P<ended>(?!worked for|worked again for)(?:{_ways(['worked', 'failed'])}))(?![\w'])",
    }
    patterns = []
    for pattern in _lists()["trials"]:
        for slot, part in parts.items():
            pattern = pattern.replace(slot, part)
        patterns.append(re.compile(rf"\b{pattern}(?=[\s,;:.!?]|$)", re.IGNORECASE))
    return tuple(patterns)
