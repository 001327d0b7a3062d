"""Sessions of users as matrices: what the same users' outcomes were under one arm, session by session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memlab.satisfaction.outcomes import Outcome
from memlab.stats.cuped import filled
from memlab.stats.draws import Floats

Ratio = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Users under one arm.

    Attributes:
        users: In order of name.
        values: By outcome, shape (users, sessions) of the sessions from the exposure on; NaN where nothing was due.
        before: By outcome, each user's mean over the burn-in, shape (users, covariates), without blanks.
    """

    users: tuple[str, ...]
    values: Mapping[str, Floats]
    before: Mapping[str, Floats]

    def part(self, places: Sequence[int]) -> "Panel":
        """Some of the users, in the order of their places."""
        own = np.asarray(places, np.intp)
        values, before = ({name: m[own] for name, m in matrices.items()} for matrices in (self.values, self.before))
        return Panel(tuple(self.users[place] for place in own), values, before)

    def means(self, outcome: str) -> Floats:
        """Each user's mean so far at each session, shape (users, sessions)."""
        sums, counts = self.so_far(outcome)
        return sums / np.maximum(counts, 1)

    def so_far(self, outcome: str) -> tuple[Floats, Floats]:
        """Each user's sum so far, and of how many sessions it is."""
        values = self.values[outcome]
        return np.nancumsum(values, axis=1), np.isfinite(values).cumsum(axis=1).astype(float)

    def ratio(self, of: Ratio) -> tuple[Floats, Floats]:
        """Each user's sums so far of two outcomes, the numerators and the denominators of a ratio."""
        return self.so_far(of[0])[0], self.so_far(of[1])[0]


def panel(rows: Sequence[Outcome], names: Sequence[str], first: int, sessions: int) -> Panel:
    """The panel of some outcomes.

    Args:
        names: Which are taken.
        first: The number of the first session after the burn-in.
        sessions: How many there are from it on.
    """
    cells = {(row.user, row.session): row for row in rows}
    users = tuple(sorted({user for user, _ in cells}))
    place = {user: n for n, user in enumerate(users)}
    values = {name: np.full((len(users), first + sessions), np.nan) for name in names}
    for (user, session), row in cells.items():
        if session < first + sessions:
            for name in names:
                values[name][place[user], session] = float(getattr(row, name))
    after = {name: found[:, first:] for name, found in values.items()}
    return Panel(users, after, {name: _before(found[:, :first]) for name, found in values.items()})


def _before(values: Floats) -> Floats:
    counts = np.isfinite(values).sum(axis=1)
    means = np.nansum(values, axis=1) / np.where(counts > 0, counts, np.nan)
    return filled([means], len(values))
