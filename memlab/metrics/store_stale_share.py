"""`store_stale_share`: how much of what a strategy holds as current is out of date."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score
from memlab.metrics.frames import Held, RunFrames


@dataclass(frozen=True)
class StoreStaleShare:
    """Of the memories without `valid_to` at a session's end, the share whose newest source is superseded by then.

    Judged where something is held and the source marks superseded turns.
    """

    unit = "share"
    higher_is_better = False
    per = "session"
    summary = "mean"
    name = "store_stale_share"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per session end."""
        for held in run.held:
            if any(turn.superseded_by for turn in held.life.turns.values()):
                value = store_stale_share(held)
                if value is not None:
                    yield Score(user=held.life.user, name=self.name, value=value, session=held.session)


def store_stale_share(held: Held) -> float | None:
    """The share of superseded memories among those held to be current; None where none is held."""
    turns = held.life.turns
    newest = [
        max((turns[id] for id in sources if id in turns), key=lambda turn: turn.position, default=None)
        for sources, valid_to in zip(held.sources, held.valid_tos, strict=True)
        if valid_to is None
    ]
    known = [turn for turn in newest if turn is not None]
    newer = [turns[turn.superseded_by] for turn in known if turn.superseded_by in turns]
    return sum(turn.position < held.position for turn in newer) / len(known) if known else None
