"""The ratio of two totals, such as bytes under one strategy to bytes under another, with an interval over users."""

from collections.abc import Sequence
from dataclasses import replace

from memlab.stats.mean import Mean, clustered_mean


def ratio_of_totals(pairs: Sequence[tuple[str, float, float]], confidence: float = 0.95) -> Mean | None:
    """The total of the first values over that of the second, with a t interval from linearised user totals.

    The residuals are `a - ratio * b`, summed by user, in units of the mean of b (Cochran, 1977, ch. 6).

    Args:
        pairs: The user, a and b of each observation; b is 0 or more.
        confidence: Of the interval, between 0 and 1.

    Returns:
        None where there is no observation, or b is 0 throughout.

    >>> found = ratio_of_totals([("u", 1.0, 2.0), ("v", 2.0, 4.0)])
    >>> found.mean, found.low, found.high
    (0.5, 0.5, 0.5)
    """
    total = sum(b for _, _, b in pairs)
    if total <= 0:
        return None
    ratio = sum(a for _, a, _ in pairs) / total
    scale = len(pairs) / total
    values = [ratio + scale * (a - ratio * b) for _, a, b in pairs]
    found = clustered_mean(values, [user for user, _, _ in pairs], confidence)
    return replace(found, mean=ratio)
