"""The dashboard of a memory's health: what a run's files say of every session, and when which alarm first rose."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pyarrow.parquet as pq

from memlab.events import UserId
from memlab.results import Result, ResultError

COLUMNS = {
    "total": "memories_held",
    "added": "memories_added_7d",
    "accessed": "memories_accessed_7d",
    "stale_share": "store_stale_share",
    "archived": "memories_archived",
    "churn": "memories_churn",
    "active_bytes": "active_bytes",
    "archived_bytes": "archived_bytes",
}
ALARMS = ("growth without access", "stale share rising", "churn spike", "slow recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One user's memory at the end of one session; None for what is not known.

    Attributes:
        total: Memories that it could still say.
        added, accessed: Of these, in the last 7 days (`memlab.metrics.health`).
        recall_ms: The mean over the session's questions, measured, outside every identity.
    """

    session: int
    total: float | None = None
    added: float | None = None
    accessed: float | None = None
    stale_share: float | None = None
    archived: float | None = None
    churn: float | None = None
    active_bytes: float | None = None
    archived_bytes: float | None = None
    recall_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When an alarm rises; the numbers are those of `configs/health/alarms.yaml`, which says what each is.

    Raises:
        ValueError: A window is no whole number of at least 1, or a number is below 0.
    """

    window: int
    growth: float
    accessed_share: float
    stale_rise: float
    stale_least: float
    churn_times: float
    churn_least: float
    recall_ms: float

    def __post_init__(self) -> None:
        if isinstance(self.window, bool) or not isinstance(self.window, int) or self.window < 1:
            raise ValueError(f"health: window is {self.window!r}; it must be a whole number of at least 1")
        for name in (
            "growth",
            "accessed_share",
            "stale_rise",
            "stale_least",
            "churn_times",
            "churn_least",
            "recall_ms",
        ):
            if getattr(self, name) < 0:
                raise ValueError(f"health: {name} is {getattr(self, name)!r}; it must be 0 or more")


def days(result: Result) -> dict[UserId, list[Day]]:
    """Every user's sessions in order, from a run's scores and timings.

    Raises:
        ResultError: The run's scores know nothing of sessions.
    """
    found: dict[tuple[UserId, int], dict[str, float]] = defaultdict(dict)
    for column, metric in COLUMNS.items():
        for row in result.rows(metric):
            found[row["user"], row["session"]][column] = row["value"]
    if not found:
        raise ResultError(f"{result.folder} says nothing of sessions' ends; run it again, and it is scored anew")
    spent: dict[tuple[UserId, int], list[float]] = defaultdict(list)
    wanted = [("what", "==", "recall")]
    for row in pq.read_table(result.folder / "timings.parquet", filters=wanted).to_pylist():
        spent[row["user"], row["session"]].append(1000 * row["seconds"])
    by_user: dict[UserId, list[Day]] = defaultdict(list)
    for key, values in sorted(found.items()):
        if key in spent:
            values["recall_ms"] = sum(spent[key]) / len(spent[key])
        by_user[key[0]].append(Day(session=key[1], **values))
    return dict(by_user)


def alarms(own: Sequence[Day], thresholds: Thresholds) -> dict[str, int]:
    """Which alarms rose in one user's sessions, each with the session at which it first did.

    >>> limits = Thresholds(window=1, growth=2, accessed_share=0.1, stale_rise=0.1, stale_least=0.2, churn_times=3,
    ...     churn_least=0.5, recall_ms=9)
    >>> alarms([Day(session=0, total=4, accessed=1), Day(session=1, total=20, accessed=1)], limits)
    {'growth without access': 1}
    """
    first: dict[str, int] = {}
    for place, day in enumerate(own):
        before = own[place - thresholds.window] if place >= thresholds.window else None
        lately = [one.churn for one in own[max(0, place - thresholds.window) : place] if one.churn is not None]
        rose = (
            before is not None and _grows_unread(before, day, thresholds),
            before is not None and _turns_stale(before, day, thresholds),
            len(lately) >= thresholds.window and _spikes(lately, day, thresholds),
            day.recall_ms is not None and day.recall_ms > thresholds.recall_ms,
        )
        for name, risen in zip(ALARMS, rose, strict=True):
            if risen:
                first.setdefault(name, day.session)
    return first


def _grows_unread(before: Day, day: Day, thresholds: Thresholds) -> bool:
    if not before.total or not day.total or day.accessed is None:
        return False
    return day.total >= thresholds.growth * before.total and day.accessed < thresholds.accessed_share * day.total


def _turns_stale(before: Day, day: Day, thresholds: Thresholds) -> bool:
    if before.stale_share is None or day.stale_share is None:
        return False
    return day.stale_share >= max(before.stale_share + thresholds.stale_rise, thresholds.stale_least)


def _spikes(lately: Sequence[float], day: Day, thresholds: Thresholds) -> bool:
    return day.churn is not None and day.churn >= max(thresholds.churn_times * median(lately), thresholds.churn_least)
