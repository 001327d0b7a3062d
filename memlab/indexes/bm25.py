"""BM25 over texts that come and go: postings by term, so that add, delete and search may alternate freely.

With `idf: lucene` the scores are those of bm25s's method "lucene", with `idf: okapi` those of rank-bm25's BM25Okapi;
the tests hold both equalities.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum

import numpy as np
from numpy.typing import NDArray

from memlab.indexes import Hits, first
from memlab.text import stems

OKAPI_FLOOR = 0.25


class Bm25Index:
    """Inverted index scored by BM25 (Robertson & Zaragoza, 2009); adding costs O(words), searching O(postings).

    Deleting takes a text out of every posting and count, so nothing of it moves a later score.

    Args:
        k1: Saturation of repeated words, 0 or more.
        b: How much long texts are discounted, 0 to 1.
        idf: `lucene`, ln(1 + (n - df + .5) / (df + .5)), always positive, or `okapi`, ln((n - df + .5) / (df + .5))
            with a quarter of the vocabulary's mean where that is negative, and tf scaled by k1 + 1.
    """

    def __init__(self, k1: float = 1.2, b: float = 0.75, idf: str = "lucene") -> None:
        if not k1 >= 0 or not 0 <= b <= 1:
            raise ValueError(f"bm25: k1={k1}, b={b}; k1 must be 0 or more and b between 0 and 1")
        if idf not in ("lucene", "okapi"):
            raise ValueError(f"bm25: idf is {idf!r}; it must be 'lucene' or 'okapi'")
        self._k1, self._b, self._okapi = k1, b, idf == "okapi"
        self._slots: dict[str, int] = {}
        self._ids: list[str | None] = []
        self._terms: list[Counter[str]] = []
        self._lengths = array("d")
        self._total = 0
        self._postings: dict[str, tuple[array, array]] = {}
        self._asked: tuple[str, np.ndarray, np.ndarray] | None = None  # the last text, as long as nothing comes or goes

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, id: str, text: str) -> None:
        """Adds a text; that of an id that is there is replaced in its place."""
        self._asked = None
        slot = self._slots.setdefault(id, len(self._ids))
        if slot == len(self._ids):
            self._ids.append(id)
            self._terms.append(Counter())
            self._lengths.append(0)
        self._clear(slot)
        terms = Counter(stems(text))
        self._terms[slot], self._lengths[slot] = terms, terms.total()
        self._total += terms.total()
        for term, count in terms.items():
            where, how_often = self._postings.setdefault(term, (array("q"), array("d")))
            where.append(slot)
            how_often.append(count)

    def delete(self, id: str) -> None:
        """Takes a text out, with its share of every count; an id that is not there is no error."""
        slot = self._slots.pop(id, None)
        if slot is None:
            return
        self._asked = None
        self._clear(slot)
        self._ids[slot] = None
        if len(self._ids) > 2 * len(self._slots) + 64:
            self._compact()

    def _clear(self, slot: int) -> None:
        for term in self._terms[slot]:
            where, how_often = self._postings[term]
            at = where.index(slot)
            del where[at], how_often[at]
            if not where:
                del self._postings[term]
        self._total -= self._terms[slot].total()
        self._terms[slot], self._lengths[slot] = Counter(), 0

    def search(self, query: str | Mapping[str, float], k: int | None) -> Hits:
        """The k best texts that share a word with the query, best first, ties in order of addition; None means all.

        Args:
            query: A text, or weights of stems; in a text each stem weighs as often as it occurs.
        """
        scores, found = self._score(query)
        best = found[first(scores[found], k)]
        return [(self._ids[slot], float(scores[slot])) for slot in best]

    def all_scores(self, text: str) -> NDArray[np.float64]:
        """The score of every text, in order of addition; shape (len(self),)."""
        scores, _ = self._score(text)
        return scores if len(scores) == len(self._slots) else scores[list(self._slots.values())]

    def scores(self, text: str, ids: Iterable[str]) -> list[float]:
        """The score of each of `ids`, in order, 0 where no word is shared.

        Raises:
            KeyError: An id is not in the index.
        """
        scores, _ = self._score(text)
        return scores[[self._slots[id] for id in ids]].tolist()

    def _score(self, query: str | Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
        """Scores by slot, and the slots that share a word with the query; both read-only."""
        if not isinstance(query, str):
            return self._scored(query)
        if self._asked is None or self._asked[0] != query:
            self._asked = query, *self._scored(Counter(stems(query)))
        return self._asked[1:]

    def _scored(self, weights: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
        scores, shares = np.zeros(len(self._ids)), np.zeros(len(self._ids), bool)
        if not self._slots:
            return scores, np.flatnonzero(shares)
        mean_length = self._total / len(self._slots) or 1.0
        norms = self._k1 * (1 - self._b + self._b * np.asarray(self._lengths) / mean_length)
        scale = self._k1 + 1 if self._okapi else 1.0
        floor = self._okapi_floor() if self._okapi else 0.0
        for term, weight in sorted(weights.items()):
            if term in self._postings:
                where, how_often = (np.asarray(part) for part in self._postings[term])
                idf = self._idf(len(where)) if not self._okapi or self._idf(len(where)) >= 0 else floor
                scores[where] += weight * idf * scale * how_often / (how_often + norms[where])
                shares[where] = True
        scores.flags.writeable = False
        return scores, np.flatnonzero(shares)

    def _idf(self, df: int) -> float:
        odds = (len(self._slots) - df + 0.5) / (df + 0.5)
        return float(np.log(odds) if self._okapi else np.log1p(odds))

    def _okapi_floor(self) -> float:
        total = fsum(self._idf(len(where)) for where, _ in self._postings.values())
        return OKAPI_FLOOR * total / max(1, len(self._postings))

    def _compact(self) -> None:
        kept = [slot for slot, id in enumerate(self._ids) if id is not None]
        moved = {slot: new for new, slot in enumerate(kept)}
        self._ids = [self._ids[slot] for slot in kept]
        self._terms = [self._terms[slot] for slot in kept]
        self._lengths = array("d", (self._lengths[slot] for slot in kept))
        self._slots = {id: slot for slot, id in enumerate(self._ids) if id is not None}
        self._postings = {
            term: (array("q", (moved[slot] for slot in where)), how_often)
            for term, (where, how_often) in self._postings.items()
        }
