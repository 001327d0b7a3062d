"""How well a value separates two classes of queries, with an interval over users.

Users are resampled, not queries: a resample only weighs users, so what each pair of users contributes is counted once
and every resample is a product of small matrices.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
import numpy.typing as npt

from memlab.seeds import derive
from memlab.stats import MIN_USERS
from memlab.stats.mean import Mean
from memlab.stats.rates import rare_share

DRAWS = 2000
ROUNDING = 1e-9
RARE, FEW = 0.1, 20  # a share, and false answers, below which resamples show too little
Floats = npt.NDArray[np.float64]


def separation(
    values: Sequence[float],
    positive: Sequence[bool],
    users: Sequence[str],
    *,
    coverage: float | None,
    name: str,
    confidence: float = 0.95,
) -> Mean | None:
    """AUROC of all users together, or the share of negatives at a threshold, with a percentile interval over users.

    AUROC is the share of pairs of a positive and a negative in which the positive has the larger value, ties one half
    (Hanley & McNeil, 1982). The other figure is the share of negatives that reach the largest threshold which at least
    `coverage` of the positives reach. Intervals are from 2,000 resamples of users, the same ones for the same name and
    number of users; resamples without both classes are left out. Of fewer than 20 false answers, and at most one
    in ten, resamples show too little: there the interval reaches at least as far as that of a rare share at this
    threshold does (`memlab.stats.rates`). Memory grows with the square of the users.

    Args:
        values: One per query; `positive` its class, `users` whose it is.
        coverage: Above 0 and at most 1; None for AUROC.
        name: Of the figure: it seeds the resamples.
        confidence: Of the interval, between 0 and 1.

    Returns:
        The figure in the place of the mean, without an interval under six users, whose resamples hold the truth in too
        few of studies; None unless both classes occur.

    >>> found = separation([0.9, 0.4, 0.6, 0.1], [True, True, False, False], ["u"] * 4, coverage=None, name="auroc")
    >>> found.mean, found.low, found.n, found.users
    (0.75, None, 4, 1)
    """
    x, wanted = np.asarray(values, float), np.asarray(positive, bool)
    if wanted.all() or not wanted.any():
        return None
    names, which = np.unique(np.asarray(users, dtype=object), return_inverse=True)
    g = len(names)
    resamples = np.random.default_rng(derive(0, "separation", name)).multinomial(g, np.full(g, 1 / g), DRAWS)
    weights = np.vstack([np.ones(g), resamples])
    classes = x[wanted], which[wanted], x[~wanted], which[~wanted]
    found = _auroc(*classes, weights) if coverage is None else _false_share(*classes, weights, coverage)
    drawn = found[1:][np.isfinite(found[1:])]
    if g < MIN_USERS or len(drawn) == 0:
        return Mean(float(found[0]), None, None, len(x), g)
    low, high = (float(end) for end in np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]))
    if coverage is not None and found[0] <= RARE and found[0] * (~wanted).sum() < FEW:
        rate = _at_threshold(x, wanted, names[which], coverage, confidence)
        low, high = (low, high) if rate.low is None or rate.high is None else (min(low, rate.low), max(high, rate.high))
    return Mean(float(found[0]), low, high, len(x), g)


def _at_threshold(
    x: Floats, positive: npt.NDArray[np.bool_], users: npt.NDArray, coverage: float, confidence: float
) -> Mean:
    """The same share as if the threshold had been given beforehand, with the interval of a rare share."""
    threshold = np.sort(x[positive])[::-1][max(0, ceil(coverage * positive.sum() - ROUNDING) - 1)]
    answered = (x[~positive] >= threshold).astype(float)
    return rare_share(answered.tolist(), users[~positive].tolist(), confidence)


def bounds(coverage: float | None) -> tuple[float, float]:
    """Chance, what a value that knows nothing of the class gives on average; and attainable, what one gives that knows.

    >>> bounds(None), bounds(0.9)
    ((0.5, 1.0), (0.9, 0.0))
    """
    return (0.5, 1.0) if coverage is None else (coverage, 0.0)


def _auroc(pos: Floats, pos_user: npt.NDArray, neg: Floats, neg_user: npt.NDArray, weights: Floats) -> Floats:
    """Under each row of user weights the share of pairs won; not finite where a class has no weight."""
    g = weights.shape[1]
    wins = np.empty((g, g))  # of the positives of one user over the negatives of another
    for other in range(g):
        theirs = np.sort(neg[neg_user == other])
        won = np.searchsorted(theirs, pos, "left") + np.searchsorted(theirs, pos, "right")
        wins[:, other] = np.bincount(pos_user, weights=won / 2, minlength=g)
    pairs = (weights @ np.bincount(pos_user, minlength=g)) * (weights @ np.bincount(neg_user, minlength=g))
    return _ratio(((weights @ wins) * weights).sum(axis=1), pairs)


def _false_share(
    pos: Floats, pos_user: npt.NDArray, neg: Floats, neg_user: npt.NDArray, weights: Floats, coverage: float
) -> Floats:
    """Under each row of user weights the share of negatives at the threshold; not finite where a class has none."""
    g = weights.shape[1]
    thresholds = np.unique(pos)[::-1]
    reached, wrong = (_reaching(thresholds, *own, g) for own in ((pos, pos_user), (neg, neg_user)))
    needed = coverage * (weights @ reached[-1]) - ROUNDING
    low, high = np.zeros(len(weights), int), np.full(len(weights), len(thresholds) - 1)
    while (low < high).any():
        middle = (low + high) // 2
        enough = (weights * reached[middle]).sum(axis=1) >= needed
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    share = _ratio((weights * wrong[low]).sum(axis=1), weights @ np.bincount(neg_user, minlength=g))
    return np.where(weights @ reached[-1] > 0, share, np.nan)


def _reaching(thresholds: Floats, values: Floats, user: npt.NDArray, g: int) -> Floats:
    """How many values of each user (column) reach each of the falling thresholds (row)."""
    place = np.searchsorted(-thresholds, -values, "left")
    counts = np.zeros((len(thresholds) + 1, g))
    np.add.at(counts, (place, user), 1)
    return counts[:-1].cumsum(axis=0)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
