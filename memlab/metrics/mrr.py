"""`turn_mrr@k`, `session_mrr@k`, `turn_mrr`: one over the rank of the first evidence (Kantor & Voorhees, 2000)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from memlab.metrics.base import Level, Score, at_k, chance_of_first, check_level
from memlab.metrics.frames import Asked, Nuggets, RunFrames


@dataclass(frozen=True)
class MrrAt:
    """Reciprocal rank of the first source that belongs to any nugget, 0 beyond rank k.

    Args:
        k: Cut-off, at least 1; None, at level turn only, for all that is recalled, and then a query needs only 4
            turns to choose from.
    """

    level: Level
    k: int | None
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_level("mrr", self.level, 1 if self.k is None else self.k)
        if self.k is None and self.level == "session":
            raise ValueError("metric mrr: k is None; it must be a whole number of at least 1 where level is 'session'")

    @property
    def name(self) -> str:
        return f"{self.level}_mrr" if self.k is None else f"{self.level}_mrr@{self.k}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query with evidence and enough candidates."""
        for asked in run.asked:
            found, chance = partial(mrr_at, k=self.k), partial(_chance, k=self.k or _deepest(asked, self.level))
            yield from at_k(RunFrames((asked,), ()), self.name, self.level, self.k or 1, found, chance)


def _deepest(asked: Asked, level: Level) -> int:
    """The last rank that random order reaches: each memory that may be recalled has a turn of its own."""
    return max(1, asked.candidates[level] if asked.limit is None else asked.limit)


def _chance(candidates: int, nuggets: Nuggets, k: int) -> float:
    relevant, ranks = frozenset().union(*nuggets), range(1, min(k, candidates) + 1)
    return sum(chance_of_first(candidates, len(relevant), rank) / rank for rank in ranks)


def mrr_at(ranked: Sequence[str], nuggets: Nuggets, k: int | None) -> float:
    """One over the rank of the first source that belongs to any nugget, counted from 1; k None looks at all.

    >>> mrr_at(["x", "a"], [frozenset("a")], k=10)
    0.5
    """
    relevant = frozenset().union(*nuggets)
    return next((1 / rank for rank, source in enumerate(ranked[:k], start=1) if source in relevant), 0.0)
