"""What whoever peeks would have seen: the verdict's estimate at each look, with intervals that hold at all of them."""

from dataclasses import dataclass

import numpy as np

from memlab.satisfaction.columns import Mask
from memlab.satisfaction.design import Proxy
from memlab.satisfaction.effects import at_look
from memlab.satisfaction.log import Log, Places
from memlab.stats.sequential import always_valid_p, confidence_sequence, first_mixture

MIN_EACH = 20  # users: below, a standard error is too rough to be taken for known


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a running experiment.

    Attributes:
        when: `after session 3`, or a day.
        users: Of the smaller arm.
        difference: Arm b minus arm a so far; None while an arm is empty.
        low: Of the interval that holds at all looks; `high` likewise. None where the look counts for nothing.
        p: The smallest always-valid p so far.
    """

    when: str
    users: int
    difference: float | None
    low: float | None
    high: float | None
    p: float


def looks_at(log: Log, outcome: Proxy, a: Places, b: Places, most: int, confidence: float) -> tuple[Look, ...]:
    """Looks that are evenly spaced: over sessions where all users have as many, else over the days.

    A look counts only once each arm has 20 users. How far effects are mixed over is set at the first look that counts,
    from the spread of users alone. By sessions the level is exact, as far as a user's sessions are exchangeable; by
    days users come in one after another, and a mean over users who have been seen for long and for short gathers
    information less evenly: then it is close, as the tests show.

    Args:
        most: Looks, at least 1.
    """
    rows = _by_session(log, most) or _by_day(log, most)
    seen = [(when, *at_look(log, outcome, a, b, upto)) for when, upto in rows]
    difference, error, users = (np.array([one[place] for one in seen], float) for place in (1, 2, 3))
    error = np.where(users >= MIN_EACH, error, np.nan)
    mixture = first_mixture(error, confidence)
    p = always_valid_p(difference, error, mixture)
    low, high = confidence_sequence(difference, error, mixture, confidence)
    return tuple(
        Look(
            when=rows[place][0],
            users=int(users[place]),
            difference=_known(difference[place]),
            low=_known(low[place]),
            high=_known(high[place]),
            p=float(p[place]),
        )
        for place in range(len(rows))
    )


def first_stop(looks: tuple[Look, ...], confidence: float) -> int | None:
    """The place of the first look at which one may stop, from 0; None where one may not."""
    return next((place for place, look in enumerate(looks) if look.p <= 1 - confidence), None)


def _by_session(log: Log, most: int) -> list[tuple[str, Mask]]:
    """Rows of each user's first sessions from the exposure on; empty where users have unequal numbers of them."""
    after = np.flatnonzero(~log.before)
    order = after[np.lexsort((log.session[after], log.whose[after]))]
    _, begins, sizes = np.unique(log.whose[order], return_index=True, return_counts=True)
    if not len(sizes) or sizes.min() != sizes.max():
        return []
    place = np.full(len(log.whose), -1)
    place[order] = np.arange(len(order)) - np.repeat(begins, sizes)
    steps = _spaced(int(sizes[0]), most)
    return [(f"after session {step}", place < step) for step in steps]


def _by_day(log: Log, most: int) -> list[tuple[str, Mask]]:
    at = log.at[~log.before]
    if not len(at):
        return []
    days = (at.max() - at.min()) // np.timedelta64(1, "D") + 1
    ends = [at.min() + step * np.timedelta64(1, "D") for step in _spaced(int(days), most)]
    return [(f"by {np.datetime_as_string(end, 'D')}", log.at < end) for end in ends]


def _spaced(n: int, most: int) -> list[int]:
    """At most so many whole numbers from 1 to n, evenly spaced, n the last."""
    count = min(n, most)
    return [round(n * (step + 1) / count) for step in range(count)]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
