"""How often tests reject where nothing differs: swapped arms, a mean of nothing with skew, a family of comparisons."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from memlab.report.cells import Cell, Row, Table, share
from memlab.stats import MIN_USERS
from memlab.stats.draws import Floats
from memlab.stats.family import LEVEL, holm
from memlab.stats.permutation import sign_flip_p
from memlab.studies.calibration.grid import Cell as Place
from memlab.studies.calibration.intervals import used
from memlab.studies.calibration.population import Drawn
from memlab.studies.calibration.promise import Promise, extremes

SWAPPED, ALONE, INTERVAL, BOTH = "swapped arms", "no difference: p", "the interval", "both (used)"
UNADJUSTED, ADJUSTED, VERDICT = "p unadjusted", "p after Holm", "verdict (used)"
SLACK = 0.01
MANY = 20
Found = Mapping[Place, Mapping[str, float]]


def reject(places: Sequence[Place], studies: int, done: Callable[[], None]) -> Found:
    """Of each cell the share of studies that reject at .05: under swapped arms, and where users are skewed about 0."""
    found = {}
    for place in places:
        drawn = place.differences(0.0, studies)
        flips = 1.0 - 2.0 * place.generator("swaps").integers(0, 2, drawn.totals.shape)
        swapped = _p(drawn.totals * flips, place) <= LEVEL
        alone, interval = _p(drawn.totals, place) <= LEVEL, used(drawn).without(0.0)
        rates = {SWAPPED: swapped, ALONE: alone, INTERVAL: interval, BOTH: alone & interval}
        found[place] = {name: float(np.mean(rejected)) for name, rejected in rates.items()}
        done()
    return found


def reject_in_a_family(places: Sequence[Place], size: int, studies: int, done: Callable[[], None]) -> Found:
    """Of each cell the share of studies in which any of several comparisons with one baseline rejects, none being true.

    They share the baseline, so their figures go together by one half.
    """
    found = {}
    for place in places:
        base, *others = (place.differences(0.0, studies, f"strategy {n}") for n in range(size + 1))
        drawn = [Drawn(other.totals - base.totals, base.counts) for other in others]
        p = np.array([_p(one.totals, place) for one in drawn])
        adjusted = np.array([holm(column) for column in p.T.tolist()]).T
        told = np.array([used(one).without(0.0) for one in drawn])
        rates = {
            UNADJUSTED: p.min(axis=0) <= LEVEL,
            ADJUSTED: adjusted.min(axis=0) <= LEVEL,
            VERDICT: ((adjusted <= LEVEL) & told).any(axis=0),
        }
        found[place] = {name: float(np.mean(rejected)) for name, rejected in rates.items()}
        done()
    return found


def promises(single: Found, family: Found, studies: int) -> Iterator[Promise]:
    """Swapped arms reject 5 % ± 1 from 20 users, over all cells of so many; at most 6 % below; Holm holds 5 %."""
    for many, name in ((True, "swapped arms, from 20 users"), (False, "swapped arms, below 20 users")):
        by_users: dict[int, list[float]] = {}
        for place, rates in single.items():
            if (place.users >= MANY) == many:
                by_users.setdefault(place.users, []).append(rates[SWAPPED])
        means = {f"{users} users, all cells": float(np.mean(own)) for users, own in by_users.items()}
        if means:
            away = (lambda value: abs(value - LEVEL)) if many else (lambda value: value)
            where = max(means, key=lambda cell: away(means[cell]))
            cells = max(len(own) for own in by_users.values())
            least = LEVEL - SLACK if many else None
            yield Promise(name, means[where], where, cells * studies, least, LEVEL + SLACK)
    for kind, found, name in ((BOTH, single, "verdict, no difference, skew"), (VERDICT, family, "Holm, whole family")):
        worst = max(found, key=lambda place, k=kind, f=found: f[place][k])  # type: ignore[misc]
        yield Promise(name, found[worst][kind], worst.where, studies, at_most=LEVEL)


def tables(single: Found, family: Found, size: int) -> Iterator[Table]:
    """By users, the worst cell and the mean; and every cell."""
    yield _by_users(single, "Share of studies that reject at 5 % where nothing differs, most of all cells (mean)")
    yield _by_users(family, f"The same for any of {size} comparisons with one baseline, most of all cells (mean)")
    for found, what in ((single, "one comparison"), (family, f"any of {size}")):
        kinds = list(next(iter(found.values())))
        rows = [Row((Cell(place.where), *(share(rates[k]) for k in kinds))) for place, rates in found.items()]
        yield Table(f"Rejected where nothing differs, {what}, every cell", ("cell", *kinds), tuple(rows))


def _by_users(found: Found, caption: str) -> Table:
    kinds = list(next(iter(found.values())))
    rows = []
    for people in dict.fromkeys(place.users for place in found):
        own = [rates for place, rates in found.items() if place.users == people]
        few = " (no verdict)" if people < MIN_USERS else ""
        rows.append(Row((Cell(f"{people}{few}"), *(extremes([r[k] for r in own], least=False) for k in kinds))))
    return Table(caption, ("users", *kinds), tuple(rows), folded=False, sortable=False)


def _p(totals: Floats, place: Place) -> Floats:
    return np.asarray(sign_flip_p(totals.T, place.where))
