"""A/A experiments: how often an analysis finds a difference between two arms that are the same."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from memlab.satisfaction.assignment import Assignment
from memlab.stats.contrast import Arm, Contrast
from memlab.stats.cuped import adjusted_difference
from memlab.stats.delta import ratio_difference
from memlab.stats.draws import Floats
from memlab.stats.sequential import always_valid_p, first_mixture
from memlab.stats.welch import mean_difference
from memlab.studies.panel import Panel, Ratio

Found = dict[str, np.ndarray]
MEANS, CUPED, RATIO = "means, at the end", "CUPED, at the end", "ratio of totals, at the end"
VALID, VALID_CUPED = "always-valid p, every session", "always-valid p of CUPED, every session"
PEEKING, ROWS = "t test, every session", "t test of sessions as units, at the end"
SOUND = (MEANS, CUPED, RATIO, VALID, VALID_CUPED)
NAIVE = (PEEKING, ROWS)


def rejections(lived: Panel, outcome: str, of: Ratio, in_b: np.ndarray, alpha: float) -> Found:
    """Whether each analysis rejects, by analysis, draw by draw.

    Args:
        lived: Users under one arm.
        of: The outcomes whose ratio is taken.
        in_b: Whether a user is said to be in arm b, shape (draws, users).
        alpha: The level.
    """
    arms = Arm((~in_b).astype(float)), Arm(in_b.astype(float))
    means, before, ratio = lived.means(outcome), lived.before[outcome], lived.ratio(of)
    last = ratio[0][:, -1:], ratio[1][:, -1:]
    plain = mean_difference(means, means, *arms)
    adjusted = adjusted_difference(means, means, before, before, *arms)
    rows = lived.values[outcome]
    return {
        MEANS: plain.p[:, -1] <= alpha,
        CUPED: adjusted.p[:, -1] <= alpha,
        RATIO: ratio_difference(last, last, *arms).p[:, 0] <= alpha,
        VALID: valid(plain)[:, -1] <= alpha,
        VALID_CUPED: valid(adjusted)[:, -1] <= alpha,
        PEEKING: plain.p.min(axis=1) <= alpha,
        ROWS: _of_rows(rows, in_b).p[:, 0] <= alpha,
    }


def valid(contrast: Contrast) -> Floats:
    """The always-valid p at each look, the columns."""
    return always_valid_p(contrast.difference, contrast.error, first_mixture(contrast.error))


def hashed(users: Sequence[str], draws: int, name: str) -> np.ndarray:
    """Whether each user is in arm b, under as many salts; shape (draws, users)."""
    salts = [Assignment(a="a", b="b", salt=f"{name} {n}") for n in range(draws)]
    return np.array([[one.arm(user) == "b" for user in users] for one in salts], bool)


def populations(lived: Panel, draws: int, outcome: str, of: Ratio, alpha: float) -> list[Found]:
    """As `rejections`, of every population (what stands before the stroke in a user's name), under the same salts."""
    names = dict.fromkeys(user.split("/")[0] for user in lived.users)
    parts = [lived.part([n for n, user in enumerate(lived.users) if user.split("/")[0] == name]) for name in names]
    return [rejections(part, outcome, of, hashed(part.users, draws, "aa"), alpha) for part in parts]


def groups(lived: Panel, count: int, outcome: str, of: Ratio, alpha: float) -> Found:
    """As `rejections`, of as many groups of users of which none is in two, each assigned once."""
    parts = [lived.part(range(n, len(lived.users), count)) for n in range(count)]
    return joined(
        [rejections(own, outcome, of, hashed(own.users, 1, f"group {n}"), alpha) for n, own in enumerate(parts)]
    )


def joined(found: Sequence[Found]) -> Found:
    """All draws together, analysis by analysis."""
    return {name: np.concatenate([one[name] for one in found]) for name in found[0]}


def bound(draws: int, alpha: float) -> int:
    """The most rejections that 99 of 100 such studies have, if each draw rejects with the level (normal).

    >>> bound(1000, 0.05), bound(100, 0.05)
    (68, 11)
    """
    from scipy import stats

    return ceil(draws * alpha + float(stats.norm.ppf(0.995)) * (draws * alpha * (1 - alpha)) ** 0.5)


def _of_rows(values: Floats, in_b: np.ndarray) -> Contrast:
    """Welch's test with a row for each session, as if a user's sessions were users."""
    known = np.isfinite(values).ravel()
    rows = np.where(known, np.nan_to_num(values).ravel(), 0.0)[:, None]
    each = np.repeat(in_b, values.shape[1], axis=1)
    return mean_difference(rows, rows, Arm((~each & known).astype(float)), Arm((each & known).astype(float)))
