"""A log's rows added up by user: what every estimate is made of."""

from dataclasses import dataclass

import numpy as np

from memlab.satisfaction.columns import Mask
from memlab.satisfaction.log import Log, Places
from memlab.stats.cuped import filled
from memlab.stats.draws import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """One outcome of some exposures' users.

    Attributes:
        places: The exposures that have any rows that count, in the order asked for.
        sums: Of each, shape (users, 1); `counts` likewise, of rows that were measured.
        before: Covariates from before the exposure, shape (users, covariates), without blanks.
    """

    places: Places
    sums: Floats
    counts: Floats
    before: Floats

    @property
    def means(self) -> Floats:
        """Each user's own mean; NaN where nothing was measured."""
        return self.sums / np.where(self.counts > 0, self.counts, np.nan)

    @property
    def rows(self) -> int:
        """How many rows they are of."""
        return int(self.counts.sum())


def totals(log: Log, outcome: str, places: Places, rows: Mask | None = None) -> Totals:
    """An outcome's totals over the sessions from the exposure on.

    Exposures without any such session are left out: the analysis counts them (`memlab.satisfaction.analysis`).

    Args:
        places: Of the exposures.
        rows: Which rows count, as at an early look; None for all.
    """
    counted = ~log.before if rows is None else ~log.before & rows
    sums, counts, seen = _added(log, outcome, counted)
    kept = places[seen[places] > 0]
    return Totals(kept, sums[kept, None], counts[kept, None], _before(log, outcome)[kept])


def _added(log: Log, outcome: str, rows: Mask) -> tuple[Floats, Floats, Floats]:
    """Of each exposure the outcome's sum, how many rows have it, and how many rows there are."""
    values, n = log.outcomes[outcome], len(log.exposures.users)
    measured = rows & np.isfinite(values)
    sums = np.bincount(log.whose[measured], values[measured], minlength=n).astype(float)
    counts, seen = (np.bincount(log.whose[wanted], minlength=n).astype(float) for wanted in (measured, rows))
    return sums, counts, seen


def _before(log: Log, outcome: str) -> Floats:
    """Each exposure's covariates: its mean over the burn-in, and what the log says of the user."""
    sums, counts, _ = _added(log, outcome, log.before)
    columns = [sums / np.where(counts > 0, counts, np.nan)] if log.has_burn_in else []
    return filled([*columns, *log.exposures.covariates.values()], len(log.exposures.users))
