"""Ways to make one ranking of several scorers' opinions of the same candidates."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def standardised(opinions: Sequence[Scores]) -> Scores:
    """The sum of each scorer's z-scores over the candidates; a scorer that does not discriminate counts nothing.

    Args:
        opinions: One array of shape (candidates,) per scorer.

    >>> standardised([np.array([0.0, 2.0]), np.array([5.0, 5.0])])
    array([-1.,  1.])
    """
    return np.sum([z_scores(opinion) for opinion in opinions], axis=0)


def z_scores(opinion: Scores) -> Scores:
    """One scorer's opinions in standard deviations from their mean; all 0 where it does not discriminate.

    >>> z_scores(np.array([1.0, 3.0])), z_scores(np.array([2.0, 2.0]))
    (array([-1.,  1.]), array([0., 0.]))
    """
    spread = opinion.std()
    if spread <= 1e-9 * np.abs(opinion).max(initial=0.0):
        return np.zeros(len(opinion))
    return (opinion - opinion.mean()) / spread


def reciprocal_rank(opinions: Sequence[Scores], constant: float = 60.0) -> Scores:
    """The sum of 1 / (constant + rank) over the scorers (Cormack, Clarke & Buettcher, 2009); equal scores share a rank.

    Args:
        opinions: One array of shape (candidates,) per scorer.
        constant: Dampens the first ranks; 60 in the paper.

    >>> reciprocal_rank([np.array([0.5, 2.0])], constant=1.0).round(3)
    array([0.333, 0.5  ])
    """
    fused = np.zeros(len(opinions[0]))
    for opinion in opinions:
        better = (opinion[None, :] > opinion[:, None]).sum(axis=1)
        fused += 1 / (constant + 1 + better)
    return fused
