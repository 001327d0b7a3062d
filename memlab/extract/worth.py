"""What a turn is worth keeping for, from 0 to 1: a statement of the user about themself, or chatter.

Rules of English read each sentence by itself; no model is asked. `memlab/extract/worth.yaml` holds words and scores.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from memlab.events import Turn
from memlab.extract.rules import said
from memlab.paths import read_yaml

SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*", re.ASCII)
WORD = re.compile(r"[\w'-]+")
SETS = ("assistants", "own", "asks", "wants", "erases", "fillers")  # read as such
LONGEST = 4_000  # characters that are read: what a turn is, its beginning tells


def worth(turn: Turn, passing: bool = True) -> float:
    """The worth of a turn's best sentence; costs tens of microseconds.

    What the assistant says is worth little whatever it is. A user's question is worth less than a request, a request
    less than a statement; one about the speaker, or with a name or a number in it, is worth more.

    Args:
        passing: Whether a sentence counts for less that holds for the moment only ("I am at the bank right now"), by
            what it says and not by the word: "I currently work at a bank" lasts.
    """
    scores = _known()["scores"]
    if turn.speaker.casefold() in _known()["assistants"]:
        return float(scores["assistant"])
    sentences = _sentences(said(turn)[:LONGEST])
    return max((_score(sentence, passing) for sentence in sentences), default=0.0)


def sentences(text: str) -> list[str]:
    """The sentences of a text, all of it, those with words in them."""
    return [sentence for sentence in _sentences(text) if WORD.search(sentence)]


def statements(text: str) -> list[str]:
    """The sentences of a text without questions and requests that do not mention the speaker."""
    kept = []
    for sentence in sentences(text):
        words = [word.casefold() for word in WORD.findall(sentence)]
        if not _known()["own"].isdisjoint(words) or not _asks(sentence, words):
            kept.append(sentence)
    return kept


def only_asks(turn: Turn) -> bool:
    """Whether a turn asks, or wants something done or forgotten, and states nothing, sentence by sentence."""
    found = sentences(said(turn)[:LONGEST])
    kinds = {_wants_only(sentence) for sentence in found if WORD.search(_pleasantry().sub(" ", sentence))}
    return kinds == {True}


def _wants_only(sentence: str) -> bool:
    known = _known()
    if sentence.endswith("?"):
        return True
    for part in sentence.split(":"):
        words = [word.casefold() for word in WORD.findall(part)]
        first = next((word for word in words if word not in known["fillers"]), "")
        if first in known["asks"] | known["wants"] | known["erases"]:
            return True
    return False


def _asks(sentence: str, words: list[str]) -> bool:
    return sentence.endswith("?") or words[0] in _known()["asks"] | _known()["wants"]


def _sentences(text: str) -> Iterator[str]:
    return (found.group().strip() for found in SENTENCE.finditer(text.replace("’", "'")))


def _score(sentence: str, passing: bool) -> float:
    known = _known()
    scores, words = known["scores"], WORD.findall(sentence)
    folded = [word.casefold() for word in words]
    own = not known["own"].isdisjoint(folded)
    marked = any(word[0].isupper() and word.casefold() not in known["own"] for word in words[1:])
    marked = marked or any(map(str.isdigit, sentence))
    left = _pleasantry().sub(" ", sentence)
    if not WORD.search(left) or (len(words) < known["fewest_words"] and not (own or marked)):
        return float(scores["pleasantry"])
    if passing and _moment().search(sentence) and not _lasting().search(sentence):
        return float(scores["passing"])
    if sentence.endswith("?") or folded[0] in known["asks"]:
        score = scores["question"]
    else:
        score = scores["request"] if folded[0] in known["wants"] or "please" in folded else scores["statement"]
    return float(round(min(1.0, score + own * scores["own"] + marked * scores["marked"]), 3))


@cache
def _known() -> dict[str, Any]:
    words = read_yaml(Path(__file__).with_suffix(".yaml"))
    return words | {name: frozenset(said) for name, said in words.items() if name in SETS}


@cache
def _pleasantry() -> re.Pattern[str]:
    return _any_of("pleasantries")


@cache
def _moment() -> re.Pattern[str]:
    return _any_of("moments")


@cache
def _lasting() -> re.Pattern[str]:
    return _any_of("lasting")


def _any_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_known()[name])})\b", re.IGNORECASE)
