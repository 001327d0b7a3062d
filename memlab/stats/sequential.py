"""Looking at an experiment while it runs: p-values and intervals that hold at every look, however many there are.

The mixture sequential probability ratio test (Robbins, 1970), as Johari, Koomen, Pekelis & Walsh (2017, 2022) use it
for A/B experiments: under no difference the likelihood ratio against effects that are mixed over a normal distribution
is a martingale with mean 1, so by Ville's inequality it ever exceeds 1/.05 in at most 5 % of experiments.

It takes the standard error for known, so it holds for dozens of users in each arm and not for a handful; and estimates
must gather information as they grow, as means over users do who are all seen session by session, or who come one after
another. `memlab run experiment=ab` shows both.
"""

import numpy as np

from memlab.stats import ROUNDING
from memlab.stats.draws import Floats


def always_valid_p(difference: Floats, error: Floats, mixture: Floats | float) -> Floats:
    """The smallest p so far at each look: whoever stops when it falls to .05 errs in at most 5 %.

    Args:
        difference: Estimates, the looks along the last axis; `error` their standard errors.
        mixture: The standard deviation of the effects that are mixed over, above 0, in units of the difference. Any
            holds the level; the test is quickest at effects of about that size.

    Returns:
        Of the same shape; looks that tell nothing (no error known, or none at all) leave it as it is.

    >>> always_valid_p(np.array([0.1, 0.3]), np.array([0.1, 0.1]), 0.2).round(4).tolist()
    [1.0, 0.0611]
    """
    variance, told = _told(difference, error)
    wide = variance + np.square(mixture)
    ratio = 0.5 * np.log(variance / wide) + np.square(difference) * np.square(mixture) / (2 * variance * wide)
    p = np.where(told, np.exp(-np.where(told, ratio, 0.0)), 1.0)
    return np.minimum(1.0, np.minimum.accumulate(p, axis=-1))


def confidence_sequence(
    difference: Floats, error: Floats, mixture: Floats | float, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """An interval at each look, all of which together hold the true difference in at least `confidence` of experiments.

    Args:
        difference: As in `always_valid_p`; `error` and `mixture` likewise.

    Returns:
        The low ends and the high ends; infinite at looks that tell nothing.

    >>> low, high = confidence_sequence(np.array([0.3]), np.array([0.1]), 0.2)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([-0.008], [0.608])
    """
    variance, told = _told(difference, error)
    wide = variance + np.square(mixture)
    reach = np.sqrt(variance * wide / np.square(mixture) * (np.log(wide / variance) - 2 * np.log(1 - confidence)))
    reach = np.where(told, reach, np.inf)
    centre = np.where(told, difference, 0.0)
    return centre - reach, centre + reach


def tightest_mixture(error: Floats | float, confidence: float = 0.95) -> Floats:
    """The mixture's standard deviation under which the interval is shortest where the standard error is `error`.

    With x for 1 plus its square over the error's, x - log x = 1 - 2 log(1 - confidence) (Waudby-Smith, Arbour, Sinha,
    Kennedy & Ramdas, 2021, appendix B). It may depend on the spread of users, never on their difference.

    >>> round(float(tightest_mixture(0.1)), 3)
    0.287
    """
    from scipy.special import lambertw

    squared = -lambertw(-np.square(1 - confidence) / np.e, -1).real - 1
    return np.asarray(error, float) * np.sqrt(squared)


def first_mixture(error: Floats, confidence: float = 0.95) -> Floats:
    """`tightest_mixture` at the first look that tells anything, with the looks along the last axis, kept as one.

    Looks are few errors of each other apart in size, so an interval that is shortest at the first is little longer than
    it could be at the last: by 7 % where the error has become a third.

    >>> first_mixture(np.array([[np.nan, 0.1, 0.05]])).round(3).tolist()
    [[0.287]]
    """
    _, told = _told(error, error)
    first = np.take_along_axis(error, np.expand_dims(told.argmax(axis=-1), -1), axis=-1)
    return tightest_mixture(np.where(told.any(axis=-1, keepdims=True), first, 1.0), confidence)


def _told(difference: Floats, error: Floats) -> tuple[Floats, np.ndarray]:
    """The variances, and which looks tell anything; where not, a variance that harms no logarithm."""
    told = np.isfinite(difference) & np.isfinite(error) & (error > ROUNDING)
    return np.where(told, np.square(error), 1.0), told
