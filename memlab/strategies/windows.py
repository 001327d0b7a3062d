"""Which turns stand near each other, and what one gains from its neighbours."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from memlab.events import MemoryId
from memlab.indexes.fusion import Scores
from memlab.strategies.priors import Said

Places = NDArray[np.int64]
NEIGHBOURS = {1: 0.5, 2: 0.25}  # what a turn at a distance counts for one in the middle of a window


class Windows:
    """Which turns stand near each other: in one session, at most two apart. Places count turns in order.

    Args:
        said: All turns, in order.
    """

    def __init__(self, said: Mapping[MemoryId, Said]) -> None:
        self.ids, self.said = list(said), list(said.values())
        self.sessions = np.array([one.session for one in self.said])
        self.asks = np.array([one.asks for one in self.said], float)
        self._sitting = np.unique(self.sessions, return_inverse=True)[1]

    def around(self, places: Places) -> Places:
        """The places and those near them, in order."""
        reach = max(NEIGHBOURS)
        others = places[:, None] + np.arange(-reach, reach + 1)[None, :]
        inside = others.clip(0, len(self.ids) - 1)
        return np.unique(inside[(inside == others) & (self.sessions[inside] == self.sessions[places][:, None])])

    def pairs(self, places: Places, step: int) -> tuple[Places, Places]:
        """Where in `places` there are turns that stand `step` before or after another of them, and where those are."""
        where = np.searchsorted(places, places + step).clip(0, len(places) - 1)
        there = (places[where] == places + step) & (self.sessions[places[where]] == self.sessions[places])
        return np.flatnonzero(there), where[there]

    def smoothed(self, scores: Scores) -> Scores:
        """Each turn's score with what its neighbours count for."""
        total = scores.copy()
        for distance, share in NEIGHBOURS.items():
            if len(scores) > distance:
                same = self.sessions[distance:] == self.sessions[:-distance]
                total[distance:] += share * same * scores[:-distance]
                total[:-distance] += share * same * scores[distance:]
        return total

    def sessions_since(self, places: Places, talk: int) -> Scores:
        """How many sessions have begun since that of each place, the one that is going on counted, said or not."""
        return self._sitting[-1] - self._sitting[places] + float(self.sessions[-1] != talk)
