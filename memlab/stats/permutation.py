"""Could the difference be chance? Its sign is flipped user by user, as if either strategy had been called the other."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from memlab.seeds import derive
from memlab.stats import ROUNDING
from memlab.stats.draws import Floats

EXACT_BELOW = 2**14
DRAWS = 9_999
BLOCK = 2_000


def sign_flip_p(totals: Sequence[float] | Floats, name: str, draws: int = DRAWS) -> float | Floats:
    """The two-sided p-value of a paired difference in micro means under flips of the sign of whole users.

    What is flipped is the user's total difference over the questions that both strategies answered, so the figure that
    is tested is the mean that the table shows, in which a user with many questions weighs more. Where a user's total is
    as likely to be d as -d, the p-value is exact: at most 5 % of studies have one of .05 or less, however few users
    there are, from however many sources they come (a user of one source flips like any other), whatever the numbers of
    questions. All flips are counted where there are fewer than 2^14, else 9,999 are drawn and the one that was seen is
    counted among them (Phipson & Smyth, 2010), so it is never 0. A mean of 0 with skew is not such symmetry: then it is
    about right from 20 users (docs/statistics.md), and a verdict asks for the interval too.

    Args:
        totals: What each user's differences add up to, shape (users,) or (users, comparisons).
        name: It seeds the draws; the same flips are used for all comparisons, as they have the same users.
        draws: How many, where they are drawn.

    Returns:
        One p-value, or one for each comparison.

    >>> sign_flip_p([1.0, 2.0, 3.0], "all the same way: two of eight flips are as far from 0")
    0.25
    """
    seen = np.asarray(totals, float)
    columns = seen[:, None] if seen.ndim == 1 else seen
    g, least = len(columns), np.abs(columns.sum(axis=0)) * (1 - 1e-12) - ROUNDING
    as_far = np.zeros(columns.shape[1])
    if 2**g < EXACT_BELOW:
        as_far += (np.abs(_all_signs(g) @ columns) >= least).sum(axis=0)
        p = as_far / max(1, 2 ** (g - 1))
    else:
        generator = np.random.default_rng(derive(0, "sign flips", name))
        for start in range(0, draws, BLOCK):
            signs = 1.0 - 2.0 * generator.integers(0, 2, (min(BLOCK, draws - start), g))
            as_far += (np.abs(signs @ columns) >= least).sum(axis=0)
        p = (1 + as_far) / (1 + draws)
    return float(p[0]) if seen.ndim == 1 else p


@lru_cache(maxsize=16)
def _all_signs(g: int) -> Floats:
    """Every set of signs up to turning all of them, which leaves the distance from 0 as it is; shape (2^(g-1), g)."""
    places = np.arange(2 ** max(0, g - 1))[:, None] >> np.arange(g)[None]
    return np.asarray(1.0 - 2.0 * (places & 1), float)
