"""The difference in means of two arms whose users are others: the plain estimate of an A/B experiment."""

from memlab.stats.contrast import Arm, Contrast, between, once
from memlab.stats.draws import Floats


def mean_difference(a: Floats, b: Floats, in_a: Arm | None = None, in_b: Arm | None = None) -> Contrast:
    """Arm b's mean minus arm a's, by Welch's t test (1947), which lets the arms vary differently.

    The unit is the user: a row is a user's own mean, over sessions or whatever repeats. Rows of sessions would count
    one user's sessions as independent and reject far too often (`memlab run experiment=ab` shows how often).

    Costs two matrix products: 1,000 draws of 4,000 users and 20 columns take a fraction of a second.

    Args:
        a: Of arm a's users, shape (users, columns); `b` of arm b's.
        in_a: How often each row is in arm a, draw by draw; None for one draw of each once.

    Returns:
        Of shape (draws, columns).

    >>> import numpy as np
    >>> found = mean_difference(np.array([[1.0], [3.0]]), np.array([[4.0], [6.0]]))
    >>> found.difference.item(), round(found.error.item(), 4), found.freedom.item()
    (3.0, 1.4142, 2.0)
    """
    one, other = in_a or once(a), in_b or once(b)
    return between((one.mean(a), other.mean(b)), (one.covariance(a, a), other.covariance(b, b)), (one.n, other.n))


def paired_mean(difference: Floats, drawn: Arm | None = None) -> Contrast:
    """The mean of users' own differences, where each lived under both arms: the paired t test (Student, 1908).

    Args:
        difference: Under b minus under a, shape (users, columns).
        drawn: How often each row is in a draw; None for one draw of each once.

    >>> import numpy as np
    >>> found = paired_mean(np.array([[1.0], [2.0], [3.0]]))
    >>> found.difference.item(), round(found.error.item(), 4), found.freedom.item()
    (2.0, 0.5774, 2.0)
    """
    arm = drawn or once(difference)
    variance = arm.covariance(difference, difference).clip(min=0)
    return Contrast(arm.mean(difference), (variance / arm.n) ** 0.5, (arm.n - 1) + 0 * variance)
