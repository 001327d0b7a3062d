"""`turn_recall@k`, `session_recall@k`: the share of the evidence among the first k sources."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from memlab.metrics.base import Level, Score, at_k, chance_of_hit, check_level
from memlab.metrics.frames import Nuggets, RunFrames


@dataclass(frozen=True)
class RecallAt:
    """Share of nuggets with any of their turns (sessions) among the first k sources, in order of first occurrence."""

    level: Level
    k: int
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_level("recall", self.level, self.k)

    @property
    def name(self) -> str:
        return f"{self.level}_recall@{self.k}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per query with evidence and enough candidates."""
        return at_k(run, self.name, self.level, self.k, partial(recall_at, k=self.k), self._chance)

    def _chance(self, candidates: int, nuggets: Nuggets) -> float:
        return sum(chance_of_hit(candidates, len(nugget), self.k) for nugget in nuggets) / len(nuggets)


def recall_at(ranked: Sequence[str], nuggets: Nuggets, k: int) -> float:
    """The share of nuggets that have a member among the first k.

    >>> recall_at(["a", "x", "b"], [frozenset("a"), frozenset("bc")], k=2)
    0.5
    """
    first = set(ranked[:k])
    return sum(not first.isdisjoint(nugget) for nugget in nuggets) / len(nuggets)
