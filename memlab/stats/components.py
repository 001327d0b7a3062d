"""Where figures differ from: users, seeds, encoders, readers. What a set of runs can tell of it, and what it cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memlab.stats.draws import Floats

REST = "the rest"
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of a user's mean score.

    Attributes:
        told: The variance that each part adds, in squares of the score's unit. Parts that no two observations tell
            apart are one, their names joined by " + "; `the rest` is what is left: a user's questions, and how parts
            play together.
        untold: Parts that the runs cannot tell of: they do not vary, or only together with others.
        observations: How many user means they are from.
    """

    told: Mapping[str, float]
    untold: tuple[str, ...]
    observations: int


def components(values: Sequence[float], parts: Mapping[str, Sequence[str]]) -> Components:
    """The variance that each part adds to a user's mean score, by the method of moments.

    Half the squared difference of two observations is on average the sum of the variances of the parts in which they
    differ (Searle, Casella & McCulloch, 1992, ch. 5; here with all pairs alike). The means over pairs that differ in
    the same parts are solved by least squares, with no part below 0. What cannot be told is said, not guessed. Above
    2,000 observations every so many-th is taken.

    Args:
        values: One per observation, as a user's mean in one run.
        parts: By name, the level of each observation, such as which user and which seed. Users who are other people
            under another seed are other levels.

    Raises:
        ValueError: There are fewer than two observations, or a part has not as many levels.

    >>> found = components([0.0, 1.0, 4.0, 5.0], {"user": ["a", "a", "b", "b"], "seed": ["0", "1", "0", "1"]})
    >>> {name: round(variance, 6) for name, variance in found.told.items()}
    {'user': 8.0, 'seed': 0.5, 'the rest': 0.0}
    """
    n = len(values)
    if n < 2 or any(len(levels) != n for levels in parts.values()):
        raise ValueError(f"variances need at least two observations and a level of each part for each; got {n}")
    kept = np.arange(n)[:: max(1, int(np.ceil(n / MOST)))]
    x = np.asarray(values, float)[kept]
    rows = np.triu_indices(len(kept), 1)
    differs = []
    for levels in parts.values():
        codes = np.unique(np.asarray(levels, dtype=object)[kept], return_inverse=True)[1]
        differs.append(codes[rows[0]] != codes[rows[1]])
    halves = (x[rows[0]] - x[rows[1]]) ** 2 / 2
    return _solved([*parts, REST], np.array([*differs, np.ones(len(halves), bool)]), halves, len(kept))


def _solved(names: Sequence[str], differs: np.ndarray, halves: Floats, n: int) -> Components:
    from scipy import optimize

    codes = differs.T @ (2 ** np.arange(len(names)))
    patterns, which, counts = np.unique(codes, return_inverse=True, return_counts=True)
    design = (patterns[:, None] >> np.arange(len(names))[None]) & 1
    means = np.bincount(which, halves) / counts
    joined: dict[tuple[int, ...], list[str]] = {}
    for name, column in zip(names, design.T.tolist(), strict=True):
        joined.setdefault(tuple(column), []).append(name)
    still = joined.pop(tuple([0] * len(patterns)), [])
    columns = np.array(list(joined), float).T
    weight = np.sqrt(counts)
    solved, _ = optimize.nnls(columns * weight[:, None], means * weight)
    rank = np.linalg.matrix_rank(columns)
    told, untold = {}, list(still)
    for place, (own, variance) in enumerate(zip(joined.values(), solved, strict=True)):
        alone = np.eye(columns.shape[1])[place]
        if np.linalg.matrix_rank(np.vstack([columns, alone])) == rank:
            told[" + ".join(own)] = float(variance)
        else:
            untold.append(" + ".join(own))
    return Components(told, tuple(untold), n)
