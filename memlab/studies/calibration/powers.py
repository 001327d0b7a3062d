"""Whether power calculations come out: of effects that are said to be found, and of users that are asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from memlab.report.cells import Cell, Row, Table, share
from memlab.stats.family import LEVEL
from memlab.stats.permutation import sign_flip_p
from memlab.stats.planning import need
from memlab.stats.power import POWER, detectable, users_for
from memlab.stats.totals import spread_of_total
from memlab.studies.calibration.grid import Cell as Place
from memlab.studies.calibration.intervals import lengthened, used
from memlab.studies.calibration.promise import Promise

POINTS = 0.03
PILOTS = 100
LARGE = 20_000  # studies from which a cell's precision is known


@dataclass(frozen=True, slots=True)
class Power:
    """Of one cell.

    Attributes:
        effect: The true difference that is said to be found in four of five studies.
        along: The share of studies whose interval leaves out 0, where the effect is to the side on which users are far
            out; `against` where it is to the other.
        both: In which the p-value is .05 or less too, over both sides.
        planned: In which the interval leaves out 0, over both sides, where the effect is half as large and users are as
            many as `need` asks for it.
        asked: Of single studies, how many users they ask for against how many it needs: the quartiles.
    """

    effect: float
    along: float
    against: float
    both: float
    planned: float
    asked: tuple[float, float, float]

    @property
    def either(self) -> float:
        """The share over both sides, since who asks what is detectable does not know the side."""
        return (self.along + self.against) / 2


def measure(places: Sequence[Place], studies: int, done: Callable[[], None]) -> dict[Place, Power]:
    """Of each cell that leaves room for the effect: who differs on a tenth of questions cannot differ by .2."""
    found = {}
    for place in places:
        drawn = place.differences(0.0, LARGE * 50 // max(50, place.users), "precision")
        means = drawn.totals.sum(axis=1) / drawn.counts.sum(axis=1)
        error, freedom = float(means.std()), float(spread_of_total(*drawn).freedom.mean())
        longer = float(lengthened(drawn).mean())
        effect = detectable(error, freedom, longer=longer)
        if effect is not None and effect < 0.8 * place.shape.disagree:
            found[place] = _power(place, effect, (error, freedom, longer), studies)
        done()
    return found


def _power(place: Place, effect: float, known: tuple[float, float, float], studies: int) -> Power:
    drawn, other = (place.differences(side * effect, studies, "effect") for side in (1, -1))
    told = [used(one).without(0.0) for one in (drawn, other)]
    p = [np.asarray(sign_flip_p(one.totals.T, place.where)) for one in (drawn, other)]
    both = float(np.mean([own & (values <= LEVEL) for own, values in zip(told, p, strict=True)]))
    error, freedom, longer = known
    needed = users_for(effect, error, freedom, place.users, longer=longer) or place.users
    spread, n = spread_of_total(*drawn), drawn.counts.sum(axis=1)
    errors = np.sqrt(spread.variance) / n
    parts = (errors, spread.freedom, lengthened(drawn))
    pilots = zip(*(part[:PILOTS].tolist() for part in parts), strict=True)
    asked = [users_for(effect, own, df, place.users, longer=far) or needed for own, df, far in pilots]
    low, middle, high = (float(q) / needed for q in np.quantile(asked, [0.25, 0.5, 0.75]))
    planned = _planned(place, effect / 2, known, studies)
    return Power(effect, float(told[0].mean()), float(told[1].mean()), both, planned, (low, middle, high))


def _planned(place: Place, effect: float, known: tuple[float, float, float], studies: int) -> float:
    """The share of studies that find an effect with as many users as are planned from a study with fewer."""
    error, _, longer = known
    users = need(effect, error * place.users**0.5, longer=longer, measured=place.users).users
    larger = replace(place, users=users or place.users)
    found = [larger.differences(side * effect, studies, "planned") for side in (1, -1)]
    return float(np.mean([used(one).without(0.0) for one in found]))


def promises(found: dict[Place, Power], studies: int) -> Iterator[Promise]:
    """Four of five, give or take three points: of what is detectable, and with as many users as are planned."""
    for name, own in (("of what is detectable", "either"), ("with the users planned", "planned")):
        if found:
            worst = max(found, key=lambda place, own=own: abs(getattr(found[place], own) - POWER))  # type: ignore[misc]
            rate = getattr(found[worst], own)
            yield Promise(f"power {name}", rate, worst.where, 2 * studies, POWER - POINTS, POWER + POINTS)


def tables(found: dict[Place, Power]) -> Iterator[Table]:
    """Every cell; and what a single study asks for."""
    rows = [
        Row((Cell(place.where), *map(share, (one.effect, one.either, one.along, one.against, one.both, one.planned))))
        for place, one in found.items()
    ]
    columns = ("cell", "effect", "interval", "with the skew", "against it", "interval and p", "planned for half")
    caption = "Share of studies that find an effect said to be found in 80 %"
    yield Table(caption, columns, tuple(rows), folded=False, sortable=False)
    asked = [
        Row((Cell(place.where), *(Cell(f"{ratio:.2f}", ratio) for ratio in one.asked))) for place, one in found.items()
    ]
    quartiles = ("cell", "lower quartile", "median", "upper quartile")
    yield Table("Users that one study asks for, over those it needs", quartiles, tuple(asked), sortable=False)
