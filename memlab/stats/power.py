"""How small an effect a study could have seen: what an unresolved difference leaves open."""

from functools import lru_cache

from memlab.stats import MIN_USERS, ROUNDING

POWER = 0.8
MOST_USERS = 1_000_000


def detectable(
    error: float | None, freedom: float | None, power: float = POWER, confidence: float = 0.95, longer: float = 1.0
) -> float | None:
    """The smallest true effect that a study of this precision resolves with the given power.

    An interval of that confidence leaves out 0 in `power` of repeated studies with such an effect; found from the
    noncentral t distribution (Cohen, 1988, ch. 2). It is a property of the spread and the number of users, not of the
    difference that was seen, and as good as the standard error that it is computed from.

    Args:
        error: The standard error of the mean or difference; None where there is none.
        freedom: Its degrees of freedom, above 0.
        power: Between 1 - confidence and 1.
        confidence: Of the test, between 0 and 1.
        longer: How many times as long as Student's the interval is whose leaving out 0 counts, 1 or more: users who are
            far out on one side lengthen one end (`memlab.stats.mean`), and the side of the effect is not known.

    Returns:
        In the unit of the mean; None without an error, and where the error is nothing: users who all show the same tell
        nothing of how far others would differ.

    >>> round(detectable(error=0.01, freedom=19), 4)
    0.0295
    """
    if error is None or freedom is None or error <= ROUNDING:
        return None
    return error * _effect(_steady(freedom), power, confidence, round(longer, 2))


def users_for(
    effect: float,
    error: float | None,
    freedom: float | None,
    users: int,
    power: float = POWER,
    confidence: float = 0.95,
    longer: float = 1.0,
) -> int | None:
    """How many users a study needs for a true effect: the inverse of `detectable`, from one study's precision.

    The standard error is taken to shrink with the root of the users, and the degrees of freedom to grow with them; who
    is added must be like who is there. From few users the answer is rough: at 20 the middle half of studies asks for .7
    to 1.2 times the users that it needs (docs/statistics.md).

    Args:
        effect: In the unit of the mean; its sign does not matter.
        error: The standard error of a study of so many `users`, and its degrees of freedom.
        power: Between 1 - confidence and 1.
        longer: As for `detectable`; it is taken to shrink with the root of the users too.

    Returns:
        None for an effect of nothing, without an error, where more than 1,000,000 users would be needed, and where the
        users who are there are all the same.

    >>> users_for(0.03, error=0.01, freedom=19, users=20)
    20
    >>> users_for(0.01, error=0.01, freedom=19, users=20)
    159
    """
    if error is None or freedom is None or error <= ROUNDING or abs(effect) <= ROUNDING or users < 2:
        return None

    def resolves(n: int) -> bool:
        own = freedom * (n - 1) / (users - 1)
        least = detectable(error * (users / n) ** 0.5, own, power, confidence, 1 + (longer - 1) * (users / n) ** 0.5)
        return least is not None and least <= abs(effect)

    most = MIN_USERS
    while not resolves(most):
        most *= 2
        if most > MOST_USERS:
            return None
    least = max(MIN_USERS, most // 2)
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if resolves(middle) else (middle + 1, most)
    return most


def _steady(freedom: float) -> float:
    """Rounded where that changes the effect by less than a thousandth, so that few have to be found."""
    return round(freedom, 2) if freedom < 30 else float(round(freedom))


@lru_cache(maxsize=10_000)
def _effect(freedom: float, power: float, confidence: float, longer: float) -> float:
    """In standard errors."""
    from scipy import optimize, stats

    critical = longer * float(stats.t.ppf(0.5 + confidence / 2, freedom))

    def short_of(effect: float) -> float:  # rejecting on the wrong side is too rare to count where power is wanted
        return float(stats.nct.sf(critical, freedom, effect)) - power

    return float(optimize.brentq(short_of, 0, 2 * (critical + stats.t.ppf(power, freedom))))
