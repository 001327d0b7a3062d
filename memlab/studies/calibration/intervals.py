"""Candidate intervals of the micro mean, of many drawn studies at once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from memlab.stats.bootstrap import resampled, studentised
from memlab.stats.draws import Floats
from memlab.stats.macro import ENOUGH
from memlab.stats.rates import korn_graubard
from memlab.stats.totals import skewed_ends, spread_of_total
from memlab.studies.calibration.population import Drawn

LEVEL = 0.95
BLOCK = 500  # studies whose resamples are held at once


class Ends(NamedTuple):
    """The intervals of studies, each of shape (studies,)."""

    low: Floats
    high: Floats

    def holds(self, truth: float) -> float:
        """The share of studies whose interval holds the truth."""
        return float(np.mean((self.low <= truth + 1e-12) & (truth - 1e-12 <= self.high)))

    def without(self, value: float) -> np.ndarray:
        """Of each study, whether its interval leaves a value out."""
        return (self.low > value + 1e-12) | (self.high < value - 1e-12)


def used(drawn: Drawn) -> Ends:
    """What memlab prints: `memlab.stats.mean.clustered_mean`."""
    mean, error, freedom, squares, cubes = _parts(drawn)
    below, above = skewed_ends(error, freedom, squares, cubes, LEVEL)
    return Ends(mean - below, mean + above)


def lengthened(drawn: Drawn) -> Floats:
    """How many times as long as Student's the interval of each study is."""
    _, _, freedom, squares, cubes = _parts(drawn)
    below, above = skewed_ends(1.0, freedom, squares, cubes, LEVEL)
    student, _ = skewed_ends(1.0, freedom, squares, 0 * cubes, LEVEL)
    return (below + above) / (2 * student)


def candidates(drawn: Drawn, draws: int, generator: np.random.Generator) -> Iterator[tuple[str, Ends]]:
    """t intervals by three ways to degrees of freedom, the one that is used, and users drawn again in two ways.

    Args:
        draws: Resamples of each study.
    """
    from scipy import stats

    totals, counts = drawn
    users, n = totals.shape[1], counts.sum(axis=1)
    mean = totals.sum(axis=1) / n
    plain = np.sqrt(((totals - counts * mean[:, None]) ** 2).sum(axis=1) * users / (users - 1)) / n
    yield "t, users − 1", _around(mean, plain * stats.t.ppf(0.5 + LEVEL / 2, users - 1))
    for rho in (0.0, 1.0):
        found = spread_of_total(totals, counts, rho)
        reach = np.sqrt(found.variance) / n * stats.t.ppf(0.5 + LEVEL / 2, found.freedom)
        yield f"CR2, ρ = {rho:g}", _around(mean, reach)
    yield "skewed (used)", used(drawn)
    yield from _drawn_again(drawn, mean, plain, draws, generator)


def rare(drawn: Drawn) -> Iterator[tuple[str, Ends]]:
    """Intervals of a share near 0, the last of them the one that is used (`memlab.stats.rates`)."""
    from scipy import stats

    mean, error, freedom, _, _ = _parts(drawn)
    n, users = drawn.counts.sum(axis=1), np.full(len(mean), float(drawn.totals.shape[1]))
    turned = used(drawn)
    quantile = stats.t.ppf(0.5 + LEVEL / 2, freedom)
    yield "t (CR2)", _around(mean, error * quantile)
    yield "skewed", turned
    known = error > 0
    effective = np.minimum(np.where(known, mean * (1 - mean) / np.where(known, error, 1.0) ** 2, users), n)
    centre = (mean + quantile**2 / (2 * effective)) / (1 + quantile**2 / effective)
    inside = mean * (1 - mean) / effective + quantile**2 / (4 * effective**2)
    yield "Wilson", _around(centre, quantile * np.sqrt(inside) / (1 + quantile**2 / effective))
    exact = Ends(*korn_graubard(mean, error**2, freedom, n, users, LEVEL))
    yield "Korn–Graubard", exact
    yield "wider (used)", Ends(np.minimum(exact.low, turned.low), np.maximum(exact.high, turned.high))


def macro(drawn: Drawn) -> Iterator[tuple[str, Ends]]:
    """Intervals of the mean of several kinds' means, the last of them what `memlab.stats.macro.macro_mean` prints.

    A kind of fewer questions than `memlab.stats.macro.ENOUGH` leaves a study without an interval: a miss.
    """
    for name, stretched in (("linearised", False), ("drawn out (used)", True)):
        yield name, used(_linearised(drawn, stretched))


def _linearised(drawn: Drawn, stretched: bool) -> Drawn:
    """Users' totals, over all kinds, of values whose mean is the macro mean."""
    totals, counts = drawn
    asked, of_kind = (counts > 0).sum(axis=1, keepdims=True), counts.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = totals.sum(axis=1, keepdims=True) / of_kind
        own = (totals - counts * means) / of_kind * (np.sqrt(asked / (asked - 1)) if stretched else 1)
    n = counts.sum(axis=-1)
    weight = n.sum(axis=1, keepdims=True) / counts.shape[-1]
    known = (of_kind >= ENOUGH).all(axis=-1) & (asked > 1).all(axis=-1)
    return Drawn(np.where(known, means.mean(axis=-1) * n + own.sum(axis=-1) * weight, np.nan), n)


def _parts(drawn: Drawn) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    found, n = spread_of_total(*drawn), drawn.counts.sum(axis=1)
    return drawn.totals.sum(axis=1) / n, np.sqrt(found.variance) / n, found.freedom, found.squares, found.cubes


def _around(mean: Floats, reach: Floats) -> Ends:
    return Ends(mean - reach, mean + reach)


def _drawn_again(
    drawn: Drawn, mean: Floats, error: Floats, draws: int, generator: np.random.Generator
) -> Iterator[tuple[str, Ends]]:
    users = drawn.totals.shape[1]
    weights = generator.multinomial(users, np.full(users, 1 / users), draws).astype(float)
    parts: list[tuple[Floats, Floats, Floats, Floats]] = []
    for start in range(0, len(mean), BLOCK):
        own = slice(start, start + BLOCK)
        means, variances = resampled(drawn.totals[own], drawn.counts[own], weights)
        low, high = studentised(means - mean[own, None], variances, LEVEL)
        percent = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
        parts.append((np.nan_to_num(low), np.nan_to_num(high), percent[0], percent[1]))
    low, high, *ends = (np.concatenate(part) for part in zip(*parts, strict=True))
    yield "bootstrap-t", Ends(mean - high * error, mean - low * error)
    yield "percentile", Ends(*ends)
