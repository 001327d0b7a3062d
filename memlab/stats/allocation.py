"""Whether users were given to arms as they should have been: the guard before any effect is believed."""

from collections.abc import Sequence

import numpy as np

from memlab.seeds import derive
from memlab.stats import ROUNDING

ENOUGH = 5  # expected users in each cell, from which the chi-square distribution is near enough (Cochran, 1954)
DRAWS = 9_999


def sample_ratio_p(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The p of as uneven a split, if every user came into an arm with its share (Pearson's chi-square, 1900).

    A split that chance does not explain says that users are lost in one arm more than in another, or that the hash is
    not what it should be; then no difference between the arms can be trusted (Fabijan et al., 2019). The usual alarm is
    at .001, since experiments are many and the test is strong. Where an arm should have few users, p is the share of
    9,999 drawn splits that are as uneven: the distribution would alarm several times too often.

    Args:
        counts: Users of each arm.
        shares: Of each arm, above 0; they need not add up to 1.

    Raises:
        ValueError: There are fewer than two arms or no users, or shares that are not above 0 for each arm.

    >>> round(sample_ratio_p([60, 40], [0.5, 0.5]), 4)
    0.0455
    """
    from scipy import stats

    if len(counts) < 2 or len(counts) != len(shares) or sum(counts) == 0 or min(shares) <= 0:
        raise ValueError(
            f"a split needs users, and a share above 0 for each of two arms or more; got {counts}, {shares}"
        )
    expected = [sum(counts) * share / sum(shares) for share in shares]
    found = stats.chisquare(counts, expected)
    if min(expected) >= ENOUGH:
        return float(found.pvalue)
    drawn = _generator("split").multinomial(sum(counts), np.array(expected) / sum(expected), DRAWS)
    uneven = (np.square(drawn - expected) / expected).sum(axis=1) >= found.statistic - ROUNDING
    return float((1 + uneven.sum()) / (1 + DRAWS))


def lost_alike_p(kept: Sequence[int], exposed: Sequence[int]) -> float:
    """The p of as uneven a loss, if a user's outcomes went missing as often in every arm (Pearson's chi-square, 1900).

    Where few are lost it is the share of 9,999 drawn losses that are as uneven, those that are lost being as many.

    Args:
        kept: Users of each arm who have outcomes.
        exposed: Users of each arm.

    Returns:
        1 where nobody is lost, or everybody. Arms without users are left out.

    >>> lost_alike_p([50, 50], [50, 50]), round(lost_alike_p([50, 40], [50, 50]), 4)
    (1.0, 0.0009)
    """
    from scipy import stats

    table = np.array([[part, whole - part] for part, whole in zip(kept, exposed, strict=True) if whole]).T
    if len(table) == 0 or table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return 1.0
    found = stats.chi2_contingency(table, correction=False)
    if found.expected_freq.min() < ENOUGH:
        drawn = stats.MonteCarloMethod(n_resamples=DRAWS, rng=_generator("loss"))
        found = stats.chi2_contingency(table, correction=False, method=drawn)
    return float(found.pvalue)


def _generator(what: str) -> np.random.Generator:
    return np.random.default_rng(derive(0, "allocation", what))
