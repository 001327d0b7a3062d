"""What one arm has over another, for many draws of users at once: the difference, its error, its t test."""

from dataclasses import dataclass

import numpy as np

from memlab.stats import ROUNDING
from memlab.stats.draws import Floats
from memlab.stats.mean import Mean

DIGITS = 1e-12  # of a sum of products, what is left by rounding alone


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Arm b minus arm a, elementwise: all fields are of one shape, mostly (draws, columns).

    Attributes:
        difference: Of the two arms' means or ratios; NaN where an arm has no users.
        error: Its standard error; NaN where an arm has one user.
        freedom: The degrees of freedom of its t distribution (Welch, 1947, unless users are paired).
    """

    difference: Floats
    error: Floats
    freedom: Floats

    @property
    def p(self) -> Floats:
        """Two-sided, against no difference; 1 where users do not differ, since they tell nothing of others."""
        from scipy import stats

        spread = self.error > ROUNDING
        t = np.abs(self.difference) / np.where(spread, self.error, np.nan)
        found = 2 * stats.t.sf(t, self.freedom)
        return np.where(np.isfinite(found), found, 1.0)

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """The ends of the t interval."""
        from scipy import stats

        reach = stats.t.ppf(0.5 + confidence / 2, self.freedom) * self.error
        return self.difference - reach, self.difference + reach

    def mean(self, n: int, users: int, confidence: float = 0.95) -> Mean:
        """The only element as a mean with its interval.

        Args:
            n: Observations, `users` users that it is of.

        Raises:
            ValueError: There are several elements.
        """
        if self.difference.size != 1:
            raise ValueError(f"one difference is wanted; there are {self.difference.size}")
        if not np.isfinite(self.error).all():
            return Mean(self.difference.item(), None, None, n, users)
        low, high = (end.item() for end in self.interval(confidence))
        return Mean(self.difference.item(), low, high, n, users, self.error.item(), self.freedom.item())


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One arm's users, with how often each is in it in each of several draws.

    Attributes:
        times: Shape (draws, users).
        n: Users of each draw, shape (draws, 1).
    """

    times: Floats

    @property
    def n(self) -> Floats:
        return self.times.sum(axis=1, keepdims=True)

    def mean(self, values: Floats) -> Floats:
        """Shape (draws, columns) of values of shape (users, columns); NaN where nobody is in the arm."""
        return (self.times @ values) / np.where(self.n > 0, self.n, np.nan)

    def covariance(self, one: Floats, other: Floats) -> Floats:
        """Column by column, with n - 1 below, shape (draws, columns); NaN where fewer than two users are in the arm."""
        about, others = (v.sum(axis=0) / max(1, len(v)) for v in (one, other))
        one, other = one - about, other - others  # products of large numbers lose digits
        within = self.times @ (one * other) - self.n * self.mean(one) * self.mean(other)
        noise = DIGITS * (self.times @ np.abs(one * other))
        return np.where(np.abs(within) > noise, within, 0.0) / np.where(self.n > 1, self.n - 1, np.nan)


def once(values: Floats) -> Arm:
    """An arm that each user is in once, in one draw."""
    return Arm(np.ones((1, len(values))))


def between(mean: tuple[Floats, Floats], variance: tuple[Floats, Floats], n: tuple[Floats, Floats]) -> Contrast:
    """The difference of two independent means, with Welch's (1947) degrees of freedom.

    Args:
        mean: Of arm a and of arm b; `variance` of single users, `n` how many there are.
    """
    parts = [np.maximum(v, 0) / np.where(count > 0, count, np.nan) for v, count in zip(variance, n, strict=True)]
    total = parts[0] + parts[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = parts[0] ** 2 / (n[0] - 1) + parts[1] ** 2 / (n[1] - 1)
        freedom = np.where(spread > 0, total**2 / np.where(spread > 0, spread, 1), n[0] + n[1] - 2)
    return Contrast(mean[1] - mean[0], np.sqrt(total), freedom)
