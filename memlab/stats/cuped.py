"""CUPED: what users were like before takes out of a difference what has nothing to do with the arms."""

from collections.abc import Sequence

import numpy as np

from memlab.stats import ROUNDING
from memlab.stats.contrast import DIGITS, Arm, Contrast, between, once
from memlab.stats.draws import Floats


def adjusted_difference(
    a: Floats, b: Floats, before_a: Floats, before_b: Floats, in_a: Arm | None = None, in_b: Arm | None = None
) -> Contrast:
    """Arm b's mean minus arm a's, less what the covariates explain of it (Deng, Xu, Kohavi & Walker, 2013).

    The coefficients are least squares within arms, the same for both. The variance falls by the share that the
    covariates explain, and the estimate stays unbiased as long as no arm could have moved them: they must be from
    before anybody was exposed. `memlab.satisfaction.reading` refuses those that are not; here nothing can be seen of
    that. A covariate that does not vary explains nothing and is left out.

    The error is that of the analysis of covariance: what is left of the variance has a degree of freedom less for each
    covariate, and arms that differ in them by chance know less of the difference (Cochran, 1957). Without these two six
    users an arm with three covariates would reject in .12 of experiments in which nothing differs.

    Args:
        a: Of arm a's users, shape (users, columns); `b` of arm b's.
        before_a: Their covariates, shape (users, covariates); `before_b` likewise. Means over sessions before, say.
        in_a: How often each row is in arm a, draw by draw; None for one draw of each once.

    Returns:
        Of shape (draws, columns); each covariate costs a degree of freedom.

    Raises:
        ValueError: The covariates are not of these users, or not the same ones in both arms.

    >>> import numpy as np
    >>> before = np.array([[0.0], [1.0], [2.0]])
    >>> found = adjusted_difference(before, 1 + before, before, before)
    >>> found.difference.item(), round(found.error.item(), 6)
    (1.0, 0.0)
    """
    if (len(before_a), len(before_b)) != (len(a), len(b)) or before_a.shape[1] != before_b.shape[1]:
        raise ValueError(f"covariates of shape {before_a.shape} and {before_b.shape} for {len(a)} and {len(b)} users")
    both = np.vstack([before_a, before_b])
    both = both - both.mean(axis=0)
    spread, size = both.std(axis=0), np.abs(both).max(axis=0, initial=0)
    varies = spread > ROUNDING * np.maximum(1, size)
    both = both[:, varies] / spread[varies]  # so that none drowns the others
    before = both[: len(a)], both[len(a) :]
    values, arms = (a, b), (in_a or once(a), in_b or once(b))
    within = [_products(arm, x, y) for arm, x, y in zip(arms, before, values, strict=True)]
    xx, xy = within[0][0] + within[1][0], within[0][1] + within[1][1]
    inverse = np.linalg.pinv(np.nan_to_num(xx), hermitian=True)
    theta = inverse @ np.nan_to_num(xy)  # (draws, covariates, columns)
    means, variances = [], []
    for arm, x, y, (own_xx, own_xy) in zip(arms, before, values, within, strict=True):
        explained = 2 * (theta * own_xy).sum(axis=1) - (theta * (own_xx @ theta)).sum(axis=1)
        whole = arm.covariance(y, y)
        left = whole - explained / np.where(arm.n > 1, arm.n - 1, np.nan)
        variances.append(np.where(left > DIGITS * whole, left, 0 * whole))
        means.append(arm.mean(y) - (theta * arm.mean(x)[:, :, None]).sum(axis=1))
    found = between((means[0], means[1]), (variances[0], variances[1]), (arms[0].n, arms[1].n))
    apart = arms[1].mean(before[1]) - arms[0].mean(before[0])
    known = arms[0].n * arms[1].n / (arms[0].n + arms[1].n)
    uneven = np.einsum("di,dij,dj->d", np.nan_to_num(apart), inverse, np.nan_to_num(apart))[:, None] * known
    left = arms[0].n + arms[1].n - 2
    fitted = np.where(left > varies.sum(), left / np.where(left > varies.sum(), left - varies.sum(), 1), np.nan)
    error = found.error * np.sqrt(fitted * (1 + uneven))
    return Contrast(found.difference, error, np.maximum(found.freedom - varies.sum(), 1))


def filled(columns: Sequence[Floats], users: int) -> Floats:
    """Covariates without blanks, shape (users, covariates), for `adjusted_difference`.

    A blank is given the mean of the others, and a column of its own says where (Deng et al., 2013, section 3.3). What
    is blank throughout is left out.

    Args:
        columns: Each of shape (users,), NaN for blank.

    >>> filled([np.array([1.0, 3.0, np.nan])], 3).tolist()
    [[1.0, 0.0], [3.0, 0.0], [2.0, 1.0]]
    """
    found = []
    for column in columns:
        known = np.isfinite(column)
        if known.any():
            found.append(np.where(known, column, column[known].mean()))
            found += [(~known).astype(float)] if not known.all() else []
    return np.column_stack(found) if found else np.zeros((users, 0))


def _products(arm: Arm, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Sums of squares and products about the arm's means: (draws, covariates, covariates) and (…, columns)."""
    x, y = (v - v.sum(axis=0) / max(1, len(v)) for v in (x, y))
    mean_x, mean_y = arm.mean(x), arm.mean(y)
    n = arm.n[:, :, None]
    xx = np.einsum("du,ui,uj->dij", arm.times, x, x, optimize=True) - n * mean_x[:, :, None] * mean_x[:, None, :]
    xy = np.einsum("du,ui,uk->dik", arm.times, x, y, optimize=True) - n * mean_x[:, :, None] * mean_y[:, None, :]
    return xx, xy
