"""`turn_mrr@k`, `session_mrr@k`: one over the rank at which evidence is first met (Kantor & Voorhees, 2000)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from memlab.metrics.base import Level, Score, at_k, chance_of_first, check_level
from memlab.metrics.frames import Nuggets, RunFrames


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
        return at_k(run, self.name, self.level, self.k, partial(mrr_at, k=self.k), self._chance)

    def _chance(self, candidates: int, nuggets: Nuggets) -> float:
        relevant, ranks = frozenset().union(*nuggets), range(1, min(self.k, candidates) + 1)
        return sum(chance_of_first(candidates, len(relevant), rank) / rank for rank in ranks)


def mrr_at(ranked: Sequence[str], nuggets: Nuggets, k: int) -> float:
    """One over the rank of the first source that belongs to any nugget, counted from 1.

    >>> mrr_at(["x", "a"], [frozenset("a")], k=10)
    0.5
    """
    relevant = frozenset().union(*nuggets)
    return next((1 / rank for rank, source in enumerate(ranked[:k], start=1) if source in relevant), 0.0)
