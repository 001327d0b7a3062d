"""How a turn looks rather than what it says: fifteen numbers by which one kind of text can be told from another.

The list was fixed before any two sources were compared by it and stands in the card of the simulated users, so that no
feature is left out afterwards because it tells too much.
"""

import re
from collections.abc import Sequence
from functools import cache
from math import log2

import numpy as np
import numpy.typing as npt

from memlab.data.language import words
from memlab.text import wordpiece

FEATURES = (
    "words",
    "word_length",
    "sentence_words",
    "commas",
    "other_marks",
    "digits",
    "capitals",
    "question",
    "exclamation",
    "first_person",
    "second_person",
    "contractions",
    "stop_words",
    "types",
    "rare_words",
)
FIRST = frozenset(
    {
        *("i", "me", "my", "mine", "myself", "we", "us", "our", "ours"),
        *("i'm", "i've", "i'd", "i'll", "we're", "we've", "we'd", "we'll"),
    }
)
SECOND = frozenset(["you", "your", "yours", "yourself", "yourselves", "you're", "you've", "you'd", "you'll"])
SENTENCE = re.compile(r"[.!?]+(?=\s|$)|\n+")
OTHER = frozenset(';:-–—()[]{}"“”*/#_…')


def surface(text: str) -> tuple[float, ...]:
    """The fifteen features of a text with at least one word, in the order of `FEATURES`.

    * words: the logarithm to base 2 of how many there are
    * word_length: letters, digits and apostrophes per word
    * sentence_words: the logarithm to base 2 of words per sentence or line
    * commas, other_marks: per word; the others are dashes, colons, semicolons, brackets, quotes and the signs of lists
    * digits: share of all characters;  capitals: share of all letters
    * question, exclamation: 1 where there is such a mark
    * first_person, second_person: share of words that are such pronouns;  contractions: with an apostrophe
    * stop_words: share of words in scikit-learn's English list
    * types: distinct words per word
    * rare_words: share of words that the bundled tokenizer does not know whole

    Raises:
        ValueError: The text has no word.

    >>> dict(zip(FEATURES, surface("I'm in Lyon, I think!"), strict=True))["first_person"]
    0.4
    """
    found = words(text)
    if not found:
        raise ValueError(f"a text without a word has no surface: {text!r}")
    n = len(found)
    share = lambda holds: sum(map(holds, found)) / n  # noqa: E731
    sentences = sum(any(c.isalnum() for c in part) for part in SENTENCE.split(text))
    return (
        log2(n),
        sum(map(len, found)) / n,
        log2(n / max(1, sentences)),
        text.count(",") / n,
        sum(c in OTHER for c in text) / n,
        sum(c.isdigit() for c in text) / len(text),
        sum(c.isupper() for c in text) / max(1, sum(c.isalpha() for c in text)),
        float("?" in text),
        float("!" in text),
        share(FIRST.__contains__),
        share(SECOND.__contains__),
        share(lambda word: "'" in word),
        share(_stop_words().__contains__),
        len(set(found)) / n,
        share(lambda word: not _is_common(word)),
    )


def surfaces(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """One row of features per text."""
    return np.array([surface(text) for text in texts], float).reshape(len(texts), len(FEATURES))


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(wordpiece().get_vocab())


def _is_common(word: str) -> bool:
    return all(part in _vocabulary() for part in word.split("'"))
