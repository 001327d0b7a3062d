"""`memories_held`: how much a strategy keeps, session by session: the guide's memory growth."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score
from memlab.metrics.frames import RunFrames


@dataclass(frozen=True)
class MemoriesHeld:
    """Number of memories that the strategy could still say at a session's end."""

    unit = "memories"
    higher_is_better = None
    per = "session"
    summary = "mean"
    name = "memories_held"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One count per session end."""
        for held in run.held:
            yield Score(user=held.life.user, name=self.name, value=float(len(held.ids)), session=held.session)
