"""How scores fall with the age of what is asked for: octaves for the eye, one slope for the verdict."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.slope import clustered_slope

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Octave:
    """The mean score over queries whose evidence is `low_days` to `high_days` old."""

    low_days: int
    high_days: int
    mean: Mean


def by_octave(scores: Mapping[Key, float], ages: Mapping[Key, float]) -> list[Octave]:
    """Means over ages 0-1, 1-3, 3-7, 7-15 … days.

    Args:
        scores: By (user, query).
        ages: In days, by (user, query); queries without an age are left out.

    >>> [(o.low_days, o.high_days, o.mean.mean) for o in by_octave({("u", "q"): 1.0}, {("u", "q"): 5.0})]
    [(3, 7, 1.0)]
    """
    found: dict[int, list[Key]] = defaultdict(list)
    for key in sorted(scores.keys() & ages.keys()):
        found[int(np.log2(1 + ages[key]))].append(key)
    return [
        Octave(2**n - 1, 2 ** (n + 1) - 1, clustered_mean([scores[k] for k in keys], [user for user, _ in keys]))
        for n, keys in sorted(found.items())
    ]


def slope_per_doubling(scores: Mapping[Key, float], ages: Mapping[Key, float]) -> Mean | None:
    """What a score gains when (1 + age in days) doubles; None where all evidence is of one age."""
    keys = sorted(scores.keys() & ages.keys())
    x = [float(np.log2(1 + ages[key])) for key in keys]
    if not keys or max(x) - min(x) < 1e-9:
        return None
    return clustered_slope(x, [scores[key] for key in keys], [user for user, _ in keys])
