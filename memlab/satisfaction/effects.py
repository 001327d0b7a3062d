"""The effect of an arm on an outcome, by the estimator that the design calls for and by the others beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np

from memlab.satisfaction.columns import Mask
from memlab.satisfaction.design import Proxy
from memlab.satisfaction.log import Log, Places
from memlab.satisfaction.totals import Totals, totals
from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.contrast import Contrast
from memlab.stats.cuped import adjusted_difference
from memlab.stats.delta import linearised, ratio_difference
from memlab.stats.mean import Mean
from memlab.stats.power import detectable
from memlab.stats.welch import mean_difference, paired_mean

MEANS, CUPED, RATIO = "difference in means", "CUPED", "ratio of totals"
PAIRED, PAIRED_RATIO = "paired difference", "paired ratio of totals"


@dataclass(frozen=True, slots=True)
class Effect:
    """Arm b minus arm a on one outcome.

    Attributes:
        a: The arm's own figure; `b` likewise. None where it has no users.
        mean: The difference, with its interval.
        p: Two-sided, unadjusted.
        by: The estimator.
        verdict: `better`, `worse`, `no direction`, or `cannot tell` with why, from the interval.
        detectable: The smallest true difference that such an experiment resolves in four of five.
    """

    outcome: Proxy
    a: Mean | None
    b: Mean | None
    mean: Mean
    p: float
    by: str
    verdict: str
    detectable: float | None


def effect(log: Log, outcome: Proxy, a: Places, b: Places, confidence: float = 0.95) -> Effect:
    """The effect by the estimator that the log allows: paired, else CUPED, else in means; a ratio per occurrence."""
    return next(estimates(log, outcome, a, b, confidence))


def estimates(log: Log, outcome: Proxy, a: Places, b: Places, confidence: float = 0.95) -> Iterator[Effect]:
    """The effect by each estimator that the log allows, that of the verdict first.

    Args:
        a: The exposures of arm a; `b` of arm b.
    """
    one, other = totals(log, outcome.name, a), totals(log, outcome.name, b)
    if log.paired:
        one, other = _partners(log, one, other)
    for by, contrast in contrasts(log, outcome, one, other):
        users = len(one.places) if log.paired else len(one.places) + len(other.places)
        mean = contrast.mean(one.rows + other.rows, users, confidence)
        least = min(len(one.places), len(other.places))
        yield Effect(
            outcome,
            _figure(outcome, one, confidence),
            _figure(outcome, other, confidence),
            mean,
            contrast.p.item(),
            by,
            _verdict(mean, outcome.higher_is_better, least),
            detectable(mean.error, mean.freedom, confidence=confidence),
        )


def contrasts(log: Log, outcome: Proxy, one: Totals, other: Totals) -> Iterator[tuple[str, Contrast]]:
    """The estimators by name, that of the verdict first."""
    if outcome.per == "occurrence":
        if log.paired:
            yield PAIRED_RATIO, paired_mean(_parts(other) - _parts(one))
        yield RATIO, ratio_difference((one.sums, one.counts), (other.sums, other.counts))
        return
    if log.paired:
        yield PAIRED, paired_mean(other.means - one.means)
    elif one.before.shape[1]:
        yield CUPED, adjusted_difference(one.means, other.means, one.before, other.before)
    yield MEANS, mean_difference(one.means, other.means)


def at_look(log: Log, outcome: Proxy, a: Places, b: Places, rows: Mask) -> tuple[float, float, int]:
    """The verdict's difference on some rows alone, its standard error, and the users of the smaller arm."""
    one, other = totals(log, outcome.name, a, rows), totals(log, outcome.name, b, rows)
    if log.paired:
        one, other = _partners(log, one, other)
    _, contrast = next(contrasts(log, outcome, one, other))
    return contrast.difference.item(), contrast.error.item(), min(len(one.places), len(other.places))


def _partners(log: Log, one: Totals, other: Totals) -> tuple[Totals, Totals]:
    """Those users of both arms who have sessions in both, in one order."""
    names = [log.exposures.users[side.places] for side in (one, other)]
    shared = set(names[0]) & set(names[1])
    kept = [np.array([name in shared for name in own], bool) for own in names]
    found = []
    for side, own in zip((one, other), kept, strict=True):
        found.append(Totals(side.places[own], side.sums[own], side.counts[own], side.before[own]))
    return found[0], found[1]


def _parts(side: Totals) -> np.ndarray:
    return linearised(side.sums, side.counts)


def _figure(outcome: Proxy, side: Totals, confidence: float) -> Mean | None:
    if not len(side.places) or not side.rows:
        return None
    values = _parts(side) if outcome.per == "occurrence" else side.means
    found = paired_mean(values).mean(side.rows, len(side.places), confidence)
    least, most = (-inf if outcome.least is None else outcome.least), (inf if outcome.most is None else outcome.most)
    return found.within(least, most)


def _verdict(mean: Mean, higher_is_better: bool | None, least: int) -> str:
    if least < MIN_USERS:
        return f"cannot tell: {least} user{'' if least == 1 else 's'} in an arm, of at least {MIN_USERS}"
    if higher_is_better is None:
        return "no direction"
    if mean.error is not None and mean.error <= ROUNDING and abs(mean.mean) > ROUNDING:
        return "cannot tell: users do not differ, and tell nothing of others"  # as p has it, which is 1
    if mean.low is None or mean.high is None or (mean.low <= ROUNDING and mean.high >= -ROUNDING):
        return "cannot tell"
    return "better" if (mean.mean > 0) == higher_is_better else "worse"
