"""`evidence_age_days`: how long ago the evidence was last said: what other scores are drawn against."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import RunFrames


@dataclass(frozen=True)
class EvidenceAge:
    """Days from the newest turn that states any of the evidence to the query."""

    unit = "days"
    higher_is_better = None
    per = "query"
    summary = "mean"
    name = "evidence_age_days"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One age per query with evidence."""
        for asked in run.asked:
            if asked.age_days is not None:
                yield query_score(self.name, asked, asked.age_days, None, None)
