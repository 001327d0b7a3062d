"""Hybrid retrieval: words and meaning together, over single turns and over two-turn windows.

A reply often holds the answer to words that only the turn before it says, so each turn is scored four times: BM25 and
cosine of the turn, BM25 and cosine of the better of the two windows that it stands in. Windows only score; what is
returned are single turns.

Guide: its cure for poor relevance is to filter by metadata, weigh recency (keep above .5) and re-rank 20 to 5.

Differs: words count beside meaning, and windows beside turns; filter and recency are parameters, off by default, since
on recorded conversations recency shows no pattern.

Cost: two indexes over turns and two over windows: about four times the recall time of one, one encoding a turn.

Use: as the first choice: it leads on simulated users and on LoCoMo.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from memlab.encoders import Encoder, Vectors
from memlab.events import Memory, MemoryId, Observed, Query, Recall, Turn
from memlab.indexes import VectorIndex
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.fusion import Scores
from memlab.stores import Store
from memlab.strategies.base import TurnLog

DAY_SECONDS = 86_400


class Hybrid:
    """Every turn a memory, found by four scorers whose candidates are fused.

    A window is a turn with the one before it, named by the later; its vector is the unit mean of the two turns'.

    Args:
        store: Where the turns are kept.
        encoder: Makes the vectors, one per turn.
        lexical: Makes an empty lexical index.
        dense: Makes an empty vector index for a dimension.
        fuse: Makes one score of several, each of shape (candidates,).
        candidates: How many each scorer proposes, at least 1.
        recency_weight: Of a recency score beside the four, which halves every `half_life_days`; 0 leaves it out.
        max_age_days: Only younger memories are recalled; None keeps all.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        lexical: Callable[[], Bm25Index],
        dense: Callable[[int], VectorIndex],
        fuse: Callable[[Sequence[Scores]], Scores],
        candidates: int,
        recency_weight: float = 0.0,
        half_life_days: float = 30.0,
        max_age_days: float | None = None,
    ) -> None:
        if candidates < 1 or recency_weight < 0 or half_life_days <= 0:
            raise ValueError(
                f"hybrid: candidates={candidates}, recency_weight={recency_weight}, half_life_days={half_life_days}; "
                "candidates must be at least 1, the weight 0 or more, the half-life positive"
            )
        self._encoder, self._fuse, self._candidates = encoder, fuse, candidates
        self._recency_weight, self._half_life_days, self._max_age_days = recency_weight, half_life_days, max_age_days
        self._words, self._window_words = lexical(), lexical()
        self._vectors, self._window_vectors = dense(encoder.dim), dense(encoder.dim)
        self._order: list[MemoryId] = []
        self._place: dict[MemoryId, int] = {}  # in the order
        self._parts: dict[MemoryId, tuple[str, Vectors]] = {}
        self._turns = TurnLog(store, self._add, self._drop)

    def observe(self, event: Observed) -> None:
        """Keeps and indexes turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The turns with the best fused scores, shifted so that the worst candidate has 0; confident as `rag` is."""
        vector = self._encoder.encode([query.text])[0]
        ids = [id for id in self._propose(query.text, vector) if self._young_enough(id, query)]
        if not ids:
            return Recall(confidence=0.0)
        opinions = [
            np.array(self._words.scores(query.text, ids)),
            np.array(self._vectors.scores(vector, ids)),
            self._best_window(lambda windows: self._window_words.scores(query.text, windows), ids),
            self._best_window(lambda windows: self._window_vectors.scores(vector, windows), ids),
        ]
        fused = self._fuse(opinions)
        if self._recency_weight:
            ages = np.array([(query.at - self._turns[id].at).total_seconds() / DAY_SECONDS for id in ids])
            fused = fused + self._recency_weight * 0.5 ** (ages / self._half_life_days)
        best = np.argsort(-fused, kind="stable")[: query.limit]
        return self._turns.ranked([(ids[i], float(fused[i] - fused.min())) for i in best])

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()

    def _propose(self, text: str, vector: Vectors) -> list[MemoryId]:
        """What any scorer puts among its first, in order of time; a window proposes both its turns."""
        k = self._candidates
        turns = {self._place[id] for id, _ in self._words.search(text, k) + self._vectors.search(vector, k)}
        found = self._window_words.search(text, k) + self._window_vectors.search(vector, k)
        later = {self._place[id] for id, _ in found}
        earlier = {place - 1 for place in later if place}
        return [self._order[place] for place in sorted(turns | later | earlier)]

    def _young_enough(self, id: MemoryId, query: Query) -> bool:
        if self._max_age_days is None:
            return True
        return (query.at - self._turns[id].at).total_seconds() / DAY_SECONDS <= self._max_age_days

    def _best_window(self, score: Callable[[list[MemoryId]], list[float]], ids: list[MemoryId]) -> Scores:
        later = [self._order[min(self._place[id] + 1, len(self._order) - 1)] for id in ids]
        return np.maximum(score(ids), score(later))

    def _add(self, turn: Turn) -> None:
        vector = self._encoder.encode([turn.text])[0]
        self._words.add(turn.id, turn.text)
        self._vectors.add(turn.id, vector)
        self._parts[turn.id] = turn.text, vector
        self._place[turn.id] = len(self._order)
        self._order.append(turn.id)
        self._add_window(len(self._order) - 1)

    def _add_window(self, place: int) -> None:
        """Indexes the turn at a place in the order together with the one before it, if there is one."""
        texts, vectors = zip(*(self._parts[id] for id in self._order[max(0, place - 1) : place + 1]), strict=True)
        both = np.sum(vectors, axis=0)
        self._window_words.add(self._order[place], " ".join(texts))
        self._window_vectors.add(self._order[place], both / max(float(np.linalg.norm(both)), 1e-12))

    def _drop(self, id: MemoryId) -> None:
        for index in (self._words, self._window_words, self._vectors, self._window_vectors):
            index.delete(id)
        place = self._place.pop(id)
        del self._order[place], self._parts[id]
        self._place |= {later: n for n, later in enumerate(self._order[place:], start=place)}
        if place < len(self._order):
            self._add_window(place)
