"""How often intervals hold the truth: of means between .1 and .9, and of rates near 2 %."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from memlab.report.cells import Cell, Row, Table, share
from memlab.studies.calibration.grid import Cell as Place
from memlab.studies.calibration.intervals import Ends, candidates, macro, rare
from memlab.studies.calibration.population import Drawn
from memlab.studies.calibration.promise import Promise, extremes

LEAST = 0.93
ENOUGH = 20  # users from which intervals are promised to hold
Found = dict[tuple[Place, float], dict[str, tuple[float, float]]]
Intervals = Callable[[Drawn, Place], Iterator[tuple[str, Ends]]]


def intervals_by_resampling(draws: int) -> Intervals:
    """The candidates of an ordinary mean."""
    return lambda drawn, place: candidates(drawn, draws, place.generator("resamples"))


def intervals_of_rates(drawn: Drawn, place: Place) -> Iterator[tuple[str, Ends]]:
    """The candidates of a share near 0."""
    return rare(drawn)


def intervals_of_kinds(drawn: Drawn, place: Place) -> Iterator[tuple[str, Ends]]:
    """The candidates of a macro mean."""
    return macro(drawn)


def measure(
    places: Sequence[Place],
    means: Sequence[float],
    studies: int,
    intervals: Intervals,
    done: Callable[[], None],
    draw: Callable[[Place, float, int], Drawn] = Place.shares,
) -> Found:
    """Of each cell, mean and kind of interval: the share of studies that it holds the truth in, and its mean length."""
    found: Found = {}
    for place in places:
        for mean in means:
            drawn = draw(place, mean, studies)
            found[place, mean] = {
                name: (ends.holds(mean), float(np.mean(ends.high - ends.low))) for name, ends in intervals(drawn, place)
            }
            done()
    return found


def promised(found: Found, kind: str, name: str, studies: int, from_users: int = ENOUGH) -> Promise:
    """The cell in which an interval holds the truth least often."""
    own = {key: held[kind][0] for key, held in found.items() if key[0].users >= from_users}
    own = own or {key: held[kind][0] for key, held in found.items()}
    (place, mean), worst = min(own.items(), key=lambda pair: pair[1])
    return Promise(name, worst, f"{place.where}, mean {mean:g}", studies, at_least=LEAST)


def tables(found: Found, what: str, kind: str) -> Iterator[Table]:
    """Coverage by users and kind of interval, the worst cell and the mean; lengths; and every cell of the used one."""
    kinds = list(next(iter(found.values())))
    users = list(dict.fromkeys(place.users for place, _ in found))
    rows, lengths = [], []
    for people in users:
        own = [held for (place, _), held in found.items() if place.users == people]
        rows.append(Row((Cell(str(people)), *(extremes([held[name][0] for held in own]) for name in kinds))))
        relative = [np.mean([held[name][1] / held[kind][1] for held in own if held[kind][1] > 0]) for name in kinds]
        lengths.append(Row((Cell(str(people)), *(Cell(f"{ratio:.2f}", float(ratio)) for ratio in relative))))
    caption = f"{what}: share of studies whose 95 % interval holds the truth, least of all cells (mean)"
    yield Table(caption, ("users", *kinds), tuple(rows), folded=False, sortable=False)
    yield Table(f"{what}: mean length, against the one that is used", ("users", *kinds), tuple(lengths), sortable=False)
    yield _every_cell(found, what, kind)


def _every_cell(found: Found, what: str, kind: str) -> Table:
    means = list(dict.fromkeys(mean for _, mean in found))
    rows = [
        Row((Cell(place.where), *(share(found[place, mean][kind][0]) for mean in means)))
        for place in dict.fromkeys(place for place, _ in found)
    ]
    return Table(f"{what}: every cell of {kind}, by the true mean", ("cell", *(f"{m:g}" for m in means)), tuple(rows))
