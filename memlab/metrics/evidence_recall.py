"""`evidence_recall@budget`: the share of the evidence within a number of tokens. The headline across strategies."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import covers, within_budget


@dataclass(frozen=True)
class EvidenceRecall:
    """Share of nuggets with a supported source within `budget_tokens` word pieces of recalled text."""

    budget_tokens: int
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_positive("evidence_recall", "budget_tokens", self.budget_tokens)

    @property
    def name(self) -> str:
        return f"evidence_recall@{self.budget_tokens}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per query with evidence."""
        for asked in run.asked:
            if asked.gold.evidence:
                best = evidence_recall(asked.ideal_asked, self.budget_tokens)
                yield query_score(self.name, asked, evidence_recall(asked, self.budget_tokens), None, best)


def evidence_recall(asked: Asked, budget_tokens: int) -> float:
    """The share of nuggets that a text within the budget cites and supports."""
    texts = within_budget(asked, budget_tokens)
    found = sum(any(covers(asked, *memory, nugget) for memory in texts) for nugget in asked.gold.evidence)
    return found / len(asked.gold.evidence)
