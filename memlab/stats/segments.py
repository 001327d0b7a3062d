"""Whether an effect is the same for all: estimates from separate groups of users, held against each other."""

import numpy as np

from memlab.stats import ROUNDING
from memlab.stats.draws import Floats


def heterogeneity_p(differences: Floats, errors: Floats) -> float | None:
    """The p of as much spread among the groups' effects, if all had the same (Cochran's Q, 1954).

    Effects are weighted by the inverse squares of their errors. It takes the errors for known, so groups should have
    dozens of users in each arm.

    Args:
        differences: Of each group; `errors` their standard errors. Groups without an error are left out.

    Returns:
        None where fewer than two groups have an error.

    >>> round(heterogeneity_p(np.array([0.1, 0.3]), np.array([0.1, 0.1])), 4)
    0.1573
    """
    from scipy import stats

    known = np.isfinite(errors) & (errors > ROUNDING)
    if known.sum() < 2:
        return None
    weights, effects = 1 / np.square(errors[known]), differences[known]
    q = float(weights @ np.square(effects - weights @ effects / weights.sum()))
    return float(stats.chi2.sf(q, known.sum() - 1))
