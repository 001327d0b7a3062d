"""What a metric is, and the few things that several of them need."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Literal, Protocol

from memlab.events import UserId
from memlab.metrics.frames import Asked, Nuggets, RunFrames

SCORE_VERSION = 2
Level = Literal["turn", "session"]
MIN_CANDIDATES_PER_RANK = 4


@dataclass(frozen=True, slots=True)
class Score:
    """One judged number, for a query or for a session of a user.

    Attributes:
        chance: What random order would give on average; None where no closed form is known.
        attainable: What the oracle gets.
        positive: The query's class where the figure is how well values separate two classes; None for a value that
            is averaged.
    """

    user: UserId
    name: str
    value: float
    query: str | None = None
    session: int | None = None
    kind: str | None = None
    chance: float | None = None
    attainable: float | None = None
    positive: bool | None = None


class Metric(Protocol):
    """A declaration with a pure function of traces.

    Attributes:
        name: Stable, as printed: `turn_recall@10`.
        unit: What the number counts: `tokens`, `memories`; `share` only where every value is from 0 to 1,
            `difference of shares` only where it is from -1 to 1, counts from 0 on: intervals end there.
        higher_is_better: None where neither is.
        per: What gets one number: `query` or `session`.
        summary: How numbers become one: `mean`, or `separation` of two classes, and then the metric has a `coverage`
            (see `memlab.stats.separation`).
    """

    @property
    def name(self) -> str: ...

    unit: str
    higher_is_better: bool | None
    per: str
    summary: str

    def score(self, run: RunFrames) -> Iterator[Score]:
        """A number for everything that the metric judges; nothing for what it does not."""
        ...


def at_k(
    run: RunFrames,
    name: str,
    level: Level,
    k: int,
    value: Callable[[Sequence[str], Nuggets], float],
    chance: Callable[[int, Nuggets], float | None],
) -> Iterator[Score]:
    """Judges every ranking that has evidence and, among turns, at least 4k to choose from.

    Args:
        value: Of ranked sources and nuggets; of the oracle's sources it is what is attainable.
        chance: Of the number of candidates and the nuggets.
    """
    for asked in run.asked:
        nuggets, n = asked.nuggets[level], asked.candidates[level]
        if nuggets and (level == "session" or n >= MIN_CANDIDATES_PER_RANK * k):
            best = value(asked.ideal_asked.ranked[level], nuggets)
            yield query_score(name, asked, value(asked.ranked[level], nuggets), chance(n, nuggets), best)


def check_level(name: str, level: str, k: int) -> None:
    """Refuses a ranking metric that is not about turns or sessions, or whose cut-off is not positive.

    Raises:
        ValueError: The message names the metric.
    """
    if level not in ("turn", "session"):
        raise ValueError(f"metric {name}: level is {level!r}; it must be 'turn' or 'session'")
    check_positive(name, "k", k)


def check_positive(name: str, parameter: str, value: int) -> None:
    """Refuses a metric's parameter that is no whole number of at least 1.

    Raises:
        ValueError: The message names metric and parameter.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"metric {name}: {parameter} is {value!r}; it must be a whole number of at least 1")


def query_score(name: str, asked: Asked, value: float, chance: float | None, attainable: float | None) -> Score:
    """The score of one query."""
    return Score(
        user=asked.life.user,
        name=name,
        value=value,
        query=asked.query,
        session=asked.session,
        kind=asked.gold.kind,
        chance=chance,
        attainable=attainable,
    )


@lru_cache(maxsize=100_000)
def chance_of_hit(candidates: int, relevant: int, k: int) -> float:
    """The chance that a random order of candidates has a relevant one among its first k.

    >>> chance_of_hit(4, 1, 2)
    0.5
    """
    relevant = min(relevant, candidates)
    if k >= candidates:
        return float(relevant > 0)
    return 1 - comb(candidates - relevant, k) / comb(candidates, k)


@lru_cache(maxsize=100_000)
def chance_of_first(candidates: int, relevant: int, rank: int) -> float:
    """The chance that a random order of candidates has its first relevant one at a rank, counted from 1.

    >>> chance_of_first(4, 2, 1)
    0.5
    """
    relevant = min(relevant, candidates)
    if relevant == 0 or rank > candidates - relevant + 1:
        return 0.0
    return comb(candidates - rank, relevant - 1) / comb(candidates, relevant)
