"""Whether what is better on one set of users is better on another: agreement of pairs, regret, rank correlation."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from memlab.seeds import derive
from memlab.stats import ROUNDING
from memlab.stats.draws import Floats, halves, user_weights
from memlab.stats.mean import Mean
from memlab.stats.ordering import Ordering, pair_signs, tau_b, users_needed

DRAWS = 999
MIN_PAIRS = 30


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A pair that the judge resolves and the other side does not order alike; means are of better minus worse."""

    better: str
    worse: str
    judge: Mean
    other: Mean


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the other side's order is the judge's.

    Attributes:
        pairs: Of all strategies.
        resolved: Pairs that the judge tells apart.
        agree: The share of these that the other side orders alike, with an interval; None without any.
        both: Pairs that both sides tell apart; `both_agree` how many of these are ordered alike.
        alike: Pairs of all that both sides order alike, ties left out; of `untied` that neither side ties.
        best: What the judge puts first; `chosen` what the other side does, of several the worst by the judge.
        regret: The judge's mean of the first less that of the second, 0 or more.
        tau: Kendall's tau_b over all pairs; None where one side ties all.
        ceiling: tau_b between the judge's orders from two random halves of its users; None under 4 users, and where
            it was not asked for.
        needed: Users of the judge that would resolve 30 pairs.
        contradictions: The widest difference first.
    """

    pairs: int
    resolved: int
    agree: Mean | None
    both: int
    both_agree: int
    alike: int
    untied: int
    best: str
    chosen: str
    regret: Mean
    tau: Mean | None
    ceiling: Mean | None
    needed: int | None
    contradictions: tuple[Contradiction, ...]


def agreement(
    judge: Ordering, other: Ordering, *, name: str, together: bool = False, ceiling: bool = True
) -> Agreement:
    """Counts how many of the pairs that the judge resolves the other side orders alike; a tie agrees with nothing.

    Intervals are from 999 resamples of the users of both sides (`memlab.stats.draws.user_weights`). Which pairs are
    resolved stays as it is, so an interval is of the share among these pairs. Orders that are drawn again are less
    alike than those they are drawn from, since chance has its say twice; so the interval of agreement and of tau_b
    reaches at either end as far as the percentile or the reflected interval does (Davison & Hinkley, 1997, ch. 5).
    Regret has percentiles. In the studies that the tests draw, 60 of each kind, what users without number would say
    lies within the interval of agreement in .98 or more and of regret in .90 or more. That of tau_b is too short where
    strategies are close: it holds the tau_b of users without number in .62 of such studies, and lies too low in the
    others. Pairs share strategies: intervals are over users, for these strategies only.

    The ceiling is tau_b between halves as it is seen: each has half of the users, so it understates how sure the order
    of all users is.

    Args:
        judge: Whose resolved pairs count.
        other: Whose order is judged.
        name: Of what is compared: it seeds the resamples.
        together: Whether both sides are of the same users, in the same order, who are then resampled together.
        ceiling: Whether the ceiling is looked for.

    Raises:
        ValueError: The sides are not of the same strategies, or not of the same users where they are to be.
    """
    if judge.strategies != other.strategies:
        raise ValueError(f"both sides must order the same strategies; got {judge.strategies} and {other.strategies}")
    if together and judge.users != other.users:
        raise ValueError("sides that are resampled together must be of the same users in the same order")
    drawn = _drawn(judge, "judge" if not together else "users", name)
    drawn_other = _drawn(other, "other" if not together else "users", name)
    kept = np.isfinite(drawn).all(axis=1) & np.isfinite(drawn_other).all(axis=1)
    drawn, drawn_other = drawn[kept], drawn_other[kept]
    resolved, signs, theirs, users = judge.resolved, judge.signs, other.signs, len(judge.users)
    redrawn = pair_signs(drawn), pair_signs(drawn_other)
    both, same = resolved & other.resolved, signs * theirs > 0
    agree = None
    if resolved.any():
        shares = (redrawn[0] * redrawn[1] > 0)[:, resolved].mean(axis=1)
        agree = _reflected(_percentiles(float(same[resolved].mean()), shares, int(resolved.sum()), users), 0.0)
    tau = _percentiles(float(tau_b(signs, theirs)), tau_b(*redrawn), len(signs), users)
    best, chosen, regret = _regret(judge, other, drawn, drawn_other)
    return Agreement(
        pairs=len(signs),
        resolved=int(resolved.sum()),
        agree=agree,
        both=int(both.sum()),
        both_agree=int((both & same).sum()),
        alike=int(same.sum()),
        untied=int((signs * theirs != 0).sum()),
        best=best,
        chosen=chosen,
        regret=regret,
        tau=_reflected(tau, -1.0) if np.isfinite(tau.mean) else None,
        ceiling=split_half(judge, name) if ceiling else None,
        needed=users_needed(judge, MIN_PAIRS),
        contradictions=_contradictions(judge, other, resolved & ~same),
    )


def split_half(judge: Ordering, name: str) -> Mean | None:
    """tau_b between the orders from two random halves of the users: its mean over 999 halvings, and their middle 95 %.

    Returns:
        None under 4 users, and where the halves order nothing.
    """
    if len(judge.users) < 4:
        return None
    first = halves(judge.strata, DRAWS, derive(0, "halves", name)).astype(float)
    found = tau_b(pair_signs(judge.means(first)), pair_signs(judge.means(1 - first)))
    found = found[np.isfinite(found)]
    if not len(found):
        return None
    return _percentiles(float(found.mean()), found, len(judge.differences), len(judge.users))


def _drawn(side: Ordering, part: str, name: str) -> Floats:
    return side.means(user_weights(side.strata, DRAWS, derive(0, "agreement", name, part)))


def _percentiles(value: float, drawn: Floats, n: int, users: int) -> Mean:
    """A figure with the middle 95 % of its resamples; without an interval where no resample has the figure."""
    finite = drawn[np.isfinite(drawn)]
    if users < 2 or not len(finite):
        return Mean(value, None, None, n, users)
    low, high = np.quantile(finite, [0.025, 0.975])
    return Mean(value, float(low), float(high), n, users)


def _reflected(found: Mean, least: float) -> Mean:
    """The same, reaching at either end as far as its mirror image about the figure, between `least` and 1."""
    if found.low is None or found.high is None:
        return found
    low, high = min(found.low, 2 * found.mean - found.high), max(found.high, 2 * found.mean - found.low)
    return Mean(found.mean, max(least, low), min(1.0, high), found.n, found.users)


def _regret(judge: Ordering, other: Ordering, drawn: Floats, drawn_other: Floats) -> tuple[str, str, Mean]:
    """What the judge puts first, what the other side does (of several the worst), and what that costs."""
    whole = [side.means(np.ones((1, len(side.users)))) for side in (judge, other)]
    lost = []
    for means, theirs in (whole, (drawn, drawn_other)):
        gap = means.max(axis=1) - means.min(axis=1, where=_first(theirs), initial=np.inf)
        lost.append(np.where(gap <= ROUNDING, 0.0, gap))
    best = judge.strategies[int(whole[0].argmax())]
    chosen = judge.strategies[int(np.where(_first(whole[1]), whole[0], np.inf).argmin())]
    return best, chosen, _percentiles(float(lost[0][0]), lost[1], int(judge.counts.sum()), len(judge.users))


def _first(means: Floats) -> np.ndarray:
    """Which strategies are first, row by row; nearly equal ones are equal."""
    return means >= means.max(axis=1, keepdims=True) - ROUNDING


def _contradictions(judge: Ordering, other: Ordering, wanted: np.ndarray) -> tuple[Contradiction, ...]:
    found = []
    pairs = combinations(judge.strategies, 2)
    for (a, b), own, theirs, counts in zip(pairs, judge.differences, other.differences, wanted, strict=True):
        if counts and own.verdict == "better":
            found.append(Contradiction(a, b, own.mean, theirs.mean))
        elif counts:
            found.append(Contradiction(b, a, _turned(own.mean), _turned(theirs.mean)))
    return tuple(sorted(found, key=lambda c: (-abs(c.judge.mean), c.better, c.worse)))


def _turned(mean: Mean) -> Mean:
    low = None if mean.high is None else -mean.high
    high = None if mean.low is None else -mean.low
    return Mean(-mean.mean, low, high, mean.n, mean.users, mean.error, mean.freedom)
