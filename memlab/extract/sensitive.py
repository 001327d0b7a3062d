"""Which sensitive categories a text is about by its words: health, finance, location, beliefs, relationships.

Phrases of general English decide, of what people call by name and of what they only hint at; no model is asked. They
are wide on purpose: what is wrongly taken for sensitive is lost, what is wrongly not is kept against the user's will.
`memlab/extract/sensitive.yaml` holds them; `memlab.extract.meaning` judges what they miss.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from memlab.extract.worth import statements
from memlab.paths import read_yaml

HINTS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class _Category:
    unless: re.Pattern[str]
    says: re.Pattern[str]
    hints: re.Pattern[str]


def sensitive(text: str) -> frozenset[str]:
    """The categories that a text is about, none for most; costs tens of microseconds.

    A question or a request that says nothing of the speaker is about nobody: "What is keto?" is no health matter.
    """
    told = " ".join(statements(text))
    return frozenset(name for name, category in _categories().items() if _is_about(category, told))


def categories() -> tuple[str, ...]:
    """The names of all categories that are known."""
    return tuple(_categories())


def found_in(sentence: str) -> tuple[float, ...]:
    """What the lists find in one sentence: for each category 1 where a phrase shows it, then the share of hints it has.

    The hints are shares of those that it takes, 1 at most; the order of both halves is that of `categories`.
    """
    found = [_found(category, sentence) for category in _categories().values()]
    return (*(float(says) for says, _ in found), *(min(hints, HINTS_NEEDED) / HINTS_NEEDED for _, hints in found))


def _is_about(category: _Category, text: str) -> bool:
    says, hints = _found(category, text)
    return says or hints >= HINTS_NEEDED


def _found(category: _Category, text: str) -> tuple[bool, int]:
    """Whether a phrase shows the category, and how many hints there are."""
    text = category.unless.sub(" ", text)
    hints = {found.group().casefold() for found in category.hints.finditer(text)}
    return bool(category.says.search(text)), len(hints)


@cache
def _categories() -> dict[str, _Category]:
    words = read_yaml(Path(__file__).with_suffix(".yaml"))
    return {
        name: _Category(*(_phrases(lists[kind]) for kind in ("unless", "says", "hints")))
        for name, lists in words.items()
    }


def _phrases(phrases: list[str]) -> re.Pattern[str]:
    """Any of the phrases, whole words; a `*` after a letter stands for the rest of the word."""
    ways = (re.sub(r"(?<=[^\W\d_])(?<!\\w)\*", r"\\w*", str(phrase)) for phrase in phrases)
    return re.compile(rf"(?<![\w])(?:{'|'.join(ways)})(?![\w])", re.IGNORECASE)
