"""`current_first`, `stale_first`, `neither`, `stale_excess`: does the best memory say what holds, or what once held?"""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import Verdict, verdict, within_budget

HIGHER_IS_BETTER = {"current_first": True, "stale_first": False, "neither": False, "stale_excess": False}


@dataclass(frozen=True)
class FirstMemory:
    """What the first memory says of a value that has been updated at least once.

    The first three are shares that sum to 1. `stale_excess` is 1[stale] - s / (s + c), judged only where the first
    memory is stale or current, with s and c the said turns of superseded and of current values: 0 is chance, below 0
    prefers what is current.
    """

    what: str
    budget_tokens: int
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.what not in HIGHER_IS_BETTER:
            raise ValueError(f"metric first_memory: what is {self.what!r}; it must be one of {list(HIGHER_IS_BETTER)}")
        check_positive("first_memory", "budget_tokens", self.budget_tokens)

    @property
    def name(self) -> str:
        return self.what

    @property
    def unit(self) -> str:
        return "difference of shares" if self.what == "stale_excess" else "share"

    @property
    def higher_is_better(self) -> bool:
        return HIGHER_IS_BETTER[self.what]

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query with evidence that asks for a current value and has superseded ones."""
        for asked in run.asked:
            if not (asked.gold.stale and asked.gold.evidence):
                continue
            found = first_memory(asked, self.budget_tokens)
            best = first_memory(asked.ideal_asked, self.budget_tokens)
            if self.what == "stale_excess":
                if found != "neither":
                    yield query_score(self.name, asked, stale_excess(asked, found), 0.0, stale_excess(asked, best))
            else:
                wanted = self.what.removesuffix("_first")
                yield query_score(self.name, asked, float(found == wanted), None, float(best == wanted))


def first_memory(asked: Asked, budget_tokens: int) -> Verdict:
    """Whether the first memory, as far as it fits the budget, is current, stale or neither."""
    first = within_budget(asked, budget_tokens)[:1]
    return verdict(asked, *first[0]) if first else "neither"


def stale_excess(asked: Asked, found: Verdict) -> float:
    """1 for a stale first memory, 0 for a current one, less the share of superseded turns among those said."""
    s, c = len(asked.gold.stale), len(asked.gold.evidence_turns)
    return float(found == "stale") - s / (s + c)
