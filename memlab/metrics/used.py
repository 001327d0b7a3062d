"""`used@k` and its kin: how many of the memories that the reader was given made a difference to it, and which.

Guide: retrieval relevance, the share of retrieved memories that influenced the response.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from memlab.life import Nugget
from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import covers, verdict
from memlab.metrics.uses import TOLERANCE, Use

NAMES = {
    "used": "used",
    "helpful": "helpful",
    "harmful": "harmful",
    "inert": "inert",
    "current": "used_current",
    "stale": "used_stale",
    "forbidden": "used_forbidden",
    "by_words": "used_by_words",
    "by_meaning": "used_by_meaning",
    "placebo": "used_placebo",
}
HIGHER = {"helpful": True, "current": True, "used": True, "harmful": False, "stale": False, "forbidden": False}


@dataclass(frozen=True)
class Used:
    """The share of the first k memories given to the reader that are what is asked for.

    Judged where `memlab use` has measured and the reader was given a memory; only a sample of the questions is. What
    lies beyond the reader's budget was not given to it and does not count.

    Args:
        what: `used` is `helpful` (raises the reader's balance of right over wrong options beyond what placebos do) or
            `harmful` (lowers it); `inert` is neither. `current`, `stale` and `forbidden` are used and bear out what
            holds, what no longer does, or what was not to be kept. `by_words` and `by_meaning` go by the reply alone.
            `placebo` is what is used of placebos, one in the place of each memory: the instrument's own error.
        k: Memories from the first on, at least 1.
    """

    what: str
    k: int
    unit = "share"
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.what not in NAMES:
            raise ValueError(f"metric used: what is {self.what!r}; it must be one of {list(NAMES)}")
        check_positive("used", "k", self.k)

    @property
    def name(self) -> str:
        return f"{NAMES[self.what]}@{self.k}"

    @property
    def higher_is_better(self) -> bool | None:
        return HIGHER.get(self.what)

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per question that was measured."""
        for asked in run.asked:
            found = [answer for use in asked.uses[: self.k] if (answer := TELLS[self.what](asked, use)) is not None]
            if found:
                yield query_score(self.name, asked, share(found), None, None)


def share(answers: list[bool]) -> float:
    """How many of the answers are yes.

    >>> share([True, False, False, True])
    0.5
    """
    return sum(answers) / len(answers)


def _is(wanted: str) -> Callable[[Asked, Use], bool | None]:
    return lambda asked, use: None if use.verdict is None else use.verdict == wanted


def _used(asked: Asked, use: Use) -> bool | None:
    return None if use.verdict is None else use.verdict != "inert"


def _bears_out(wanted: str) -> Callable[[Asked, Use], bool | None]:
    def tells(asked: Asked, use: Use) -> bool | None:
        used = _used(asked, use)
        return used and verdict(asked, asked.texts[use.place], asked.sources[use.place]) == wanted

    return tells


def _forbidden(asked: Asked, use: Use) -> bool | None:
    used, kept_back = _used(asked, use), Nugget(turns=asked.gold.forbidden)
    return used and covers(asked, asked.texts[use.place], asked.sources[use.place], kept_back)


def _placebo(asked: Asked, use: Use) -> bool | None:
    return None if use.impostor is None or use.bar is None else abs(use.impostor) > use.bar + TOLERANCE


TELLS: dict[str, Callable[[Asked, Use], bool | None]] = {
    "used": _used,
    "helpful": _is("helpful"),
    "harmful": _is("harmful"),
    "inert": _is("inert"),
    "current": _bears_out("current"),
    "stale": _bears_out("stale"),
    "forbidden": _forbidden,
    "by_words": lambda asked, use: use.by_words,
    "by_meaning": lambda asked, use: use.by_meaning,
    "placebo": _placebo,
}
