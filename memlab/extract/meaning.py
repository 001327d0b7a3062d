"""Which sensitive categories a text is about, by what its sentences mean, seconded by the words of `sensitive`.

A sentence, and each two in a row, is set beside some hundred example sentences a category and as many that are near and
not sensitive: a brother's illness, the price of a kettle, a chapel that is for sale. A logistic regression over their
vectors and over what the word lists find in them gives each category a probability. `memlab/extract/meaning.yaml` holds
the examples, in English.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from memlab.encoders import Encoder, Vectors
from memlab.extract.sensitive import categories, found_in, sensitive
from memlab.extract.worth import sentences, statements
from memlab.paths import read_yaml

MOST = 64  # texts of a turn that are encoded; words are looked for in all of it
Judge = Callable[[str], frozenset[str]]
Model = Callable[[Vectors], Vectors]


class Meaning:
    """Judges texts by examples; the first costs the encoding of a thousand short sentences and a second of fitting.

    Args:
        encoder: Makes the vectors; it is asked for each sentence that says something, and for each two in a row.
        alone: The probability from which meaning needs no word to second it, 0 to 1.
        seconded: The probability from which it is enough where the word lists find the category too, 0 to 1; at 0 all
            that they find counts.
        words: The weight of what the lists find in a sentence beside its vector, 0 or more.
        strength: How closely the examples are followed, over 0: the inverse of the regularisation.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(self, encoder: Encoder, alone: float, seconded: float, words: float, strength: float) -> None:
        if not (0 <= alone <= 1 and 0 <= seconded <= 1) or words < 0 or strength <= 0:
            raise ValueError(
                f"meaning: alone={alone}, seconded={seconded}, words={words}, strength={strength}; the first two must "
                "lie between 0 and 1, words be 0 or more, strength positive"
            )
        self._encoder: Any = encoder  # a key of what is fitted, by identity
        self._alone, self._seconded = alone, seconded
        self._words, self._strength = words, strength

    def __call__(self, text: str) -> frozenset[str]:
        """The categories that a text is about, none for most; costs an encoding for each sentence, and each pair."""
        texts = _units(text)
        if not texts:
            return frozenset()
        model = _fitted(self._encoder, self._words, self._strength)
        likely = model(_features(self._encoder, self._words, texts)).max(axis=0)
        named = sensitive(text)
        return frozenset(
            name
            for name, chance in zip(categories(), likely, strict=True)
            if chance >= self._alone or (name in named and chance >= self._seconded)
        )


def examples() -> dict[str, list[str]]:
    """The example sentences by category, and those of none under `nothing`."""
    return read_yaml(Path(__file__).with_suffix(".yaml"))


def _units(text: str) -> list[str]:
    """The sentences of a text that say something, and each two in a row of which one does: the first some dozens."""
    told = dict.fromkeys(statements(text))
    pairs = (f"{one} {other}" for one, other in pairwise(sentences(text)) if one in told or other in told)
    return [*told, *dict.fromkeys(pairs)] if len(told) < MOST // 2 else list(told)[:MOST]


def _features(encoder: Encoder, words: float, texts: list[str]) -> Vectors:
    return np.hstack([encoder.encode(texts), words * np.array([found_in(text) for text in texts], np.float32)])


@lru_cache(maxsize=2)
def _fitted(encoder: Encoder, words: float, strength: float) -> Model:
    """From features to a probability for each category; fitted once for an encoder."""
    from sklearn.linear_model import LogisticRegression

    kinds = examples()
    texts = [text for held in kinds.values() for text in held]
    names = [name for name, held in kinds.items() for _ in held]
    features = _features(encoder, words, texts)
    fitted = LogisticRegression(C=strength, max_iter=2000).fit(features, names)
    places = [list(fitted.classes_).index(name) for name in categories()]
    slopes, heights = fitted.coef_.T, fitted.intercept_

    def likely(rows: Vectors) -> Vectors:
        scores = rows @ slopes + heights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (chances / chances.sum(axis=1, keepdims=True))[:, places]

    return likely
