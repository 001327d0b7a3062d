"""`brier`: how far a confidence that is a probability is from what came out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memlab.metrics.abstention import confidence
from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import RunFrames


@dataclass(frozen=True)
class Brier:
    """The squared distance of `Recall.confidence` from 1 where the query can be answered, from 0 where it cannot.

    Judged are users whose confidences are probabilities: all from 0 to 1 and not all the same, so of a user with one
    query nothing is judged. Always saying one half gives .25, always saying the share p of answerable queries p(1 - p);
    being sure and right gives 0 (Brier, 1950).
    """

    unit = "squared distance"
    higher_is_better = False
    per = "query"
    summary = "mean"
    name = "brier"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query of the users whose confidences are probabilities."""
        said: dict[str, list[float | None]] = defaultdict(list)
        for asked in run.asked:
            said[asked.life.user].append(confidence(asked))
        probable = {user for user, values in said.items() if are_probabilities(values)}
        for asked in run.asked:
            value = confidence(asked)
            if value is not None and asked.life.user in probable:
                yield query_score(self.name, asked, squared_distance(value, asked.gold.answerable), None, 0.0)


def are_probabilities(values: Sequence[float | None]) -> bool:
    """Whether confidences can be read as probabilities.

    >>> are_probabilities([0.2, 0.9]), are_probabilities([0.2, 3.1]), are_probabilities([0.2, None])
    (True, False, False)
    """
    return len(set(values)) > 1 and all(value is not None and 0 <= value <= 1 for value in values)


def squared_distance(probability: float, came: bool) -> float:
    """The Brier score of one probability.

    >>> squared_distance(0.75, True), squared_distance(0.75, False)
    (0.0625, 0.5625)
    """
    return (probability - came) ** 2
