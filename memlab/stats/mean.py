"""The micro mean with an interval that knows its observations come in users, and users in strata."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from memlab.stats.totals import Spread, skewed_ends, spread_of_total


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over observations of several users; low and high are None under two users.

    Attributes:
        error: The standard error, None where no interval is known or where it is no t interval.
        freedom: The degrees of freedom of the t interval.
    """

    mean: float
    low: float | None
    high: float | None
    n: int
    users: int
    error: float | None = None
    freedom: float | None = None

    @property
    def longer(self) -> float:
        """How many times as long as Student's 95 % interval it is, for users who are far out; 1 where it has none."""
        from scipy import stats

        if self.low is None or self.high is None or not self.error or not self.freedom:
            return 1.0
        return max(1.0, (self.high - self.low) / (2 * self.error * float(stats.t.ppf(0.975, self.freedom))))

    def within(self, least: float, most: float) -> "Mean":
        """The same mean, its interval cut where no mean of such values can be, which costs no coverage.

        >>> clustered_mean([0, 0, 1, 1], ["a", "a", "b", "b"]).within(0, 1)
        Mean(mean=0.5, low=0, high=1, n=4, users=2, error=0.5, freedom=1.0)
        """
        if self.low is None or self.high is None:
            return self
        return replace(self, low=max(least, self.low), high=min(most, self.high))


def clustered_mean(
    values: Sequence[float], users: Sequence[str], confidence: float = 0.95, strata: Sequence[str] | None = None
) -> Mean:
    """The mean of all values with a t interval on linearised user totals, longer where users are far out.

    The variance of the ratio of totals is that of the users' summed residuals (Cochran, 1977, ch. 11), adjusted and
    with Satterthwaite's degrees of freedom (CR2), and where users' totals are skewed the interval is longer at one end:
    see `memlab.stats.totals`. Users who are not skewed and have equally many observations give the t interval of their
    means. Clustered values give a wider interval than independent ones would.

    In strata, residuals are from the stratum's own mean, since which data set a user comes from is no accident; the
    variances add up, and their degrees of freedom as Satterthwaite (1946) has it. A stratum of one user shows no spread
    of its own: it is taken to be what the other strata show, in proportion to the squares of the users' numbers of
    observations. Where every stratum has one user only there is no interval.

    Args:
        values: Observations, at least one.
        users: The user of each observation.
        confidence: Of the interval, between 0 and 1.
        strata: The stratum of each observation, as the source that its user was drawn from; a user is in one only.

    Raises:
        ValueError: There are no values, or as many users or strata are not named.

    >>> m = clustered_mean([0, 0, 1, 1], ["a", "a", "b", "b"])
    >>> m.mean, m.n, m.users, round(m.high - m.mean, 2)
    (0.5, 4, 2, 6.35)
    """

    if len(values) == 0 or len(values) != len(users):
        raise ValueError(f"a mean needs at least one value and a user for each; got {len(values)} and {len(users)}")
    if strata is not None and len(strata) != len(values):
        raise ValueError(f"a stratified mean needs a stratum for each value; got {len(values)} and {len(strata)}")
    x = np.asarray(values, float)
    names, which = np.unique(np.asarray(users, dtype=object), return_inverse=True)
    mean, g = float(x.mean()), len(names)
    if g < 2:
        return Mean(mean, None, None, len(x), g)
    found = _spread(x, which, strata)
    if found is None:
        return Mean(mean, None, None, len(x), g)
    error, freedom = float(np.sqrt(found.variance)) / len(x), float(found.freedom)
    below, above = skewed_ends(error, freedom, found.squares, found.cubes, confidence)
    return Mean(mean, mean - float(below), mean + float(above), len(x), g, error, freedom)


def _spread(x: npt.NDArray[np.float64], which: npt.NDArray, strata: Sequence[str] | None) -> Spread | None:
    """How unsure the total is, over all strata; None where none of them shows any spread of users."""
    stratum = np.asarray(["all"] * len(x) if strata is None else strata, dtype=object)
    parts, sizes, alone = [], 0.0, 0.0
    for name in sorted(set(stratum)):
        inside = stratum == name
        _, users = np.unique(which[inside], return_inverse=True)
        counts = np.bincount(users).astype(float)
        if len(counts) == 1:
            alone += float(counts[0]) ** 2
            continue
        totals = np.asarray(np.bincount(users, weights=x[inside] - x[inside].mean()), float)
        parts.append(spread_of_total(totals, counts))
        sizes += float(np.sum(counts**2))
    if not parts:
        return None
    variance, _, squares, cubes = np.sum(parts, axis=0)
    spread = sum(part.variance**2 / part.freedom for part in parts)
    freedom = variance**2 / spread if spread > 0 else sum(part.freedom for part in parts)
    return Spread(variance * (1 + alone / sizes), np.asarray(freedom), squares, cubes)
