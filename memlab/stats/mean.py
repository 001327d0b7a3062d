"""The micro mean with an interval that knows its observations come in users, and users in strata."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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


def clustered_mean(
    values: Sequence[float], users: Sequence[str], confidence: float = 0.95, strata: Sequence[str] | None = None
) -> Mean:
    """The mean of all values with a t interval on linearised user totals.

    The variance of the ratio of totals is that of the users' summed residuals (Cochran, 1977, ch. 11), with
    users - 1 degrees of freedom. Clustered values give a wider interval than independent ones would.

    In strata, residuals are from the stratum's own mean, since which data set a user comes from is no accident, and the
    degrees of freedom are Satterthwaite's (1946). A stratum of one user shows no spread of its own: it is taken to be
    what the other strata show, in proportion to the squares of the users' numbers of observations. Where every stratum
    has one user only there is no interval.

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
    from scipy import stats

    if len(values) == 0 or len(values) != len(users):
        raise ValueError(f"a mean needs at least one value and a user for each; got {len(values)} and {len(users)}")
    if strata is not None and len(strata) != len(values):
        raise ValueError(f"a stratified mean needs a stratum for each value; got {len(values)} and {len(strata)}")
    x = np.asarray(values, float)
    names, which = np.unique(np.asarray(users, dtype=object), return_inverse=True)
    mean, g = float(x.mean()), len(names)
    if g < 2:
        return Mean(mean, None, None, len(x), g)
    variance, freedom = _variance(x, which, strata)
    if freedom is None:
        return Mean(mean, None, None, len(x), g)
    error = float(np.sqrt(variance)) / len(x)
    reach = float(stats.t.ppf(0.5 + confidence / 2, freedom)) * error
    return Mean(mean, mean - reach, mean + reach, len(x), g, error, freedom)


def _variance(
    x: npt.NDArray[np.float64], which: npt.NDArray, strata: Sequence[str] | None
) -> tuple[float, float | None]:
    """The variance of the total and its degrees of freedom, None where no stratum shows any spread of users."""
    stratum = np.asarray(["all"] * len(x) if strata is None else strata, dtype=object)
    parts, squares, alone = [], 0, 0
    for name in sorted(set(stratum)):
        inside = stratum == name
        _, users, sizes = np.unique(which[inside], return_inverse=True, return_counts=True)
        g = len(sizes)
        if g == 1:
            alone += int(sizes[0]) ** 2
            continue
        totals = np.bincount(users, weights=x[inside] - x[inside].mean(), minlength=g)
        parts.append((g / (g - 1) * float(np.sum(totals**2)), g - 1))
        squares += int(np.sum(sizes**2))
    if not parts:
        return 0.0, None
    variance, spread = sum(part for part, _ in parts), sum(part**2 / freedom for part, freedom in parts)
    freedom = variance**2 / spread if spread > 0 else float(sum(freedom for _, freedom in parts))
    return variance * (1 + alone / squares), freedom
