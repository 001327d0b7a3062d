"""How large a difference is beside how much users differ in it."""

import numpy as np

from memlab.stats import ROUNDING
from memlab.stats.draws import Floats
from memlab.stats.mean import Mean


def effect_size(mean: Mean, totals: Floats, counts: Floats, confidence: float = 0.95) -> Mean | None:
    """A mean difference in standard deviations of the users' own mean differences, with an interval.

    The deviation weighs users by their questions, as the mean does; for users with equally many it is the usual one,
    and the figure Cohen's d of paired means (1988, ch. 2). The interval is that of the noncentrality of Student's t,
    turned (Steiger & Fouladi, 1997). Under 20 users the figure is too large on average: by 4 % at 20, 18 % at 6.

    Args:
        mean: The difference with its standard error and degrees of freedom.
        totals: What each user's differences add up to, shape (users,); `counts` over how many questions.
        confidence: Of the interval, between 0 and 1.

    Returns:
        None without a standard error, and where users do not differ.

    >>> from memlab.stats.mean import clustered_mean
    >>> found = effect_size(clustered_mean([1, 2, 3], ["a", "b", "c"]), np.array([1.0, 2, 3]), np.ones(3))
    >>> round(found.mean, 2), round(found.low, 2), round(found.high, 2)
    (2.0, -0.14, 4.11)
    """
    if mean.error is None or mean.freedom is None or mean.error <= ROUNDING:
        return None
    asked = counts > 0
    share = counts[asked] / counts.sum()
    own = totals[asked] / counts[asked]
    left = 1 - float(share @ share)
    spread = float(np.sqrt(share @ (own - mean.mean) ** 2 / left)) if left > ROUNDING else 0.0
    if spread <= ROUNDING:
        return None
    t, scale = abs(mean.mean) / mean.error, mean.error / spread
    ends = [_noncentrality(t, mean.freedom, tail) * scale for tail in ((1 + confidence) / 2, (1 - confidence) / 2)]
    low, high = ends if mean.mean >= 0 else (-ends[1], -ends[0])
    return Mean(mean.mean / spread, low, high, mean.n, mean.users)


def _noncentrality(t: float, freedom: float, below: float) -> float:
    """The noncentrality under which a share `below` of t statistics lies under the one that was seen, 0 or more."""
    from scipy import optimize, stats

    def short_of(away: float) -> float:
        found = float(stats.nct.cdf(t, freedom, away))
        if not np.isfinite(found):  # so far out scipy gives nothing; Johnson and Welch's (1940) normal does
            found = float(stats.norm.cdf((t * (1 - 1 / (4 * freedom)) - away) / np.sqrt(1 + t**2 / (2 * freedom))))
        return found - below

    reach = 10 + t * (1 + 8 / np.sqrt(freedom))
    return float(optimize.brentq(short_of, t - reach, t + reach))
