"""`turn_any@k`, `turn_all@k` and their session forms: whether some, or all, of the evidence is among the first k."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from memlab.metrics.base import Level, Score, at_k, chance_of_hit, check_level
from memlab.metrics.frames import Nuggets, RunFrames
from memlab.metrics.recall import recall_at

MAX_NUGGETS = 10


@dataclass(frozen=True)
class HitsAt:
    """1 if any nugget (all nuggets) has a turn (session) among the first k sources, else 0."""

    level: Level
    k: int
    of: Literal["any", "all"]
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_level("hits", self.level, self.k)
        if self.of not in ("any", "all"):
            raise ValueError(f"metric hits: of is {self.of!r}; it must be 'any' or 'all'")

    @property
    def name(self) -> str:
        return f"{self.level}_{self.of}@{self.k}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """0 or 1 per query with evidence and enough candidates."""
        return at_k(run, self.name, self.level, self.k, self._hit, self._chance)

    def _hit(self, ranked: Sequence[str], nuggets: Nuggets) -> float:
        recall = recall_at(ranked, nuggets, self.k)
        return float(recall > 0 if self.of == "any" else recall == 1)

    def _chance(self, candidates: int, nuggets: Nuggets) -> float | None:
        if self.of == "any":
            return chance_of_hit(candidates, len(frozenset().union(*nuggets)), self.k)
        return chance_of_all(candidates, nuggets, self.k)


def chance_of_all(candidates: int, nuggets: Nuggets, k: int) -> float | None:
    """The chance that a random order has a member of every nugget among its first k; None above 10 nuggets.

    By inclusion and exclusion over the nuggets that are missed.

    >>> round(chance_of_all(4, [frozenset("a"), frozenset("b")], k=2), 4)
    0.1667
    """
    if len(nuggets) > MAX_NUGGETS:
        return None
    missed = sum(
        (-1) ** (n + 1) * (1 - chance_of_hit(candidates, len(frozenset().union(*some)), k))
        for n in range(1, len(nuggets) + 1)
        for some in combinations(nuggets, n)
    )
    return 1 - missed
