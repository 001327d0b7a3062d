"""How small an effect a study could have seen: what an unresolved difference leaves open."""

from functools import lru_cache

from memlab.stats import ROUNDING

POWER = 0.8


def detectable(
    error: float | None, freedom: float | None, power: float = POWER, confidence: float = 0.95
) -> float | None:
    """The smallest true effect that a study of this precision resolves with the given power.

    A two-sided t test at 1 - confidence rejects such an effect in `power` of repeated studies; found from the
    noncentral t distribution (Cohen, 1988, ch. 2). It is a property of the spread and the number of users, not of the
    difference that was seen, and as good as the standard error that it is computed from.

    Args:
        error: The standard error of the mean or difference; None where there is none.
        freedom: Its degrees of freedom, above 0.
        power: Between 1 - confidence and 1.
        confidence: Of the test, between 0 and 1.

    Returns:
        In the unit of the mean; None without an error, and where the error is nothing: users who all show the same tell
        nothing of how far others would differ.

    >>> round(detectable(error=0.01, freedom=19), 4)
    0.0295
    """
    if error is None or freedom is None or error <= ROUNDING:
        return None
    return error * _effect(freedom, power, confidence)


@lru_cache(maxsize=10_000)
def _effect(freedom: float, power: float, confidence: float) -> float:
    """In standard errors."""
    from scipy import optimize, stats

    critical = float(stats.t.ppf(0.5 + confidence / 2, freedom))

    def short_of(effect: float) -> float:  # rejecting on the wrong side is too rare to count where power is wanted
        return float(stats.nct.sf(critical, freedom, effect)) - power

    return float(optimize.brentq(short_of, 0, 2 * (critical + stats.t.ppf(power, freedom))))
