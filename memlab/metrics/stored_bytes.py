"""`active_bytes`, `archived_bytes`: what a store's records take up after compaction, session by session."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from memlab.metrics.base import Score
from memlab.metrics.frames import RunFrames


@dataclass(frozen=True)
class StoredBytes:
    """Bytes of the store's live records at a session's end: texts, ids, sources, times, metadata, vectors.

    What is archived is out of a recall's reach and kept for the owner or against an erasure; it is counted apart.
    Deterministic: page overhead, indexes and the file's free space are left out.

    Args:
        part: `active` or `archived`.
    """

    part: Literal["active", "archived"]
    unit = "bytes"
    higher_is_better = None
    per = "session"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.part not in ("active", "archived"):
            raise ValueError(f"metric stored_bytes: part is {self.part!r}; it must be 'active' or 'archived'")

    @property
    def name(self) -> str:
        return f"{self.part}_bytes"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One count per session end at which the store was measured."""
        for held in run.held:
            size = held.active_bytes if self.part == "active" else held.archived_bytes
            if size is not None:
                yield Score(user=held.life.user, name=self.name, value=float(size), session=held.session)
