"""Orders of strategies: by how content users are, and by what is retrieved for others; and how far they agree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from memlab.report.wishes import higher_is_better
from memlab.results import Result
from memlab.stats.agreement import agreement
from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.ordering import Ordering, ordering
from memlab.stats.paired import Key
from memlab.studies.panel import Panel


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Strategies in the order of one figure.

    Attributes:
        figures: Each strategy's own mean, by name.
        higher: Whether more is better.
    """

    metric: str
    order: Ordering
    figures: Mapping[str, Mean]
    higher: bool

    @property
    def strategies(self) -> tuple[str, ...]:
        return self.order.strategies


@dataclass(frozen=True, slots=True)
class Ranking:
    """How far retrieval's order is that of satisfaction.

    Attributes:
        tau: Kendall's tau_b over all pairs, with an interval over the users of both sides.
        ceiling: tau_b between two halves of the judge's users: more than that cannot be asked for.
        resolved: Pairs that the judge tells apart; `agree` the share of them that the other orders alike.
        best: What the judge puts first, `chosen` what the other does, and `regret` what that costs.
    """

    judge: str
    other: str
    tau: Mean | None
    ceiling: Mean | None
    pairs: int
    resolved: int
    agree: Mean | None
    best: str
    chosen: str
    regret: Mean


def side_of_panels(sides: Mapping[str, Panel], outcome: str) -> Side:
    """An outcome of users who lived under every strategy; sessions are what is compared, users what is drawn again."""
    scores = {}
    for name, side in sides.items():
        values = side.values[outcome]
        known = np.argwhere(np.isfinite(values))
        scores[name] = {(side.users[u], f"session {s}"): float(values[u, s]) for u, s in known}
    return _side(outcome, scores, True)


def side_of_results(results: Mapping[str, Result], metric: str) -> Side | None:
    """A metric of runs on recorded lives, question by question.

    A question has a score under some strategies only where what it asks hangs on what is recalled, as whether the
    first memory is out of date; so each run's mean is of its own questions, and the order is over those that all have.

    Returns:
        None where no question has a score under all strategies.
    """
    scores = {name: result.scores.get(metric, {}) for name, result in results.items()}
    if not set.intersection(*(set(found) for found in scores.values())):
        return None
    return _side(metric, scores, higher_is_better(next(iter(results.values())), metric) is not False)


def between(judge: Side, other: Side) -> Ranking:
    """How far one side's order is the other's; their users are others, and drawn again apart."""
    found = agreement(judge.order, other.order, name=f"{judge.metric} by {other.metric}")
    return Ranking(
        judge=judge.metric,
        other=other.metric,
        tau=found.tau,
        ceiling=found.ceiling,
        pairs=found.pairs,
        resolved=found.resolved,
        agree=found.agree,
        best=found.best,
        chosen=found.chosen,
        regret=found.regret,
    )


def _side(metric: str, scores: Mapping[str, Mapping[Key, float]], higher: bool) -> Side:
    own = {
        name: clustered_mean([*found.values()], [user for user, _ in found]) for name, found in scores.items() if found
    }
    return Side(metric, ordering(scores, higher), own, higher)
