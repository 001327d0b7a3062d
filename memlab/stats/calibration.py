"""Whether probabilities come out: of a hundred questions that are 70 % sure to be answerable, are seventy?

Calibration is a figure of all questions together, drawn in bins of equal count; the Brier score judges each question.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from memlab.metrics.brier import are_probabilities
from memlab.stats.mean import Mean, clustered_mean

BINS = 10
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about the same probability.

    Attributes:
        predicted: Their mean probability.
        share: How many of them came out.
        low: Of the Wilson interval of the share, which takes questions to be independent; `high` likewise.
    """

    predicted: float
    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How probabilities and outcomes go together.

    Attributes:
        error: The expected calibration error: the mean over questions of how far their bin's share is from its mean
            probability.
        brier: The mean squared distance of probability and outcome, with an interval over users.
        untold: The Brier score of saying the share of all outcomes each time.
    """

    bins: tuple[Bin, ...]
    error: float
    brier: Mean
    untold: float


def calibration(values: Sequence[float], positive: Sequence[bool], users: Sequence[str]) -> Calibration | None:
    """Ten bins of equal count, the expected calibration error and the Brier score; None where nothing is told apart.

    Equal probabilities stay in one bin, so there may be fewer bins. (Brier, 1950; Naeini et al., 2015, with bins of
    equal count.)

    Args:
        values: One probability per question.
        positive: Whether it came out; `users` whose question it is.

    Returns:
        None unless the values are probabilities and both outcomes occur.

    >>> found = calibration([0.25] * 4 + [0.5] * 2, [True, False, False, False, True, False], ["u"] * 6)
    >>> found.error, round(found.brier.mean, 4), [bin.n for bin in found.bins]
    (0.0, 0.2083, [4, 2])
    """
    p, came = np.asarray(values, float), np.asarray(positive, bool)
    if not are_probabilities(values) or came.all() or not came.any():
        return None
    bins = tuple(_bin(p[places], came[places]) for places in _equal_counts(p))
    error = sum(one.n * abs(one.predicted - one.share) for one in bins) / len(p)
    brier = clustered_mean(((p - came) ** 2).tolist(), users)
    return Calibration(bins, float(error), brier, float(came.mean() * (1 - came.mean())))


def _equal_counts(p: npt.NDArray[np.float64]) -> list[npt.NDArray[np.int64]]:
    """The places of values in bins of equal count, least first; equal values are where the first of them falls."""
    order = np.argsort(p, kind="stable")
    ranks = np.searchsorted(p[order], p, "left")
    which = ranks * BINS // len(p)
    return [np.flatnonzero(which == one) for one in np.unique(which)]


def _bin(p: npt.NDArray[np.float64], came: npt.NDArray[np.bool_]) -> Bin:
    from scipy.stats import binomtest

    interval = binomtest(int(came.sum()), len(came)).proportion_ci(CONFIDENCE, "wilson")
    return Bin(float(p.mean()), float(came.mean()), float(interval.low), float(interval.high), len(p))
