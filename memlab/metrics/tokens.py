"""`recalled_tokens`: how much text a recall puts before the reader, before any budget."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import RunFrames


@dataclass(frozen=True)
class RecalledTokens:
    """Word pieces of all recalled memories together."""

    unit = "tokens"
    higher_is_better = None
    per = "query"
    summary = "mean"
    name = "recalled_tokens"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One count per query."""
        for asked in run.asked:
            yield query_score(self.name, asked, float(sum(asked.tokens)), None, None)
