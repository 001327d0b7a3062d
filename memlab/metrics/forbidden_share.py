"""`forbidden_share@budget`: how much of what is recalled brings up what the user did not allow to be kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import supports, within_budget
from memlab.text import contains


@dataclass(frozen=True)
class ForbiddenShare:
    """Share of the memories within the budget that bring up a turn which was not to be kept; 0 for an empty recall.

    Judged for queries at a time when something forbidden has been said, whatever they ask for. A memory brings a turn
    up when it cites and supports it, and also when it holds the turn's whole text without citing it.
    """

    budget_tokens: int
    unit = "share"
    higher_is_better = False
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        check_positive("forbidden_share", "budget_tokens", self.budget_tokens)

    @property
    def name(self) -> str:
        return f"forbidden_share@{self.budget_tokens}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per query before which something forbidden was said."""
        for asked in run.asked:
            if asked.gold.forbidden:
                yield query_score(self.name, asked, forbidden_share(asked, self.budget_tokens), None, 0.0)


def forbidden_share(asked: Asked, budget_tokens: int) -> float:
    """Memories that bring up a forbidden turn over all memories within the budget."""
    texts = within_budget(asked, budget_tokens)
    return sum(_brings_up(asked, *memory) for memory in texts) / max(1, len(texts))


def _brings_up(asked: Asked, text: str, sources: Sequence[str]) -> bool:
    said = ((turn, asked.life.turns[turn].text) for turn in asked.gold.forbidden)
    return any(supports(text, words) if turn in sources else contains(text, words) for turn, words in said)
