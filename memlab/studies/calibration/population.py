"""Users without number, whose scores are as clustered, as unequal and as skewed as measured ones, and studies of them.

A study draws users, how many questions each answers, and what each user's scores add up to; no question is drawn alone,
so that thousands of studies cost a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from memlab.stats.draws import Floats

GRID = 20_000  # quantiles from which the mean over all users is found
EDGE = 0.8  # of the way to 0 or 1 that the means of kinds lie about theirs


class Drawn(NamedTuple):
    """Studies: what each user's scores add up to and over how many questions, both of shape (studies, users).

    Of questions of several kinds (`draw_kinds`) there is one more axis, the kinds.
    """

    totals: Floats
    counts: Floats


@dataclass(frozen=True, slots=True)
class Shape:
    """How users differ, as measured on a data set.

    Attributes:
        icc: The correlation of two questions of one user: the users' share of the variance.
        skew: Of what users have in common, above 0 where some users are far above the others.
        questions: Per user, on average.
        unequal: Their standard deviation over their mean.
        disagree: The share of questions on which two strategies differ, taken as right against wrong.
        paired_icc: As `icc`, of the difference of two strategies; `paired_skew` likewise.
        kinds: The share of questions that are of each kind.
    """

    icc: float
    skew: float
    questions: float
    unequal: float
    disagree: float
    paired_icc: float
    paired_skew: float
    kinds: tuple[float, ...] = (1.0,)

    @classmethod
    def read(cls, node: Mapping[str, Any]) -> "Shape":
        """From a yaml."""
        numbers = {name: float(node[name]) for name in cls.__slots__ if name != "kinds"}
        return cls(**numbers, kinds=tuple(float(share) for share in node["kinds"]))

    def times(self, factor: float) -> "Shape":
        """The same with clustering, inequality and skew multiplied; correlations stay under .9."""
        return replace(
            self,
            icc=min(0.9, factor * self.icc),
            skew=factor * self.skew,
            unequal=factor * self.unequal,
            paired_icc=min(0.9, factor * self.paired_icc),
            paired_skew=factor * self.paired_skew,
        )


def draw_shares(shape: Shape, mean: float, studies: int, users: int, generator: np.random.Generator) -> Drawn:
    """Studies of questions that are answered right or wrong, users alike as the shape says; `mean` is the truth."""
    spread = float(np.sqrt(shape.icc * mean * (1 - mean)))
    counts = _questions(shape, studies, users, generator)
    right = _own(mean, spread, shape.skew, 0.0, 1.0, generator.random((studies, users)))
    return Drawn(generator.binomial(counts, right).astype(float), counts.astype(float))


def draw_kinds(shape: Shape, mean: float, studies: int, users: int, generator: np.random.Generator) -> Drawn:
    """Studies of questions of several kinds, each with a mean of its own; `mean`, that of the kinds, is the truth.

    Kinds' means lie evenly about it, the commonest kind the easiest. Users who are good at one kind are good at all,
    and are asked as many questions of each as its share is, what is left over by chance.
    """
    reach = EDGE * min(mean, 1 - mean)
    means = np.linspace(mean + reach, mean - reach, len(shape.kinds)) if len(shape.kinds) > 1 else [mean]
    asked = _questions(shape, studies, users, generator)
    shares = np.array(shape.kinds) / sum(shape.kinds)
    wanted = asked[..., None] * shares + 1e-9
    whole = np.floor(wanted)
    left = asked - whole.sum(axis=-1).astype(int)
    chances = np.where(left[..., None] > 0, wanted - whole, shares)
    counts = whole.astype(int) + generator.multinomial(left, chances / chances.sum(axis=-1, keepdims=True))
    uniform = generator.random((studies, users))
    right = [_own(one, float(np.sqrt(shape.icc * one * (1 - one))), shape.skew, 0.0, 1.0, uniform) for one in means]
    return Drawn(generator.binomial(counts, np.stack(right, axis=-1)).astype(float), counts.astype(float))


def draw_differences(shape: Shape, mean: float, studies: int, users: int, generator: np.random.Generator) -> Drawn:
    """Studies of the paired difference of two strategies, which differ on some questions only; `mean` is the truth."""
    counts = _questions(shape, studies, users, generator)
    uniform = generator.random((studies, users))
    own = _own(mean, paired_spread(shape), shape.paired_skew, -shape.disagree, shape.disagree, uniform)
    differing = generator.binomial(counts, shape.disagree)
    better = generator.binomial(differing, (1 + own / shape.disagree) / 2)
    return Drawn(np.asarray(2.0 * better - differing, float), counts.astype(float))


def paired_spread(shape: Shape) -> float:
    """The standard deviation over users of their own true difference."""
    return float(np.sqrt(shape.paired_icc * shape.disagree))


def _questions(shape: Shape, studies: int, users: int, generator: np.random.Generator) -> np.ndarray:
    if shape.unequal <= 0:
        return np.full((studies, users), round(shape.questions))
    k = 1 / shape.unequal**2
    drawn = generator.gamma(k, shape.questions / k, (studies, users))
    return np.maximum(1, np.rint(drawn)).astype(int)


def _own(mean: float, spread: float, skew: float, least: float, most: float, uniform: Floats) -> Floats:
    """What users have of their own, with this mean over users without number and, up to the bounds, this spread."""
    if spread <= 0:
        return np.full(uniform.shape, mean)
    centre = _centre(mean, spread, skew, least, most)
    table = _quantiles(round(skew, 9))
    return np.clip(centre + spread * np.interp(uniform, _places(), table), least, most)


@lru_cache(maxsize=10_000)
def _centre(mean: float, spread: float, skew: float, least: float, most: float) -> float:
    """Where users are centred so that, cut at the bounds, their mean is the one wanted."""
    from scipy import optimize

    table = _quantiles(round(skew, 9))

    def off(centre: float) -> float:
        own = np.clip(centre + spread * table, least, most)
        return float((own[1:] + own[:-1]).mean() / 2) - mean

    reach = 20 * spread + (most - least)
    return float(optimize.brentq(off, mean - reach, mean + reach, xtol=1e-12))


@lru_cache(maxsize=64)
def _quantiles(skew: float) -> Floats:
    """Of a distribution with mean 0, variance 1 and this skew: a shifted gamma (Pearson's type III), normal for 0."""
    from scipy import stats

    return stats.pearson3(skew).ppf(_places())


@lru_cache(maxsize=1)
def _places() -> Floats:
    return (np.arange(GRID) + 0.5) / GRID
