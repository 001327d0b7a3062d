"""Intervals of the micro mean from users drawn again: studentised, and plain percentiles to set beside it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from memlab.seeds import derive
from memlab.stats.draws import Floats
from memlab.stats.mean import Mean, clustered_mean

DRAWS = 1_999
NOTHING = 1e-24  # a variance that is rounding


def bootstrap_t_mean(
    values: Sequence[float],
    users: Sequence[str],
    *,
    name: str,
    confidence: float = 0.95,
    strata: Sequence[str] | None = None,
) -> Mean:
    """The micro mean as `clustered_mean` has it, with a bootstrap-t interval over users.

    Users are drawn again with all their observations, each stratum by itself; in each resample the mean's distance from
    the mean of all is divided by the resample's own standard error, and the quantiles of these quotients take the place
    of Student's (Efron, 1979; Hall, 1988). It follows skew, and is unsteady where users are few: the figures that were
    measured are in `docs/statistics.md`. A user alone in a stratum is in every resample.

    Args:
        values: Observations, at least one; `users` whose each is, `strata` where that user comes from.
        name: Of the figure: it seeds the resamples.
        confidence: Of the interval, between 0 and 1.

    Raises:
        ValueError: As `clustered_mean`.

    >>> found = bootstrap_t_mean([0.0, 0.2, 0.2, 0.6, 1.0], list("abcde"), name="share")
    >>> round(found.mean, 2), found.low < 0.1, found.high > 0.8
    (0.4, True, True)
    """
    plain = clustered_mean(values, users, confidence, strata)
    if plain.error is None:
        return plain
    x, whose = np.asarray(values, float), np.asarray(users, dtype=object)
    stratum = np.asarray(["all"] * len(x) if strata is None else strata, dtype=object)
    means: Floats = np.zeros(DRAWS)
    variances: Floats = np.zeros(DRAWS)
    for part in sorted(set(stratum)):
        own = stratum == part
        people, which = np.unique(whose[own], return_inverse=True)
        g = len(people)
        generator = np.random.default_rng(derive(0, "bootstrap-t", name, str(part)))
        weights = generator.multinomial(g, np.full(g, 1 / g), DRAWS).astype(float) if g > 1 else np.ones((DRAWS, 1))
        drawn = resampled(np.asarray(np.bincount(which, x[own]), float), np.bincount(which).astype(float), weights)
        share = own.mean()
        means += share * drawn[0]
        variances += share**2 * drawn[1]
    low, high = studentised(means - plain.mean, variances, confidence)
    if not np.isfinite(low + high):
        return replace(plain, low=plain.mean, high=plain.mean)
    return replace(plain, low=plain.mean - float(high) * plain.error, high=plain.mean - float(low) * plain.error)


def resampled(totals: Floats, counts: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The mean under each row of user weights, and the variance of that mean, shape (..., draws).

    Args:
        totals: What each user's values add up to, shape (..., users); `counts` how many they are.
        weights: How often each user is drawn, shape (draws, users).
    """
    n = counts @ weights.T
    mean = (totals @ weights.T) / n
    squares = (totals**2) @ weights.T - 2 * mean * ((totals * counts) @ weights.T) + mean**2 * ((counts**2) @ weights.T)
    g = totals.shape[-1]
    return mean, np.maximum(squares, 0) / n**2 * g / max(1, g - 1)


def studentised(away: Floats, variances: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The quantiles of distances over standard errors, along the last axis; resamples without spread are left out.

    Returns:
        Lower and upper, not finite where no resample has any spread.
    """
    known = variances > NOTHING
    quotients = np.sort(np.where(known, away / np.sqrt(np.where(known, variances, 1.0)), np.nan), axis=-1)  # NaN last
    last = known.sum(axis=-1)[..., None] - 1
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        place = np.maximum(tail * last, 0)
        low, high = (np.take_along_axis(quotients, end.astype(int), -1) for end in (np.floor(place), np.ceil(place)))
        ends.append((low + (high - low) * (place - np.floor(place)))[..., 0])
    return ends[0], ends[1]
