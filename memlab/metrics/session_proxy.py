"""`resolved`, `turns_to_resolution`, `repeats` …: what a session of a user who reacts shows of how well it went."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score
from memlab.metrics.frames import RunFrames
from memlab.metrics.sittings import sittings

UNITS = {
    "resolved": ("share", True),
    "turns_to_resolution": ("turns", False),
    "repeats": ("turns", False),
    "corrections": ("turns", False),
    "objections": ("turns", False),
    "intrusions": ("replies", False),
    "thumbs": ("thumbs", True),
    "return_gap_days": ("days", False),
}


@dataclass(frozen=True)
class SessionProxy:
    """One number for every scheduled session that was to have a goal, as `memlab.metrics.sittings.Sitting` says.

    Judged for users who react alone. A session that the user did not hold counts as unresolved and as nothing else:
    nobody repeats or objects where nobody is.

    Args:
        proxy: Which of them; also the metric's name.
    """

    proxy: str
    per = "session"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.proxy not in UNITS:
            raise ValueError(f"metric session_proxy: proxy is {self.proxy!r}; it must be one of {list(UNITS)}")

    @property
    def name(self) -> str:
        return self.proxy

    @property
    def unit(self) -> str:  # type: ignore[override]
        return UNITS[self.proxy][0]

    @property
    def higher_is_better(self) -> bool:
        return UNITS[self.proxy][1]

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per session with a goal, where it is known."""
        for one in sittings(run):
            value = getattr(one, self.proxy)
            if value is not None:
                yield Score(user=one.user, name=self.name, value=float(value), session=one.session)
