"""A paired comparison with all that a table shows of it: difference, p-value, effect size, and users it would need."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from memlab.stats import MIN_USERS
from memlab.stats.bootstrap import bootstrap_t_mean
from memlab.stats.effect import effect_size
from memlab.stats.family import LEVEL
from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.paired import Difference, Key, paired_difference
from memlab.stats.permutation import sign_flip_p
from memlab.stats.power import users_for

CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean of a minus b over queries that both were scored on.

    Attributes:
        p: Two-sided, by flips of the signs of users' totals.
        effect: The difference in standard deviations of users' own differences; None where users do not differ.
        needed: Users with whom four of five studies would resolve a true difference as large as the one seen.
    """

    difference: Difference
    p: float
    effect: Mean | None
    needed: int | None

    def verdict(self, adjusted: float | None = None) -> str:
        """In words: by the interval, and by the p-value after Holm too where the comparison was named beforehand.

        Args:
            adjusted: The p-value after Holm; None for a comparison that nobody named.
        """
        found = self.difference.verdict
        if found in ("better", "worse") and adjusted is not None and adjusted > LEVEL:
            found = CANNOT_TELL
        if not found.startswith(CANNOT_TELL):
            return found
        few = self.difference.mean.users < MIN_USERS
        why = [f"{found.partition(': ')[2]}"] if few else []
        more = self.needed is not None and self.needed > self.difference.mean.users  # else Holm alone stands in the way
        why += [f"would need about {rounded(self.needed):,} users"] if self.needed is not None and more else []
        return f"{CANNOT_TELL} ({', '.join(why)})" if why else CANNOT_TELL


def comparison(
    a: Mapping[Key, float],
    b: Mapping[Key, float],
    higher_is_better: bool | None,
    name: str,
    strata: Mapping[str, str] | None = None,
    bootstrap: bool = False,
) -> Comparison:
    """Compares two strategies query by query; costs up to 10,000 flips of the users, so only where it is shown.

    Args:
        a: Scores by (user, query); `b` likewise.
        name: Of the comparison: it seeds the flips.
        strata: Of each user; None for one stratum.
        bootstrap: Whether the interval is the bootstrap-t (`memlab.stats.bootstrap`), at 2,000 resamples more.

    Raises:
        ValueError: They share no query.

    >>> found = comparison({("u", "q"): 1.0}, {("u", "q"): 0.0}, True, "a minus b")
    >>> found.p, found.verdict()
    (1.0, 'cannot tell (1 user of at least 6)')
    """
    mean_of = partial(bootstrap_t_mean, name=name) if bootstrap else clustered_mean
    found = paired_difference(a, b, higher_is_better, strata, mean_of=mean_of)
    shared = a.keys() & b.keys()
    place = {user: n for n, user in enumerate(sorted({user for user, _ in shared}))}
    totals, counts = np.zeros(len(place)), np.zeros(len(place))
    for user, query in sorted(shared):
        totals[place[user]] += a[user, query] - b[user, query]
        counts[place[user]] += 1
    mean = found.mean
    needed = users_for(mean.mean, mean.error, mean.freedom, mean.users, longer=mean.longer)
    return Comparison(found, float(sign_flip_p(totals, name)), effect_size(mean, totals, counts), needed)


def rounded(users: int) -> int:
    """To two digits, as far as such a number can be trusted.

    >>> rounded(1234), rounded(7)
    (1200, 7)
    """
    step = 10 ** max(0, len(str(users)) - 2)
    return round(users / step) * step
