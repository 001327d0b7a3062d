"""`turn_ndcg@k`, `session_ndcg@k`: how high the evidence stands (Järvelin & Kekäläinen, 2002)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import log2

from memlab.metrics.base import Level, Score, at_k, chance_of_first, check_level
from memlab.metrics.frames import Nuggets, RunFrames


@dataclass(frozen=True)
class NdcgAt:
    """Gain 1 where a nugget is first met, discounted by log2(rank + 1); 1 is all nuggets on the first ranks."""

    level: Level
    k: int
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_level("ndcg", self.level, self.k)

    @property
    def name(self) -> str:
        return f"{self.level}_ndcg@{self.k}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query with evidence and enough candidates."""
        return at_k(run, self.name, self.level, self.k, partial(ndcg_at, k=self.k), partial(_chance, k=self.k))


def ndcg_at(ranked: Sequence[str], nuggets: Nuggets, k: int) -> float:
    """Discounted gain over that of min(k, nuggets) hits on the first ranks.

    >>> round(ndcg_at(["x", "a"], [frozenset("a")], k=10), 3)
    0.631
    """
    left, gain = list(nuggets), 0.0
    for rank, source in enumerate(ranked[:k], start=1):
        missing = [nugget for nugget in left if source not in nugget]
        if len(missing) < len(left):
            gain += 1 / log2(rank + 1)
        left = missing
    return gain / ideal_gain(min(k, len(nuggets)))


def ideal_gain(hits: int) -> float:
    """The discounted gain of hits on the first ranks.

    >>> ideal_gain(1)
    1.0
    """
    return sum(1 / log2(rank + 1) for rank in range(1, hits + 1))


def _chance(candidates: int, nuggets: Nuggets, k: int) -> float | None:
    if sum(map(len, nuggets)) != len(frozenset().union(*nuggets)):
        return None
    gain = sum(
        chance_of_first(candidates, len(nugget), rank) / log2(rank + 1)
        for nugget in nuggets
        for rank in range(1, min(k, candidates) + 1)
    )
    return gain / ideal_gain(min(k, len(nuggets)))
