"""`turn_mrr@k`, `session_mrr@k`: one over the rank at which evidence is first met (Kantor & Voorhees, 2000)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memlab.metrics.base import Level, Score, chance_of_first, check_level, counted, query_score
from memlab.metrics.frames import RunFrames


@dataclass(frozen=True)
class MrrAt:
    """Reciprocal rank of the first source that belongs to any nugget, 0 beyond rank k."""

    level: Level
    k: int
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_level("mrr", self.level, self.k)

    @property
    def name(self) -> str:
        return f"{self.level}_mrr@{self.k}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query with evidence and enough candidates."""
        for asked in run.asked:
            if counted(asked, self.level, self.k):
                relevant, n = frozenset().union(*asked.nuggets[self.level]), asked.candidates[self.level]
                ranks = range(1, min(self.k, n) + 1)
                chance = sum(chance_of_first(n, len(relevant), rank) / rank for rank in ranks)
                value = mrr_at(asked.ranked[self.level], relevant, self.k)
                yield query_score(self.name, asked, value, chance, 1.0)


def mrr_at(ranked: Sequence[str], relevant: frozenset[str], k: int) -> float:
    """One over the first relevant rank, counted from 1.

    >>> mrr_at(["x", "a"], frozenset("a"), k=10)
    0.5
    """
    return next((1 / rank for rank, source in enumerate(ranked[:k], start=1) if source in relevant), 0.0)
