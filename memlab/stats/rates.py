"""The interval of a share, also of a rare one, such as 2 % of what is recalled that was forbidden, over users."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from memlab.stats import ROUNDING
from memlab.stats.draws import Floats
from memlab.stats.mean import Mean, clustered_mean

EDGE = 0.05  # as near to 0 or 1 as this a share counts as rare


def share_mean(
    values: Sequence[float], users: Sequence[str], confidence: float = 0.95, strata: Sequence[str] | None = None
) -> Mean:
    """The micro mean of shares: `clustered_mean`, but `rare_share` within .05 of 0 or 1 and where users show no spread.

    Users who all show the same tell little of others: twenty without a miss may have .168 of them.

    Args:
        values: Shares, at least one; `users` whose each is, `strata` as for `clustered_mean`; a rare share has none.

    Raises:
        ValueError: As `clustered_mean`, and for a rare share with a value that is no share.

    >>> round(share_mean([1.0] * 60, [f"user {n % 20}" for n in range(60)]).low, 3)
    0.832
    """
    found = clustered_mean(values, users, confidence, strata)
    is_rare = min(found.mean, 1 - found.mean) < EDGE or (found.error is not None and found.error <= ROUNDING)
    return rare_share(values, users, confidence) if is_rare else found.within(0.0, 1.0)


def rare_share(values: Sequence[float], users: Sequence[str], confidence: float = 0.95) -> Mean:
    """The micro mean of shares from 0 to 1, with an interval that holds near 0 and near 1 too.

    Clopper and Pearson's (1934) interval of the number of independent questions that would be as precise as these users
    are, fewer where users differ (Korn & Graubard, 1998); and where the interval of `clustered_mean`
    reaches further, up to that. A share of exactly 0 or 1 shows nothing of how users differ: then each user counts as
    one question, which is the least that they can tell. Which intervals hold, and which do not, is measured:
    docs/statistics.md.

    Args:
        values: Shares, at least one; `users` whose each is.
        confidence: Of the interval, between 0 and 1.

    Raises:
        ValueError: As `clustered_mean`, and for a value that is no share.

    >>> found = rare_share([0.0] * 60, [f"user {n % 20}" for n in range(60)])
    >>> found.mean, found.low, round(found.high, 3)
    (0.0, 0.0, 0.168)
    """
    if any(not 0 <= value <= 1 for value in values):
        raise ValueError(f"a share is from 0 to 1; got {min(values)} to {max(values)}")
    plain = clustered_mean(values, users, confidence)
    if plain.low is None or plain.high is None or plain.error is None or plain.freedom is None:
        return plain
    n, g = np.array(float(plain.n)), np.array(float(plain.users))
    mean, variance, freedom = np.array(plain.mean), np.array(plain.error**2), np.array(plain.freedom)
    low, high = korn_graubard(mean, variance, freedom, n, g, confidence)
    return replace(plain, low=max(0.0, min(plain.low, float(low))), high=min(1.0, max(plain.high, float(high))))


def korn_graubard(
    mean: Floats, variance: Floats, freedom: Floats, n: Floats, users: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Clopper and Pearson's interval on the effective number of questions, of studies of any shape.

    Args:
        mean: Shares; `variance` theirs, with its degrees of `freedom`.
        n: Questions; `users` how many they are of.
    """
    from scipy import stats

    tail, known = (1 - confidence) / 2, variance > ROUNDING**2
    effective = np.where(known, mean * (1 - mean) / np.where(known, variance, 1.0), users)
    worth = (stats.t.ppf(1 - tail, np.maximum(n - 1, 1)) / stats.t.ppf(1 - tail, freedom)) ** 2
    effective = np.minimum(np.where(known, effective * worth, users), n)
    came = effective * mean
    with np.errstate(invalid="ignore"):
        low = np.where(came > 0, stats.beta.ppf(tail, came, effective - came + 1), 0.0)
        high = np.where(came < effective, stats.beta.ppf(1 - tail, came + 1, effective - came), 1.0)
    return low, high
