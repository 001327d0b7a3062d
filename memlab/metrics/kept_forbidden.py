"""`kept_forbidden_share`: how much is held of what the user did not allow to be kept."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score
from memlab.metrics.frames import Held, RunFrames


@dataclass(frozen=True)
class KeptForbiddenShare:
    """Share of the turns that were not to be kept, nor erased, that some memory held at a session's end cites.

    Judged at session ends that a question follows, since with a question its source says what is forbidden. What is
    erased is left out: every strategy obeys that, and it would flatter one that ignores consent.
    """

    unit = "share"
    higher_is_better = False
    per = "session"
    summary = "mean"
    name = "kept_forbidden_share"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per session end after which something is asked and before which something forbidden was said."""
        forbidden = {(asked.life.user, asked.position): asked.gold.forbidden for asked in run.asked}
        for held in run.held:
            erased = {turn for turn, position in held.life.erased.items() if position < held.position}
            turns = forbidden.get((held.life.user, held.position), frozenset()) - erased
            if turns:
                value = len(turns & _cited(held)) / len(turns)
                yield Score(user=held.life.user, name=self.name, value=value, session=held.session)


def _cited(held: Held) -> set[str]:
    return {turn for sources in held.sources for turn in sources}
