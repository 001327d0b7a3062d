"""The difference of two ratios, such as repeats per held session, where the denominator is each user's own."""

import numpy as np

from memlab.stats.contrast import Arm, Contrast, between, once
from memlab.stats.draws import Floats

Ratio = tuple[Floats, Floats]


def ratio_difference(a: Ratio, b: Ratio, in_a: Arm | None = None, in_b: Arm | None = None) -> Contrast:
    """Arm b's ratio of totals minus arm a's, its error by the delta method (Deng, Knoblich & Lu, 2018).

    A ratio whose denominator the users themselves make, as turns per resolved session, has the user's totals as its
    unit; the mean of the users' own ratios is another figure and is not defined for whoever has none. To first order
    the error is that of the mean of `numerator - ratio x denominator`, in units of the mean denominator.

    Args:
        a: Numerators and denominators of arm a's users, 0 or more below, each of shape (users, columns); `b` likewise.
        in_a: How often each row is in arm a, draw by draw; None for one draw of each once.

    Returns:
        Of shape (draws, columns); NaN where an arm's denominators are all 0.

    >>> import numpy as np
    >>> a = np.array([[1.0], [2.0]]), np.array([[2.0], [2.0]])
    >>> b = np.array([[3.0], [3.0]]), np.array([[3.0], [1.0]])
    >>> ratio_difference(a, b).difference.item()
    0.75
    """
    one, other = in_a or once(a[0]), in_b or once(b[0])
    parts = [_linear(arm, *ratio) for arm, ratio in ((one, a), (other, b))]
    return between((parts[0][0], parts[1][0]), (parts[0][1], parts[1][1]), (one.n, other.n))


def _linear(arm: Arm, numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """The ratio, and the variance of a user's part in it."""
    below = arm.mean(denominator)
    below = np.where(below > 0, below, np.nan)
    ratio = arm.mean(numerator) / below
    variance = arm.covariance(numerator, numerator) - 2 * ratio * arm.covariance(numerator, denominator)
    variance = variance + ratio**2 * arm.covariance(denominator, denominator)
    return ratio, variance / below**2


def linearised(numerator: Floats, denominator: Floats) -> Floats:
    """Each user's part in a ratio of totals: their mean is the ratio, and their spread its error, to first order.

    So users who lived under both arms can be paired by their parts.

    Args:
        numerator: Of each user, shape (users, columns); `denominator` likewise, not all 0.

    >>> linearised(np.array([[1.0], [2.0]]), np.array([[2.0], [2.0]])).tolist()
    [[0.5], [1.0]]
    """
    below = denominator.mean(axis=0)
    ratio = numerator.mean(axis=0) / np.where(below > 0, below, np.nan)
    return ratio + (numerator - ratio * denominator) / np.where(below > 0, below, np.nan)
