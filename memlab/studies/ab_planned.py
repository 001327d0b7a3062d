"""A planned experiment beside the truth: how many users it needs, what it finds, and what is so."""

from dataclasses import dataclass

from memlab.satisfaction.effects import Effect
from memlab.satisfaction.looks import MIN_EACH
from memlab.stats.mean import Mean
from memlab.stats.power import users_for
from memlab.stats.welch import mean_difference, paired_mean
from memlab.studies.panel import Panel

LEAST = 3 * MIN_EACH  # arms by hash then nearly always have enough for a look


@dataclass(frozen=True, slots=True)
class Planned:
    """One A/B experiment.

    Attributes:
        effect: In the outcome, that users are planned for.
        needed: Users in both arms together that were planned; None where the pilot shows no spread.
        users: Who were in it.
        found: What it gave.
        truth: The mean difference of other users who lived under both arms.
    """

    a: str
    b: str
    effect: float
    needed: int | None
    users: int
    found: Effect
    truth: Mean

    @property
    def holds(self) -> bool:
        """Whether the interval of what was found and that of the truth have a value in common."""
        one, other = self.found.mean, self.truth
        if one.low is None or one.high is None or other.low is None or other.high is None:
            return False
        return one.low <= other.high and other.low <= one.high


def planned_users(a: Panel, b: Panel, outcome: str, pilot: int, effect: float) -> int | None:
    """How many users in two even arms resolve an effect in four of five experiments, from the spread of a pilot.

    The pilot's users lived under both arms; each arm's spread is as if they had been others. What the difference was
    plays no part.

    Args:
        pilot: How many of the users, the first by name.
    """
    one, other = (side.means(outcome)[:pilot, -1:] for side in (a, b))
    found = mean_difference(one, other)
    return users_for(effect, found.error.item(), found.freedom.item(), len(one) + len(other))


def admitted(planned: int | None, most: int) -> int:
    """How many users an experiment has: as many as are planned, but at least 60, and at most `most`.

    >>> admitted(6, 400), admitted(88, 400), admitted(900, 400), admitted(None, 400), admitted(6, 8)
    (60, 88, 400, 400, 8)
    """
    return min(max(planned or most, LEAST), most)


def truth(a: Panel, b: Panel, outcome: str) -> Mean:
    """The mean difference of users who lived under both arms."""
    difference = b.means(outcome)[:, -1:] - a.means(outcome)[:, -1:]
    sessions = b.values[outcome].shape[1]
    return paired_mean(difference).mean(len(a.users) * sessions, len(a.users))
