"""`stale_share@budget`: how much of what is recalled about an updated value no longer holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import verdict, within_budget


@dataclass(frozen=True)
class StaleShare:
    """Share of stale memories among those within the budget that bear on the value, current or superseded.

    Judged for queries with superseded turns where at least one such memory is within the budget.
    """

    budget_tokens: int
    unit = "share"
    higher_is_better = False
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_positive("stale_share", "budget_tokens", self.budget_tokens)

    @property
    def name(self) -> str:
        return f"stale_share@{self.budget_tokens}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per query whose value was updated and is spoken of in the recall."""
        for asked in run.asked:
            if asked.gold.stale and (value := stale_share(asked, self.budget_tokens)) is not None:
                yield query_score(self.name, asked, value, None, 0.0)


def stale_share(asked: Asked, budget_tokens: int) -> float | None:
    """Stale memories over stale and current ones; None where there is neither."""
    found = [verdict(asked, *memory) for memory in within_budget(asked, budget_tokens)]
    bearing = len(found) - found.count("neither")
    return found.count("stale") / bearing if bearing else None
