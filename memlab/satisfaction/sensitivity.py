"""Which orders of strategies survive when an assumed weight is halved or doubled, and where an order flips.

The weights of a simulated user, and of the composite, are assumptions. What may be claimed of two strategies is
therefore an order and the region of weights in which it holds. Weights of the composite are changed on the files of the
runs as they are; what a user does under other weights has to be lived again, so there `variants` says what to run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from memlab.metrics.satisfaction import composite
from memlab.satisfaction.outcomes import Outcome
from memlab.satisfaction.reacting.weights import SHARES
from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.mean import clustered_mean

FACTORS = (0.5, 2.0)
Arms = Mapping[str, Sequence[Outcome]]
Worth = Callable[[Outcome], float]


@dataclass(frozen=True, slots=True)
class Lead:
    """By how much one arm is ahead of another, on the sessions that both were scheduled for.

    Attributes:
        mean: Of the first minus the second, per session, with its 95 % interval over users; None with one user.
    """

    first: str
    second: str
    mean: float
    low: float | None
    high: float | None
    users: int

    @property
    def is_resolved(self) -> bool:
        """Whether the interval leaves out 0, of as many users as a verdict takes."""
        if self.low is None or self.high is None or self.users < MIN_USERS:
            return False
        return self.low > ROUNDING or self.high < -ROUNDING


@dataclass(frozen=True, slots=True)
class Shift:
    """What became of a lead when one weight was multiplied.

    Attributes:
        before: As declared; `after` with the weight changed.
        verdict: `holds` where both are resolved alike, `flips` where they are resolved against each other, `open`
            where one of them is not resolved: then nothing is claimed.
    """

    weight: str
    factor: float
    before: Lead
    after: Lead

    @property
    def verdict(self) -> str:
        if not (self.before.is_resolved and self.after.is_resolved):
            return "open"
        return "holds" if self.before.mean * self.after.mean > 0 else "flips"


@dataclass(frozen=True, slots=True)
class Variant:
    """One weight of the user multiplied: what to run, and what it is called."""

    weight: str
    factor: float
    override: str


def leads(arms: Arms, worth: Worth = lambda outcome: outcome.satisfaction) -> list[Lead]:
    """Every pair of arms, each with the one that is ahead first.

    Args:
        arms: By name, the outcomes of the same users (`memlab.satisfaction.outcomes.outcomes`).
        worth: What a session is worth.

    Raises:
        ValueError: Two arms have no scheduled session of a user in common.
    """
    found = [_lead(one, other, arms, worth) for one, other in combinations(arms, 2)]
    return [lead if lead.mean >= 0 else _turned(lead) for lead in found]


def of_composite(arms: Arms, weights: Mapping[str, float], factors: Sequence[float] = FACTORS) -> list[Shift]:
    """What becomes of every lead when one weight of the composite is multiplied; nothing is lived again."""
    before = leads(arms, partial(_worth, weights))
    found: list[Shift] = []
    for name in weights:
        for factor in factors:
            changed = {**weights, name: weights[name] * factor}
            worth = partial(_worth, changed)
            found += [_shift(name, factor, lead, arms, worth) for lead in before]
    return found


def flips_at(arms: Arms, weights: Mapping[str, float], weight: str, first: str, second: str) -> float | None:
    """By which factor of a weight of the composite two arms change places, all others as declared; None for none.

    The composite is a sum, so the difference of two arms is a straight line in each weight and the factor is exact.
    """
    parts = {name: _lead(first, second, arms, partial(_worth, {name: 1.0})).mean for name in weights}
    rest = sum(weights[name] * parts[name] for name in weights if name != weight)
    own = weights[weight] * parts[weight]
    return -rest / own if own and -rest / own > 0 else None


def variants(user: Mapping[str, float], factors: Sequence[float] = FACTORS) -> list[Variant]:
    """What to run to see which orders hang on the weights of the user (the node `user` of the source's yaml).

    A share is doubled up to 1. Each variant is a run of every arm: with 40 users and two arms, minutes for each.
    """
    found = []
    for name, value in user.items():
        for factor in factors:
            changed = min(1.0, value * factor) if name in SHARES else value * factor
            if changed != value:
                found.append(Variant(name, factor, f"source.user.{name}={changed:.6g}"))
    return found


def of_user(arms: Arms, lived: Mapping[Variant, Arms]) -> list[Shift]:
    """What became of every lead in satisfaction where the user was lived with another weight.

    Args:
        arms: As declared.
        lived: By variant, the same arms lived again.
    """
    return [
        _shift(variant.weight, variant.factor, lead, again, lambda outcome: outcome.satisfaction)
        for variant, again in lived.items()
        for lead in leads(arms)
    ]


def _worth(weights: Mapping[str, float], outcome: Outcome) -> float:
    return composite(outcome, weights)


def _shift(weight: str, factor: float, before: Lead, arms: Arms, worth: Worth) -> Shift:
    return Shift(weight, factor, before, _lead(before.first, before.second, arms, worth))


def _lead(first: str, second: str, arms: Arms, worth: Worth) -> Lead:
    one, other = ({(o.user, o.session): worth(o) for o in arms[name]} for name in (first, second))
    both = [key for key in one if key in other]
    if not both:
        raise ValueError(f"{first} and {second} share no scheduled session; give runs of the same users and seed")
    found = clustered_mean([one[key] - other[key] for key in both], [user for user, _ in both])
    return Lead(first, second, found.mean, found.low, found.high, found.users)


def _turned(lead: Lead) -> Lead:
    low, high = (None if end is None else -end for end in (lead.high, lead.low))
    return Lead(lead.second, lead.first, -lead.mean, low, high, lead.users)
