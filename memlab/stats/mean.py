"""The micro mean with an interval that knows its observations come in users."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over observations of several users; low and high are None under two users."""

    mean: float
    low: float | None
    high: float | None
    n: int
    users: int


def clustered_mean(values: Sequence[float], users: Sequence[str], confidence: float = 0.95) -> Mean:
    """The mean of all values with a t interval on linearised user totals.

    The variance of the ratio of totals is that of the users' summed residuals (Cochran, 1977, ch. 11), with
    users - 1 degrees of freedom. Clustered values give a wider interval than independent ones would.

    Args:
        values: Observations, at least one.
        users: The user of each observation.
        confidence: Of the interval, between 0 and 1.

    Raises:
        ValueError: There are no values, or as many users are not named.

    >>> m = clustered_mean([0, 0, 1, 1], ["a", "a", "b", "b"])
    >>> m.mean, m.n, m.users, round(m.high - m.mean, 2)
    (0.5, 4, 2, 6.35)
    """
    from scipy import stats

    if len(values) == 0 or len(values) != len(users):
        raise ValueError(f"a mean needs at least one value and a user for each; got {len(values)} and {len(users)}")
    x = np.asarray(values, float)
    names, which = np.unique(np.asarray(users, dtype=object), return_inverse=True)
    mean, g = float(x.mean()), len(names)
    if g < 2:
        return Mean(mean, None, None, len(x), g)
    totals = np.bincount(which, weights=x - mean, minlength=g)
    error = float(np.sqrt(g / (g - 1) * np.sum(totals**2)) / len(x))
    reach = float(stats.t.ppf(0.5 + confidence / 2, g - 1)) * error
    return Mean(mean, mean - reach, mean + reach, len(x), g)
