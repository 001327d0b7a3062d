"""Late interaction: every word piece of a question finds the piece of a text that is nearest to it.

A text is kept as one row for each of its word pieces. How well a text answers a piece of the question is the square of
the greatest cosine between its rows and the piece's, 0 where that is negative; rare pieces weigh more.

After Khattab & Zaharia, "ColBERT", 2020, with the rows of an encoder that was not trained for it, and with weights by
inverse document frequency over the texts of this index.
"""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from memlab.encoders import Tokens
from memlab.indexes.fusion import Scores
from memlab.text import pieces, stop_words

SCALE = 127.0  # of rows of bytes


class TokenIndex:
    """Rows of word pieces by id, in the type in which the encoder gives them.

    Products of rows of bytes are whole numbers, so a score does not depend on what else is scored with it.
    """

    def __init__(self) -> None:
        self._rows: dict[str, Tokens] = {}
        self._pieces: dict[str, frozenset[str]] = {}
        self._df: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, id: str, text: str, rows: Tokens) -> None:
        """Adds a text with its rows, of shape (pieces, dim); that of an id that is there is replaced."""
        self.delete(id)
        self._rows[id], self._pieces[id] = rows, frozenset(pieces(text))
        self._df.update(self._pieces[id])

    def delete(self, id: str) -> None:
        """Drops a text with its share of every count; an id that is not there is no error."""
        if self._rows.pop(id, None) is not None:
            self._df -= Counter(self._pieces.pop(id))

    def weights(self, text: str, silent: Collection[str] = ()) -> Scores:
        """What each word piece of a question weighs: log(1 + n / (1 + df)); shape (pieces,).

        Pieces of stop words, of punctuation and of `silent` words weigh 0; where nothing else is said, all words weigh
        the same.

        Args:
            silent: Words in lower case, such as the names of speakers.
        """
        words = _words(pieces(text))
        rarity = np.array([np.log1p(len(self._rows) / (1 + self._df[piece])) for piece, _ in words])
        spoken = np.array([any(c.isalnum() for c in word) for _, word in words], float)
        telling = rarity * spoken * [word not in stop_words() and word not in silent for _, word in words]
        return telling if telling.any() else spoken

    def interactions(self, rows: Tokens, ids: Sequence[str]) -> Scores:
        """How well each text answers each piece of a question: shape (len(ids), len(rows)), from 0 to 1.

        Args:
            rows: Of the question.
            ids: At least one.

        Raises:
            KeyError: An id is not in the index.
        """
        held = [self._rows[id] if len(self._rows[id]) else np.zeros((1, rows.shape[1]), rows.dtype) for id in ids]
        starts = np.cumsum([0, *(len(part) for part in held[:-1])])
        one = SCALE**2 if rows.dtype == np.int8 else 1.0
        cosines = np.concatenate(held).astype(np.float32) @ rows.astype(np.float32).T
        best = np.maximum.reduceat(cosines, starts, axis=0) / one
        return np.clip(best, 0.0, 1.0).astype(np.float64) ** 2


def _words(found: Sequence[str]) -> list[tuple[str, str]]:
    """Each word piece with the word that it is of."""
    words: list[str] = []
    place: list[int] = []
    for piece in found:
        if piece.startswith("##") and words:
            words[-1] += piece.removeprefix("##")
        else:
            words.append(piece)
        place.append(len(words) - 1)
    return [(piece, words[at]) for piece, at in zip(found, place, strict=True)]
