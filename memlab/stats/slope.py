"""How a score changes with a covariate, with an interval over users."""

from collections.abc import Sequence

import numpy as np

from memlab.stats.mean import Mean


def clustered_slope(x: Sequence[float], y: Sequence[float], users: Sequence[str], confidence: float = 0.95) -> Mean:
    """The least-squares slope of y on x with a t interval from the users' summed scores (Liang & Zeger, 1986).

    Args:
        x: The covariate, not constant; `y` the score, `users` whose they are.
        confidence: Of the interval, between 0 and 1.

    Raises:
        ValueError: x does not vary, so there is no slope.

    >>> s = clustered_slope([0, 1, 0, 1], [0, 2, 0, 2], ["a", "a", "b", "b"])
    >>> s.mean, s.low, s.high
    (2.0, 2.0, 2.0)
    """
    from scipy import stats

    u, v = np.asarray(x, float), np.asarray(y, float)
    centred = u - u.mean()
    spread = float(centred @ centred)
    if not spread > 0:
        raise ValueError("a slope needs a covariate that varies")
    slope = float(centred @ v) / spread
    names, which = np.unique(np.asarray(users, dtype=object), return_inverse=True)
    g = len(names)
    if g < 2:
        return Mean(slope, None, None, len(u), g)
    residuals = v - v.mean() - slope * centred
    totals = np.bincount(which, weights=centred * residuals, minlength=g)
    reach = float(stats.t.ppf(0.5 + confidence / 2, g - 1) * np.sqrt(g / (g - 1) * np.sum(totals**2)) / spread)
    return Mean(slope, slope - reach, slope + reach, len(u), g)
