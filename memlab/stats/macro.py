"""The macro mean, in which each kind of question weighs the same, with an interval over users."""

from collections.abc import Sequence

import numpy as np

from memlab.stats.mean import Mean, clustered_mean

ENOUGH = 10  # questions of a kind from which its own spread can be told


def macro_mean(
    values: Sequence[float],
    users: Sequence[str],
    kinds: Sequence[str],
    confidence: float = 0.95,
    strata: Sequence[str] | None = None,
) -> Mean:
    """The mean of the kinds' micro means, with the interval that `clustered_mean` gives its linearised values.

    A value stands for the macro mean and what it differs from its own kind's mean, as many times over as its kind is
    rarer than the others (Särndal, Swensson & Wretman, 1992, ch. 7): the mean of these is the macro mean. A kind that
    few users were asked lies nearer to its mean than to the truth, by one user's share; what it differs is drawn
    out by as much. A kind that one user alone was asked shows no spread of users, and one of fewer than ten questions
    too often none of answers: then there is no interval. (With six to nine it would hold the truth in .88 of studies
    where most answers are right, with four or five in .76, with ten and more in .93 or more.)

    Args:
        values: Observations, at least one.
        users: The user of each observation; `kinds` and `strata` likewise, as `clustered_mean` has them.
        confidence: Of the interval, between 0 and 1.

    Raises:
        ValueError: As `clustered_mean`, and where as many kinds are not named.

    >>> found = macro_mean([1, 0, 1] * 4 + [0] * 12, ["a", "b", "c"] * 8, ["easy"] * 12 + ["hard"] * 12)
    >>> round(found.mean, 3), found.users, round(found.high - found.mean, 3)
    (0.333, 3, 0.878)
    """
    if len(kinds) != len(values):
        raise ValueError(f"a macro mean needs a kind for each value; got {len(values)} and {len(kinds)}")
    x, names, people = np.asarray(values, float), np.asarray(kinds, dtype=object), np.asarray(users, dtype=object)
    own = np.zeros_like(x)
    means, unknown = [], False
    for kind in sorted(set(kinds)):
        inside = names == kind
        mean, asked = float(x[inside].mean()), len(set(people[inside]))
        own[inside] = (x[inside] - mean) / inside.sum() * np.sqrt(asked / max(asked - 1, 1))
        means.append(mean)
        unknown |= asked < 2 or inside.sum() < ENOUGH
    macro = float(np.mean(means))
    found = clustered_mean((macro + own * (len(x) / len(means))).tolist(), users, confidence, strata)
    return Mean(macro, None, None, len(x), found.users) if unknown else found
