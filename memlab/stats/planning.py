"""How many users, and under how many seeds, a study needs for a true difference to be found."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt

from memlab.stats import MIN_USERS
from memlab.stats.power import MOST_USERS, POWER, detectable

SMALL = 200


@dataclass(frozen=True, slots=True)
class Need:
    """What a study needs under so many seeds.

    Attributes:
        users: In all, over the seeds; each seed has its share of them. None where the seeds alone differ by too much.
    """

    seeds: int
    users: int | None

    @property
    def each(self) -> int | None:
        """Users under each seed."""
        return None if self.users is None else ceil(self.users / self.seeds)


def need(
    effect: float,
    user_sd: float,
    seed_sd: float = 0.0,
    seeds: int = 1,
    power: float = POWER,
    longer: float = 1.0,
    measured: int = MIN_USERS,
) -> Need:
    """The fewest users with whom a paired difference of this size is found, two-sided at 5 %.

    The difference has a variance of seed_sd² / seeds + user_sd² / users, users being other people under each seed, with
    Satterthwaite's (1946) degrees of freedom. Under one seed its share is left out: the study is then about users of
    that seed, and cannot say what another would give.

    Args:
        effect: The true difference, above 0, in the metric's unit.
        user_sd: The standard deviation over users of their own difference, above 0; `seed_sd` that over seeds.
        seeds: 1 or more.
        power: The share of such studies that find it.
        longer: How many times as long as Student's the interval of so many `measured` users is, 1 or more: users who
            are far out lengthen it (`memlab.stats.mean`), by less the more users there are.

    Raises:
        ValueError: An effect or a deviation is not above 0, or there is no seed.

    >>> need(0.03, user_sd=0.06).users, need(0.03, user_sd=0.06, seed_sd=0.01, seeds=4).each
    (34, 11)
    >>> need(0.03, user_sd=0.06, longer=1.2, measured=20).users
    40
    """
    if effect <= 0 or user_sd <= 0 or seed_sd < 0 or seeds < 1:
        raise ValueError(
            f"an effect and a spread of users must be above 0, seeds 1 or more; got {effect}, {user_sd}, {seeds}"
        )
    between = seed_sd**2 / seeds if seeds > 1 else 0.0

    def resolves(users: int) -> bool:
        within = user_sd**2 / users
        spread = within**2 / (users - 1) + (between**2 / (seeds - 1) if between else 0.0)
        far = 1 + (longer - 1) * sqrt(measured / users)
        least = detectable(sqrt(between + within), (between + within) ** 2 / spread, power, longer=far)
        return least is not None and least <= effect

    users = max(MIN_USERS, seeds)
    while not resolves(users):  # step by step at first: with few seeds freedom falls again as users grow
        users += 1 if users < SMALL else users // SMALL
        if users > MOST_USERS:
            return Need(seeds, None)
    return Need(seeds, _first(resolves, users - users // SMALL, users))


def _first(resolves: Callable[[int], bool], least: int, most: int) -> int:
    """The least of a few numbers of users, the last of which resolves."""
    return next((users for users in range(max(MIN_USERS, least), most) if resolves(users)), most)
