"""Which place a strategy has, and how sure that is: users drawn again, and which pairs paired tests leave open."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from memlab.seeds import derive
from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.draws import Floats, user_weights
from memlab.stats.family import LEVEL, holm
from memlab.stats.ordering import Ordering
from memlab.stats.permutation import DRAWS as FLIPS
from memlab.stats.permutation import sign_flip_p

DRAWS = 1_999


@dataclass(frozen=True, slots=True)
class Place:
    """One strategy among others.

    Attributes:
        place: 1 is best; of equals the mean of their places.
        low: The place that it takes or betters in all but 2.5 % of resamples of the users; `high` likewise.
        best: The share of resamples in which it is first; equals share it.
    """

    strategy: str
    place: float
    low: float
    high: float
    best: float


@dataclass(frozen=True, slots=True)
class Places:
    """All strategies, the best first.

    Attributes:
        open: Pairs of places (from 0) of which Holm-adjusted paired tests do not tell who is better.
        groups: First and last place of each run of neighbours no two of whom are told apart, none within another.
    """

    places: tuple[Place, ...]
    open: frozenset[tuple[int, int]]
    groups: tuple[tuple[int, int], ...]
    users: int


def places(order: Ordering, name: str) -> Places | None:
    """Each strategy's place, its 95 % interval and its chance of being first; and which pairs stay open.

    Users are drawn 1,999 times within their sources, the same ones for every strategy (`memlab.stats.draws`). It is a
    percentile interval: of places, which are whole numbers, and of strategies that are truly equal it tells less than
    it seems to. A pair is told apart where its 95 % interval leaves out 0 and its permutation p-value, after Holm over
    all pairs, is at most .05.

    Returns:
        None under 6 users: five can be drawn again in so few ways that no interval of theirs means anything.
    """
    if len(order.users) < MIN_USERS:
        return None
    drawn = order.means(user_weights(order.strata, DRAWS, derive(0, "places", name)))
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    ranked = [order.strategies.index(strategy) for strategy in order.ranked]
    seen, again = _ranks(order.whole[None])[0], _ranks(drawn)
    first = drawn >= drawn.max(axis=1, keepdims=True) - ROUNDING
    best = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    low, high = np.quantile(again, [0.025, 0.975], axis=0, method="inverted_cdf")
    found = tuple(
        Place(order.strategies[n], float(seen[n]), float(low[n]), float(high[n]), float(best[n])) for n in ranked
    )
    still = _open(order, ranked, name)
    return Places(found, still, _groups(len(ranked), still), len(order.users))


def adjusted(order: Ordering, name: str) -> list[float]:
    """Permutation p-values of all pairs after Holm, in the order of `Ordering.differences`; more pairs, more flips."""
    pairs = list(combinations(range(len(order.strategies)), 2))
    totals = np.array([order.totals[a] - order.totals[b] for a, b in pairs]).T
    flips = max(FLIPS, int(np.ceil(4 * len(pairs) / LEVEL)) - 1)  # else the least p-value there is would be too large
    return holm(np.asarray(sign_flip_p(totals, name, flips)).tolist())


def _open(order: Ordering, ranked: list[int], name: str) -> frozenset[tuple[int, int]]:
    place = {strategy: n for n, strategy in enumerate(ranked)}
    pairs = combinations(range(len(ranked)), 2)
    rows = zip(pairs, order.resolved, adjusted(order, name), strict=True)
    both = ((place[a], place[b]) for (a, b), told, p in rows if not (told and p <= LEVEL))
    return frozenset((min(pair), max(pair)) for pair in both)


def _groups(n: int, still: frozenset[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The longest runs of neighbours all of whose pairs are open, of two or more."""
    found: list[tuple[int, int]] = []
    for first in range(n):
        last = first
        while last + 1 < n and all((other, last + 1) in still for other in range(first, last + 1)):
            last += 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return tuple(found)


def _ranks(means: Floats) -> Floats:
    """Places row by row, 1 for the greatest; of nearly equal ones the mean of theirs."""
    from scipy import stats

    return stats.rankdata(-np.round(means / ROUNDING), method="average", axis=-1)
