"""Paired comparison: the same queries under two strategies, with an interval over users and a verdict in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.power import detectable

Key = tuple[str, str]
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of a minus b over queries that both were scored on.

    Attributes:
        detectable: The smallest true difference that such a comparison resolves in four of five studies.
    """

    mean: Mean
    users_better: int
    users_worse: int
    verdict: str
    detectable: float | None


def user_means(scores: Mapping[tuple[str, Any], float]) -> dict[Key, float]:
    """Each user's own mean as their one score: what is paired where users were not asked the same questions.

    So every user weighs the same, however many questions or sessions they had under either strategy.

    Args:
        scores: By user and question, or by user and session.

    >>> user_means({("u", "q1"): 1.0, ("u", "q2"): 0.0, ("v", "q1"): 1.0})
    {('u', ''): 0.5, ('v', ''): 1.0}
    """
    own: dict[str, list[float]] = {}
    for (user, _), value in scores.items():
        own.setdefault(user, []).append(value)
    return {(user, ""): sum(values) / len(values) for user, values in sorted(own.items())}


def paired_difference(
    a: Mapping[Key, float],
    b: Mapping[Key, float],
    higher_is_better: bool | None,
    strata: Mapping[str, str] | None = None,
    confidence: float = CONFIDENCE,
    mean_of: Callable[..., Mean] = clustered_mean,
) -> Difference:
    """Compares two strategies query by query, clustered by user and stratified by where users come from.

    Under 6 users there is no verdict, only the count of users on either side.

    Args:
        a: Scores by (user, query); `b` likewise.
        higher_is_better: None where neither is, and no verdict is given.
        strata: Of each user; None for one stratum.
        confidence: Of the interval and the verdict, between 0 and 1; `detectable` stays a test at .95.
        mean_of: Gives the mean and its interval, called as `clustered_mean` is.

    Raises:
        ValueError: They share no query.

    >>> d = paired_difference({("u", "q"): 1.0}, {("u", "q"): 0.0}, True)
    >>> d.mean.mean, d.verdict
    (1.0, 'cannot tell: 1 user of at least 6')
    """
    shared = sorted(a.keys() & b.keys())
    if not shared:
        raise ValueError("the two runs share no scored query; compare runs on the same source and limits")
    by_user: dict[str, float] = {}
    for user, query in shared:
        by_user[user] = by_user.get(user, 0.0) + a[user, query] - b[user, query]
    own = None if strata is None else [strata[user] for user, _ in shared]
    values, users = [a[key] - b[key] for key in shared], [user for user, _ in shared]
    mean = mean_of(values, users, confidence=confidence, strata=own)
    sign = -1 if higher_is_better is False else 1
    better = sum(sign * total > ROUNDING for total in by_user.values())
    worse = sum(sign * total < -ROUNDING for total in by_user.values())
    verdict = _verdict(mean, sign, higher_is_better)
    usual = mean if confidence == CONFIDENCE else mean_of(values, users, confidence=CONFIDENCE, strata=own)
    least = detectable(usual.error, usual.freedom, longer=usual.longer)
    return Difference(mean, better, worse, verdict, least)


def _verdict(mean: Mean, sign: int, higher_is_better: bool | None) -> str:
    if mean.users < MIN_USERS:
        return f"cannot tell: {mean.users} user{'s' if mean.users > 1 else ''} of at least {MIN_USERS}"
    if higher_is_better is None:
        return "no direction"
    if mean.low is None or mean.high is None or (mean.low <= ROUNDING and mean.high >= -ROUNDING):
        return "cannot tell"
    return "better" if sign * mean.mean > 0 else "worse"
