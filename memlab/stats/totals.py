"""How unsure a mean is whose observations come in users, from what each user's add up to.

Every function takes arrays whose last axis is users: one study and thousands of drawn studies pass the same code.
"""

from typing import NamedTuple

import numpy as np

from memlab.stats.draws import Floats

RHO = 1.0
STRAIGHT = 1e-6  # a skew that changes no printed digit
FLAT = 0.9  # of the way from Student's quantile to where Hall's cubic has no slope


class Spread(NamedTuple):
    """How unsure a total over users is, each part of the leading shape.

    Attributes:
        freedom: The degrees of freedom of the variance.
        squares: Of the users' residual totals, added up; `cubes` likewise. They tell how skewed the total is.
    """

    variance: Floats
    freedom: Floats
    squares: Floats
    cubes: Floats


def spread_of_total(totals: Floats, counts: Floats, rho: float | Floats = RHO) -> Spread:
    """The variance of the residuals' total, corrected for what the mean has fitted (CR2), with Satterthwaite's freedom.

    A user's residual total is U - n M, with M the mean over all observations. Since M has fitted it, it is too small
    on average, most of all for the user with most observations; CR2 divides its square by the share that is left under
    a working model (Bell & McCaffrey, 2002; Pustejovsky & Tipton, 2018, with weights all 1 and the mean for the only
    coefficient). The sum of squares of these totals is a quadratic form in the users' totals; its mean and variance
    under the working model give the degrees of freedom. Users with equally many observations give users - 1 and the
    variance of their means whatever the working model.

    Args:
        totals: What each user's values add up to, shape (..., users); at least two users with observations.
        counts: How many observations each has, of the same shape or one that broadcasts to it.
        rho: The working model's correlation of two observations of one user, 0 to 1. Of 0 and 1 the second covers
            better where users differ in how many observations they have (docs/statistics.md).

    >>> found = spread_of_total(np.array([0.0, 2.0]), np.array([2.0, 2.0]))
    >>> float(found.variance), float(found.freedom)
    (4.0, 1.0)
    """
    n = counts.sum(axis=-1, keepdims=True)
    p = counts / n
    d = counts * (1 + np.maximum(counts - 1, 0) * rho)  # the variance of a user's total under the working model
    s = d.sum(axis=-1, keepdims=True)
    left = d - 2 * p * d + s * p**2  # what is left of it after fitting the mean
    c = np.divide(d, left, out=np.ones_like(left), where=left > 0)
    residuals = totals - p * totals.sum(axis=-1, keepdims=True)
    squares = residuals**2
    freedom = _freedom(c, d, p, s)
    return Spread((c * squares).sum(axis=-1), freedom, squares.sum(axis=-1), (squares * residuals).sum(axis=-1))


def skewed_ends(
    error: Floats | float, freedom: Floats | float, squares: Floats | float, cubes: Floats | float, confidence: float
) -> tuple[Floats, Floats]:
    """How far below and above a mean its interval ends: Student's quantiles, and further where users are far out.

    Where some users are far above the others, the mean and its standard error go together, and a symmetric interval
    misses on one side. Hall's (1992) monotone cubic takes the skew out of the studentised mean; Student's quantile put
    back through it gives the longer end, the other stays Student's. The skew is cut where the cubic runs flat, so no
    end is more than 1.8 times as long. A plain t interval covers .92 at 20 users as skewed as BEAM's where the mean is
    .1, and .88 where they are twice as skewed; this one .96 and .95 (docs/statistics.md).

    Args:
        error: The standard error of the mean, and its degrees of freedom.
        squares: As `spread_of_total` gives them; `cubes` likewise.
        confidence: Between 0 and 1.

    >>> low, high = skewed_ends(1.0, 9, squares=10.0, cubes=0.0, confidence=0.95)
    >>> round(float(low), 3), round(float(high), 3)
    (2.262, 2.262)
    """
    from scipy import stats

    quantile = np.asarray(stats.t.ppf(0.5 + confidence / 2, freedom))
    known = np.asarray(squares) > 0
    skew = np.where(known, cubes / np.where(known, squares, 1.0) ** 1.5, 0.0)  # of the total: users' over their root
    most = 3 * (np.sqrt(quantile**2 + 2 * FLAT / 3) - quantile)  # where 1 - skew (quantile + skew / 6) is 1 - FLAT
    skew = np.clip(skew, -most, most)
    below, above = _turned(quantile, skew), -_turned(-quantile, skew)
    return error * np.maximum(below, quantile), error * np.maximum(above, quantile)


def _turned(quantile: Floats, skew: Floats) -> Floats:
    """Where Hall's cubic, t + skew t²/3 + skew² t³/27 + skew/6, has the value of a quantile."""
    some = np.abs(skew) > STRAIGHT
    safe = np.where(some, skew, 1.0)
    return np.where(some, 3 / safe * (np.cbrt(1 + safe * (quantile - safe / 6)) - 1), quantile)


def _freedom(c: Floats, d: Floats, p: Floats, s: Floats) -> Floats:
    """2 E²/Var of the quadratic form T'CT where T = (I - p 1')U and Var U = diag(d): tr(CM)²/tr(CMCM), M = Var T."""
    low_rank = -2 * p * d + s * p**2  # the diagonal of M - diag(d)
    total = s[..., 0]
    a, b, e = ((c * x).sum(axis=-1) for x in (p**2, p * d, d**2))
    squares = (c**2 * (d**2 + 2 * d * low_rank)).sum(axis=-1)
    squares = squares + 2 * a * e + total**2 * a**2 + 2 * b**2 - 4 * total * a * b
    return ((c * (d + low_rank)).sum(axis=-1)) ** 2 / squares
