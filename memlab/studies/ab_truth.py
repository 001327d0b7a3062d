"""Experiments whose true effect is known: bias, coverage and power of every estimator."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from memlab.seeds import derive
from memlab.stats.contrast import Arm, Contrast
from memlab.stats.cuped import adjusted_difference
from memlab.stats.delta import ratio_difference
from memlab.stats.draws import Floats
from memlab.stats.sequential import always_valid_p, confidence_sequence, first_mixture
from memlab.stats.welch import mean_difference, paired_mean
from memlab.studies.panel import Panel, Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One estimator over many experiments.

    Attributes:
        users: Of an experiment, in both arms together.
        truth: The effect among all users, which is known.
        bias: The mean estimate less the truth; `noise` its Monte Carlo standard error.
        coverage: How many of the intervals hold the truth; of a sequence, at all looks together.
        width: Mean width of the interval, of a sequence at the last look; None where there never is one.
        power: How many experiments find a difference.
        stopped: After how many sessions half of the experiments may stop; None for whoever does not peek, and where
            fewer than half may.
        draws: Experiments in which each arm has at least two users.
    """

    outcome: str
    estimator: str
    users: int
    truth: float
    bias: float
    noise: float
    coverage: float
    width: float | None
    power: float
    stopped: int | None
    draws: int


def judged(a: Panel, b: Panel, outcome: str, users: int, draws: int, seed: int, alpha: float) -> Iterator[Judged]:
    """Every estimator of a mean on one outcome.

    An experiment draws its users with replacement from all who lived under both arms, and each is in arm b with one
    half; the paired one sees the same users under both. So the true effect is exactly that among all.

    Args:
        a: All users under arm a; `b` the same under arm b.
        users: Of an experiment.
        draws: Experiments.
    """
    drawn, in_b = _draws(len(a.users), users, draws, derive(seed, "ab", outcome, users))
    arms = Arm(1.0 * (drawn - in_b)), Arm(1.0 * in_b)
    one, other = a.means(outcome), b.means(outcome)
    truth = (other - one).mean(axis=0)
    ends, last = (one[:, -1:], other[:, -1:]), truth[-1:]
    before = a.before[outcome], b.before[outcome]
    yield _judge(outcome, "means", users, last, mean_difference(*ends, *arms), alpha)
    yield _judge(outcome, "CUPED", users, last, adjusted_difference(*ends, *before, *arms), alpha)
    yield _judge(outcome, "paired", users, last, paired_mean(ends[1] - ends[0], Arm(1.0 * drawn)), alpha)
    yield _looked(outcome, "always valid, means", users, truth, mean_difference(one, other, *arms), alpha)
    looks = adjusted_difference(one, other, *before, *arms)
    yield _looked(outcome, "always valid, CUPED", users, truth, looks, alpha)


def judged_ratio(a: Panel, b: Panel, of: Ratio, users: int, draws: int, seed: int, alpha: float) -> Judged:
    """The delta method on a ratio of totals, as `judged` has it."""
    name = f"{of[0]} per {of[1]}"
    drawn, in_b = _draws(len(a.users), users, draws, derive(seed, "ab", name, users))
    one, other = ((above[:, -1:], below[:, -1:]) for above, below in (a.ratio(of), b.ratio(of)))
    truth = other[0].sum(axis=0) / other[1].sum(axis=0) - one[0].sum(axis=0) / one[1].sum(axis=0)
    contrast = ratio_difference(one, other, Arm(1.0 * (drawn - in_b)), Arm(1.0 * in_b))
    return _judge(name, "ratio of totals", users, truth, contrast, alpha)


def _draws(people: int, users: int, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each of the people is drawn, and how often into arm b, shape (draws, people)."""
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(users, np.full(people, 1 / people), draws)
    return drawn, generator.binomial(drawn, 0.5)


def _judge(outcome: str, estimator: str, users: int, truth: Floats, contrast: Contrast, alpha: float) -> Judged:
    contrast = _known(contrast)
    low, high = contrast.interval(1 - alpha)
    held = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
    return Judged(
        outcome=outcome,
        estimator=estimator,
        users=users,
        truth=float(truth[0]),
        coverage=float(held.mean()),
        width=_mean_of_known(high - low),
        power=float((contrast.p <= alpha).mean()),
        stopped=None,
        draws=len(contrast.difference),
        **_bias(contrast.difference[:, 0], float(truth[0])),
    )


def _looked(outcome: str, estimator: str, users: int, truth: Floats, contrast: Contrast, alpha: float) -> Judged:
    contrast = _known(contrast)
    mixture = first_mixture(contrast.error, 1 - alpha)
    low, high = confidence_sequence(contrast.difference, contrast.error, mixture, 1 - alpha)
    found = always_valid_p(contrast.difference, contrast.error, mixture) <= alpha
    half = np.flatnonzero(found.mean(axis=0) >= 0.5)
    return Judged(
        outcome=outcome,
        estimator=estimator,
        users=users,
        truth=float(truth[-1]),
        coverage=float(((low <= truth) & (truth <= high)).all(axis=1).mean()),
        width=_mean_of_known((high - low)[:, -1]),
        power=float(found[:, -1].mean()),
        stopped=int(half[0]) + 1 if len(half) else None,
        draws=len(found),
        **_bias(contrast.difference[:, -1], float(truth[-1])),
    )


def _known(contrast: Contrast) -> Contrast:
    """The experiments in which each arm has at least two users, as all have but the smallest."""
    known = np.isfinite(contrast.error).all(axis=1)
    return Contrast(contrast.difference[known], contrast.error[known], contrast.freedom[known])


def _mean_of_known(widths: Floats) -> float | None:
    known = widths[np.isfinite(widths)]
    return float(known.mean()) if len(known) else None


def _bias(estimates: Floats, truth: float) -> dict[str, float]:
    return {
        "bias": float(estimates.mean() - truth),
        "noise": float(estimates.std(ddof=1) / np.sqrt(len(estimates))),
    }
