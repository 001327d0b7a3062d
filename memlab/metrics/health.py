"""`memories_added_7d` and its kin: the guide's health of a memory, at each session's end.

Guide: health: total, added in 7 days, accessed in 7 days, stale share. The total is `memories_held`, the stale share
`store_stale_share`, bytes are `active_bytes` and `archived_bytes`.
"""

from collections.abc import Iterator, Sequence, Set
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from memlab.events import MemoryId
from memlab.metrics.base import Score, check_positive
from memlab.metrics.frames import Held, RunFrames

WHAT = ("added", "accessed", "archived", "churn")


@dataclass(frozen=True, slots=True)
class Health:
    """What became of a memory by a session's end; None where it is not known.

    Attributes:
        added: Memories that are held and were not at every session's end of the days before: they came within them. One
            that went and came back came when it came back.
        accessed: Memories that are held and that a reader was given within the days; None before the first natural
            question, since these alone leave a trace.
        archived: Memories that were held once, are no longer, and of whose sources none was erased; 0 where the store
            archives nothing, None where its size is not known.
        churn: Of the memories held now or at the session's end before, the share held at one of the two only: what
            went or came; None at the first, and where both are empty.
    """

    added: int
    accessed: int | None
    archived: int | None
    churn: float | None


@dataclass(frozen=True)
class MemoryHealth:
    """One number of a memory's health at each session's end.

    Args:
        what: `added`, `accessed`, `archived` or `churn`, as `Health` has them.
        days: That `added` and `accessed` look back on, at least 1.
    """

    what: str
    days: int
    higher_is_better = None
    per = "session"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.what not in WHAT:
            raise ValueError(f"metric health: what is {self.what!r}; it must be one of {list(WHAT)}")
        check_positive("health", "days", self.days)

    @property
    def name(self) -> str:
        return f"memories_{self.what}{f'_{self.days}d' if self.what in ('added', 'accessed') else ''}"

    @property
    def unit(self) -> str:
        return "share" if self.what == "churn" else "memories"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per session end at which it is known."""
        for end, found in _judged(run, self.days):
            value = getattr(found, self.what)
            if value is not None:
                yield Score(user=end.life.user, name=self.name, value=float(value), session=end.session)


@lru_cache(maxsize=1)  # all numbers are asked for one after the other, of the same frames
def _judged(run: RunFrames, days: int) -> list[tuple[Held, Health]]:
    users = dict.fromkeys(end.life.user for end in run.held)
    by_user = {user: [end for end in run.held if end.life.user == user] for user in users}
    return [judged for ends in by_user.values() for judged in zip(ends, health(ends, days), strict=True)]


def health(ends: Sequence[Held], days: int) -> Iterator[Health]:
    """The health of one user's memory at each session's end, in order."""
    since, came = timedelta(days=days), dict[MemoryId, datetime]()
    sources: dict[MemoryId, frozenset[str]] = {}
    before: AbstractSet[MemoryId] | None = None
    for end in ends:
        held = frozenset(end.ids)
        came = {id: came.get(id, end.at) for id in held}
        sources |= {id: frozenset(own) for id, own in zip(end.ids, end.sources, strict=True)}
        yield Health(
            added=sum(at > end.at - since for at in came.values()),
            accessed=_accessed(end, held, since),
            archived=_archived(end, {id: own for id, own in sources.items() if id not in held}),
            churn=None if before is None else churn(before, held),
        )
        before = held


def churn(before: Set[MemoryId], now: Set[MemoryId]) -> float | None:
    """The share of memories, of those at either time, that are at one of them only; None where there are none.

    This is Jaccard's distance: 0 for the same memories, 1 for others altogether.

    >>> churn({"a", "b"}, {"b", "c"}) == 2 / 3, churn({"a"}, {"a"}), churn(set(), set())
    (True, 0.0, None)
    """
    either = before | now
    return len(before ^ now) / len(either) if either else None


def _accessed(end: Held, held: AbstractSet[MemoryId], since: timedelta) -> int | None:
    reads = [read for read in end.life.read if read.position < end.position]
    lately = (read.memories for read in reads if read.at > end.at - since)
    return len(held & frozenset().union(*lately)) if reads else None


def _archived(end: Held, gone: dict[MemoryId, frozenset[str]]) -> int | None:
    if not end.archived_bytes:
        return end.archived_bytes
    erased = {turn for turn, position in end.life.erased.items() if position < end.position}
    return sum(erased.isdisjoint(own) for own in gone.values())
