"""`regret@n`: how much worse than the best is the approach that the first memory names, after n trials of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.text import contains

CHANCE = "chance of "


@dataclass(frozen=True)
class Regret:
    """Simple regret, in units of what choosing at random costs: (p* - p chosen) / (p* - mean p).

    0 is the best approach and 1 any approach with equal chance, which is also what a first memory that names none
    leaves; a choice that is worse than random is over 1. Of several approaches that a memory names, the mean counts.

    Args:
        outcomes: Trials of each approach before the question, at least 1; others are not judged.
    """

    outcomes: int
    unit = "regret"
    higher_is_better = False
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_positive("regret", "outcomes", self.outcomes)

    @property
    def name(self) -> str:
        return f"regret@{self.outcomes}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query whose approaches have known chances of success, not all the same."""
        for asked in run.asked:
            chances = chances_of(asked)
            if asked.gold.facets.get("outcomes") == self.outcomes and len(set(chances.values())) > 1:
                best = regret(chances, asked.ideal_asked.texts[:1])
                yield query_score(self.name, asked, regret(chances, asked.texts[:1]), 1.0, best)


def chances_of(asked: Asked) -> dict[str, float]:
    """The chance of success of each approach, as the judge knows it."""
    known = asked.gold.facets.items()
    return {name.removeprefix(CHANCE): float(chance) for name, chance in known if name.startswith(CHANCE)}


def regret(chances: dict[str, float], texts: list[str]) -> float:
    """The regret of the approaches that a text names.

    >>> regret({"resting": 0.7, "kneading": 0.4}, ["Resting worked 3 of 4 times"])
    0.0
    >>> round(regret({"resting": 0.7, "kneading": 0.4}, ["Kneading worked 1 of 1 times"]), 6)
    2.0
    >>> round(regret({"resting": 0.7, "kneading": 0.4}, []), 6)
    1.0
    """
    named = [chance for name, chance in chances.items() if any(contains(text, name) for text in texts)]
    chosen = named or list(chances.values())
    best = max(chances.values())
    return (best - sum(chosen) / len(chosen)) / (best - sum(chances.values()) / len(chances))
