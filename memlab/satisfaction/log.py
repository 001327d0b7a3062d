"""What an A/B experiment leaves behind: who was exposed to what and when, and what came of their sessions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from memlab.satisfaction.columns import Mask
from memlab.stats.draws import Floats

Times = npt.NDArray[np.datetime64]
Words = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Exposures:
    """Each user once, in order of the file; each once for each arm where users live under both.

    Attributes:
        covariates: By name, of each row, known before the exposure.
        segments: By name, of each row.
    """

    users: Words
    arms: Words
    at: Times
    covariates: Mapping[str, Floats]
    segments: Mapping[str, Words]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Log:
    """A checked log (`memlab.satisfaction.reading`): one row of outcomes for each user and scheduled session.

    Attributes:
        whose: Of each row of outcomes, the place of its exposure.
        session: Of each row, a number that rises with time within a user.
        before: Of each row, whether it is from the burn-in, before the exposure.
        outcomes: By name; NaN where nothing was measured.
        unused: Columns of either file that nothing reads.
        paired: Whether users live under both arms.
    """

    exposures: Exposures
    whose: Places
    session: npt.NDArray[np.int64]
    at: Times
    before: Mask
    outcomes: Mapping[str, Floats]
    unused: tuple[str, ...]
    paired: bool

    @property
    def has_burn_in(self) -> bool:
        """Whether any session precedes exposure."""
        return bool(self.before.any())

    def in_arm(self, arm: str) -> Places:
        """The places of an arm's exposures, in order of the user's name."""
        places = np.flatnonzero(self.exposures.arms == arm)
        return places[np.argsort(self.exposures.users[places].astype(str), kind="stable")]
