"""How one set of users orders strategies: all paired differences, and totals from which means are drawn again."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import ceil

import numpy as np

from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.draws import Floats
from memlab.stats.paired import Difference, Key, paired_difference


@dataclass(frozen=True, slots=True, eq=False)
class Ordering:
    """Strategies on the same questions.

    Attributes:
        strategies: In order of name.
        users: Who was asked; `strata` where each of them comes from.
        totals: Scores added up, shape (strategies, users); where less is better, their negatives.
        counts: Questions, shape (users,).
        differences: Of each pair of strategies, the earlier minus the later, in the order of `itertools.combinations`.
    """

    strategies: tuple[str, ...]
    users: tuple[str, ...]
    strata: tuple[str, ...]
    totals: Floats
    counts: Floats
    differences: tuple[Difference, ...]

    @property
    def signs(self) -> Floats:
        """Of each pair: 1 where the earlier is better, -1 where the later is, 0 where neither, shape (pairs,)."""
        return pair_signs(self.whole[None])[0]

    @property
    def resolved(self) -> np.ndarray:
        """Of each pair whether its verdict is better or worse, shape (pairs,)."""
        return np.array([found.verdict in ("better", "worse") for found in self.differences], bool)

    @property
    def whole(self) -> Floats:
        """The strategies' means over all questions, shape (strategies,); where less is better, their negatives."""
        return self.means(np.ones((1, len(self.users))))[0]

    @property
    def ranked(self) -> tuple[str, ...]:
        """The strategies, the best first; of equals in order of name."""
        means = dict(zip(self.strategies, self.whole, strict=True))
        return tuple(sorted(means, key=lambda name: (-round(means[name] / ROUNDING), name)))

    def means(self, weights: Floats) -> Floats:
        """The strategies' means under each row of user weights, shape (rows, strategies); NaN where nothing weighs."""
        n = weights @ self.counts
        safe = np.where(n > 0, n, np.nan)
        return (weights @ self.totals.T) / safe[:, None]


def ordering(
    scores: Mapping[str, Mapping[Key, float]],
    higher_is_better: bool = True,
    strata: Mapping[str, str] | None = None,
    users: tuple[str, ...] | None = None,
) -> Ordering:
    """Compares all pairs of strategies on the questions that every strategy was scored on.

    Costs one paired comparison for each pair: seconds for 26 strategies on 7,000 questions.

    Args:
        scores: By strategy, then by (user, query).
        higher_is_better: False turns the order round.
        strata: Of each user; None for one stratum.
        users: Whom the totals are of, in order, at least those with questions; None for these.

    Raises:
        ValueError: There are fewer than two strategies, or they share no question.
    """
    names = tuple(sorted(scores))
    if len(names) < 2:
        raise ValueError(f"an order needs at least two strategies; got {', '.join(names) or 'none'}")
    shared = sorted(set.intersection(*(set(scores[name]) for name in names)))
    if not shared:
        raise ValueError("the strategies share no scored query; compare runs on the same source and limits")
    people = users or tuple(sorted({user for user, _ in shared}))
    place = {user: n for n, user in enumerate(people)}
    whose = np.array([place[user] for user, _ in shared])
    sign = 1.0 if higher_is_better else -1.0
    totals = [sign * np.bincount(whose, [scores[name][key] for key in shared], minlength=len(people)) for name in names]
    common = {name: {key: scores[name][key] for key in shared} for name in names}
    return Ordering(
        names,
        people,
        tuple("all" if strata is None else strata[user] for user in people),
        np.array(totals),
        np.bincount(whose, minlength=len(people)).astype(float),
        tuple(paired_difference(common[a], common[b], higher_is_better, strata) for a, b in combinations(names, 2)),
    )


def pair_signs(means: Floats) -> Floats:
    """Of all pairs of columns, the sign of the earlier minus the later, shape (rows, pairs); nearly equal is 0.

    >>> pair_signs(np.array([[0.5, 0.25, 0.5]]))
    array([[ 1.,  0., -1.]])
    """
    a, b = np.triu_indices(means.shape[1], 1)
    gap = means[:, a] - means[:, b]
    return np.where(np.abs(gap) <= ROUNDING, 0.0, np.sign(gap))


def tau_b(one: Floats, other: Floats) -> Floats:
    """Kendall's tau_b (1945) of two orders given as signs of pairs, row by row; NaN where one of them is all ties.

    >>> tau_b(np.array([[1.0, 1.0, -1.0]]), np.array([[1.0, 1.0, 1.0]])).round(3)
    array([0.333])
    """
    untied = (one != 0).sum(axis=-1) * (other != 0).sum(axis=-1)
    root = np.sqrt(np.where(untied > 0, untied, np.nan))
    return (one * other).sum(axis=-1) / root


def users_needed(found: Ordering, pairs: int) -> int | None:
    """How many users would resolve so many pairs, if what is seen is so and intervals shrink with the root of users.

    Returns:
        None where fewer pairs differ at all, or nothing has an interval.
    """
    factors = sorted(
        ((d.mean.mean - (d.mean.low if d.mean.mean > 0 else d.mean.high)) / d.mean.mean) ** 2
        for d in found.differences
        if d.mean.low is not None and d.mean.high is not None and abs(d.mean.mean) > ROUNDING
    )
    if len(factors) < pairs:
        return None
    return max(MIN_USERS, ceil(factors[pairs - 1] * len(found.users)))
