"""`satisfaction`: a declared sum of what a session shows, with weights that are fixed before anything is run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from memlab.metrics.base import Score
from memlab.metrics.frames import RunFrames
from memlab.metrics.sittings import Sitting, sittings

PARTS = ("resolved", "repeats", "corrections", "objections", "intrusions", "thumbs")


@dataclass(frozen=True)
class Satisfaction:
    """The weighted sum of what a session shows; 0 for a session that was not held.

    It is a convention, no measurement: what it ranks first hangs on weights that nobody has measured, so it is never
    shown without the region of weights in which its order holds (`memlab.satisfaction.sensitivity`).

    Args:
        weights: Of `resolved` (0 or 1), `repeats`, `corrections`, `objections`, `intrusions` (counts) and `thumbs` (-1
            to 1).
    """

    weights: Mapping[str, float]
    name = "satisfaction"
    unit = "points"
    higher_is_better = True
    per = "session"
    summary = "mean"

    def __post_init__(self) -> None:
        if sorted(self.weights) != sorted(PARTS):
            raise ValueError(
                f"metric satisfaction: weights are of {sorted(self.weights)}; they must be of {list(PARTS)}"
            )

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per session with a goal."""
        for one in sittings(run):
            yield Score(user=one.user, name=self.name, value=composite(one, self.weights), session=one.session)


def composite(sitting: Sitting, weights: Mapping[str, float]) -> float:
    """The weighted sum of a session's parts.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> one = Sitting("u", 3, at, True, True, 2, 1, 0, 0, 0, 1, None)
    >>> round(composite(one, {"resolved": 1, "repeats": -0.1, "thumbs": 0.1}), 3)
    1.0
    """
    return sum(weight * float(getattr(sitting, part)) for part, weight in weights.items())
