"""Whether two measures of the same things agree, question by question, with intervals over users."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memlab.stats.mean import Mean, clustered_mean

MIN_THINGS = 3  # that a question must have for a rank correlation


@dataclass(frozen=True, slots=True)
class Pairing:
    """One question's things by two measures.

    Attributes:
        one, other: A figure of each thing by each measure.
        verdicts: What each measure says of each thing, in the same words.
    """

    user: str
    one: Sequence[float]
    other: Sequence[float]
    verdicts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Alike:
    """How far two measures agree.

    Attributes:
        correlation: Spearman's, within questions, its mean over questions; None where none can be told.
        equal: The share of things of which both say the same.
        by_chance: What that share would be if each said what it says as often, and of anything.
    """

    correlation: Mean | None
    equal: Mean
    by_chance: float


def alike(pairings: Sequence[Pairing]) -> Alike | None:
    """How far two measures agree; None where there is nothing to compare.

    A question counts for the correlation with at least three things, not all alike by either measure. Intervals are
    over users. The share by chance is that of Cohen's kappa (1960), from the verdicts of all questions.

    >>> both = Pairing("u", [1, 2, 3], [1, 2, 4], [("in", "in"), ("in", "out"), ("out", "out"), ("out", "out")])
    >>> found = alike([both])
    >>> found.correlation.mean, found.equal.mean, found.by_chance
    (1.0, 0.75, 0.5)
    """
    said = [(pairing.user, verdicts) for pairing in pairings for verdicts in pairing.verdicts]
    if not said:
        return None
    known = [(pairing.user, value) for pairing in pairings if (value := _spearman(pairing)) is not None]
    correlation = clustered_mean([value for _, value in known], [user for user, _ in known]) if known else None
    equal = clustered_mean([float(a == b) for _, (a, b) in said], [user for user, _ in said])
    words = {word for _, verdicts in said for word in verdicts}
    shares = (
        [sum(verdicts[side] == word for _, verdicts in said) / len(said) for side in (0, 1)] for word in sorted(words)
    )
    return Alike(correlation, equal, float(sum(one * other for one, other in shares)))


def _spearman(pairing: Pairing) -> float | None:
    """Spearman's rank correlation; None with too few things, or where a measure tells none apart."""
    from scipy.stats import rankdata

    if len(pairing.one) < MIN_THINGS:
        return None
    ranks = [rankdata(np.round(values, 9)) for values in (pairing.one, pairing.other)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])
