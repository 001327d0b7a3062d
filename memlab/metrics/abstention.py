"""`abstention_auroc` and `false_answers@90`: does a strategy know when it cannot know?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import Asked, RunFrames


@dataclass(frozen=True)
class Abstention:
    """How well `Recall.confidence` tells answerable queries from those that cannot be answered.

    Without `coverage` it is the chance that an answerable query gets more confidence than an unanswerable one (AUROC,
    ties one half). With it, the share of unanswerable queries that would be answered at the highest threshold at which
    that share of the answerable ones is: 1 for a strategy that is always equally sure. A strategy whose confidence is
    None does not abstain and is not judged. What is scored is the confidence with the query's class; both figures need
    all users at once and are made in `memlab.stats.separation`.

    Args:
        coverage: Share of answerable queries to be answered, above 0 and at most 1; None for AUROC.
    """

    coverage: float | None = None
    unit = "share"
    per = "query"
    summary = "separation"

    def __post_init__(self) -> None:
        given = self.coverage
        if given is not None and (isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1):
            raise ValueError(f"metric abstention: coverage is {given!r}; it must be above 0 and at most 1, or null")

    @property
    def name(self) -> str:
        return "abstention_auroc" if self.coverage is None else f"false_answers@{100 * self.coverage:g}"

    @property
    def higher_is_better(self) -> bool:
        return self.coverage is None

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One confidence per query that has one, positive where the query can be answered."""
        for asked in run.asked:
            value = confidence(asked)
            if value is not None:
                yield replace(query_score(self.name, asked, value, None, None), positive=asked.gold.answerable)


def confidence(asked: Asked) -> float | None:
    """The strategy's confidence that the evidence is in what it recalled; None where it does not abstain.

    Raises:
        ValueError: It is no finite number, so it cannot be ordered.
    """
    if asked.confidence is not None and not isfinite(asked.confidence):
        raise ValueError(f"query {asked.query}: confidence is {asked.confidence}; it must be finite, or None")
    return asked.confidence
