"""`turn_ndcg@k`, `session_ndcg@k`: how high the evidence stands, in the form that is standard and in the first one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log2
from typing import Literal

from memlab.metrics.base import Level, Score, at_k, chance_of_first, check_level
from memlab.metrics.frames import Nuggets, RunFrames

Form = Literal["standard", "jk"]


@dataclass(frozen=True)
class NdcgAt:
    """Gain 1 where a nugget is first met, less the further down it stands; 1 where nuggets fill the first ranks.

    The forms differ in the discount. The standard one divides a gain by log2(rank + 1). That of Järvelin and
    Kekäläinen (2002), base 2, divides by log2(rank) from rank 2 on, so ranks 1 and 2 are worth the same and one nugget
    on rank 2 is perfect; LongMemEval's own evaluation (Wu et al., 2025) uses it. Neither is always the higher of the
    two: `jk` is 0.81 to 1.59 times the standard form.

    `jk` stands in the name, for its authors and not for a data set: it scores every source.

    Args:
        form: `standard`, or `jk` for that of Järvelin and Kekäläinen.
    """

    level: Level
    k: int
    form: Form = "standard"
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_level("ndcg", self.level, self.k)
        if self.form not in DISCOUNTS:
            raise ValueError(f"metric ndcg: form is {self.form!r}; it must be 'standard' or 'jk'")

    @property
    def name(self) -> str:
        return f"{self.level}_ndcg{'' if self.form == 'standard' else f'_{self.form}'}@{self.k}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query with evidence and enough candidates."""
        value = partial(ndcg_at, k=self.k, form=self.form)
        return at_k(run, self.name, self.level, self.k, value, partial(_chance, k=self.k, form=self.form))


def ndcg_at(ranked: Sequence[str], nuggets: Nuggets, k: int, form: Form = "standard") -> float:
    """Discounted gain over that of min(k, nuggets) hits on the first ranks.

    >>> round(ndcg_at(["x", "a"], [frozenset("a")], k=10), 3)
    0.631
    >>> ndcg_at(["x", "a"], [frozenset("a")], k=10, form="jk")
    1.0
    """
    discount = DISCOUNTS[form]
    left, gain = list(nuggets), 0.0
    for rank, source in enumerate(ranked[:k], start=1):
        missing = [nugget for nugget in left if source not in nugget]
        if len(missing) < len(left):
            gain += 1 / discount(rank)
        left = missing
    return gain / ideal_gain(min(k, len(nuggets)), form)


def ideal_gain(hits: int, form: Form = "standard") -> float:
    """The discounted gain of hits on the first ranks.

    >>> ideal_gain(1), ideal_gain(2, "jk")
    (1.0, 2.0)
    """
    return sum(1 / DISCOUNTS[form](rank) for rank in range(1, hits + 1))


def _chance(candidates: int, nuggets: Nuggets, k: int, form: Form) -> float | None:
    if sum(map(len, nuggets)) != len(frozenset().union(*nuggets)):
        return None
    gain = sum(
        chance_of_first(candidates, len(nugget), rank) / DISCOUNTS[form](rank)
        for nugget in nuggets
        for rank in range(1, min(k, candidates) + 1)
    )
    return gain / ideal_gain(min(k, len(nuggets)), form)


def _standard(rank: int) -> float:
    return log2(rank + 1)


def _from_rank_two(rank: int) -> float:
    return max(1.0, log2(rank))


DISCOUNTS: Mapping[Form, Callable[[int], float]] = {"standard": _standard, "jk": _from_rank_two}
