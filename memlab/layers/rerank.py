"""What was found is put into a better order: by category and recency, without repeating itself, by a closer look.

Guide: of the 20 nearest keep those of a relevant category or with a recency over .5, re-rank them to the context and
return 5.

Differs: relevant are the categories of the best few, and what has no category is kept; recency halves with age rather
than falling to a fixed date; repetition counts (maximal marginal relevance). What lies beyond the candidates follows in
its old order, so nothing is lost but what the filter drops. A cross-encoder may judge, where its weights are at hand.

Cost: one encoding for each candidate, unless the encoder keeps them, and `candidates` squared products; a cross-encoder
costs a pass each.

Use: over a strategy that finds much of one kind, or the same thing said five times.

Maximal marginal relevance is Carbonell & Goldstein's (1998).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from memlab.encoders import Encoder
from memlab.events import Memory, Observed, Query, Recall
from memlab.strategies.base import Strategy

DAY_SECONDS = 86_400
Judge = Callable[[str, Sequence[str]], Sequence[float]]


class Rerank:
    """The first memories of a recall in another order, some left out; scores fall by position from 1.

    Args:
        inner: The strategy.
        encoder: Makes the vectors by which memories repeat each other.
        candidates: How many are put in order, at least 1.
        diversity: Of what a memory repeats, against what it is worth, 0 to 1; 0 leaves the order to its worth.
        recency_weight: Of a memory's recency in its worth, beside a relevance of at most 1; 0 or more.
        half_life_days: In which recency halves, over 0.
        least_recency: A memory that is less recent than this is left out, unless its category is relevant; 0 for none.
        relevant: How many of the best say which categories are relevant, at least 1.
        judge: Gives each text its relevance to the question, more is better; None keeps the strategy's scores.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        inner: Strategy,
        encoder: Encoder,
        candidates: int,
        diversity: float,
        recency_weight: float,
        half_life_days: float,
        least_recency: float,
        relevant: int,
        judge: Judge | None = None,
    ) -> None:
        if min(candidates, relevant) < 1 or not 0 <= diversity <= 1 or recency_weight < 0 or half_life_days <= 0:
            raise ValueError(
                f"rerank: candidates={candidates}, relevant={relevant}, diversity={diversity}, "
                f"recency_weight={recency_weight}, half_life_days={half_life_days}; the first two must be at least 1, "
                "diversity from 0 to 1, the weight 0 or more, the half-life positive"
            )
        self._inner, self._encoder, self._candidates, self._diversity = inner, encoder, candidates, diversity
        self._recency_weight, self._half_life_days = recency_weight, half_life_days
        self._least_recency, self._relevant, self._judge = least_recency, relevant, judge

    def observe(self, event: Observed) -> None:
        """Passes everything on."""
        self._inner.observe(event)

    def recall(self, query: Query) -> Recall:
        """The candidates in their new order, then the rest as it was; as confident as the strategy."""
        limit = None if query.limit is None else query.limit + self._candidates
        found = self._inner.recall(replace(query, limit=limit))
        head, rest = found.memories[: self._candidates], found.memories[self._candidates :]
        ordered = [*self._in_order(query, self._filtered(query, head)), *rest][: query.limit]
        scored = tuple(replace(memory, score=1 / (1 + place)) for place, memory in enumerate(ordered))
        return replace(found, memories=scored)

    def memories(self) -> Iterator[Memory]:
        """Those of the inner strategy."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the inner strategy."""
        self._inner.close()

    def _filtered(self, query: Query, head: Sequence[Memory]) -> list[Memory]:
        relevant = {memory.category for memory in head[: self._relevant]}
        return [
            memory
            for memory in head
            if memory.category is None
            or memory.category in relevant
            or self._recency(query, memory) >= self._least_recency
        ]

    def _in_order(self, query: Query, head: Sequence[Memory]) -> list[Memory]:
        """Each time the one that is worth the most, less what it repeats of those before it."""
        if not head:
            return []
        worth = self._relevance(query, head)
        worth = worth + self._recency_weight * np.array([self._recency(query, memory) for memory in head])
        if self._diversity == 0:
            return [head[place] for place in np.argsort(-worth, kind="stable")]
        vectors = self._encoder.encode([memory.text for memory in head])
        alike = np.stack([np.einsum("ij,j->i", vectors, vector) for vector in vectors])
        repeated, left, order = np.zeros(len(head)), list(range(len(head))), list[int]()
        while left:
            values = (1 - self._diversity) * worth[left] - self._diversity * repeated[left]
            order.append(left.pop(int(np.argmax(values))))
            repeated = np.maximum(repeated, alike[order[-1]])
        return [head[place] for place in order]

    def _relevance(self, query: Query, head: Sequence[Memory]) -> np.ndarray:
        """From 0, the least relevant candidate's, to 1."""
        judged = self._judge(query.text, [memory.text for memory in head]) if self._judge else [m.score for m in head]
        scores = np.asarray(judged, float)
        spread = scores.max() - scores.min()
        return (scores - scores.min()) / spread if spread > 0 else np.ones(len(head))

    def _recency(self, query: Query, memory: Memory) -> float:
        age_days = max(0.0, (query.at - memory.at).total_seconds() / DAY_SECONDS)
        return 0.5 ** (age_days / self._half_life_days)
