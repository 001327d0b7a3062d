"""Users drawn again, and users halved, within the strata they come from: what intervals of rankings are made of."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def user_weights(strata: Sequence[str], draws: int, seed: int) -> Floats:
    """How much each user counts in each of several resamples, shape (draws, users).

    The rescaled bootstrap (Rao & Wu, 1988): of a stratum's g users g - 1 are drawn with replacement and each counts
    g / (g - 1) times, so that strata of two or three users show the whole of their spread. A stratum of one user shows
    none: that user counts once in every resample.

    Args:
        strata: Of each user.
        draws: How many resamples.
        seed: Of the generator.

    >>> weights = user_weights(["a", "a", "b"], 9, 0)
    >>> weights.sum(axis=1).tolist() == [3] * 9, weights[:, 2].tolist() == [1] * 9
    (True, True)
    """
    generator = np.random.default_rng(seed)
    weights = np.ones((draws, len(strata)))
    for own in _by_stratum(strata):
        g = len(own)
        if g > 1:
            weights[:, own] = generator.multinomial(g - 1, np.full(g, 1 / g), draws) * g / (g - 1)
    return weights


def halves(strata: Sequence[str], draws: int, seed: int) -> npt.NDArray[np.bool_]:
    """Which users are in the first of two random halves, shape (draws, users); the others are in the second.

    Each stratum is halved by itself; the odd user of a stratum falls in either half.

    >>> halves(["a"] * 4, 5, 0).sum(axis=1).tolist()
    [2, 2, 2, 2, 2]
    """
    generator = np.random.default_rng(seed)
    first = np.zeros((draws, len(strata)), bool)
    for own in _by_stratum(strata):
        g = len(own)
        sizes = g // 2 + (generator.integers(0, 2, draws) if g % 2 else np.zeros(draws, int))
        places = generator.permuted(np.tile(np.arange(g), (draws, 1)), axis=1)
        first[:, own] = places < sizes[:, None]
    return first


def _by_stratum(strata: Sequence[str]) -> list[npt.NDArray[np.intp]]:
    named = np.asarray(strata, dtype=object)
    return [np.flatnonzero(named == name) for name in sorted(set(strata))]
