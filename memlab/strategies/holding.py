"""What holds comes before what it superseded, unless a question asks of the past."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np

from memlab.events import MemoryId
from memlab.extract import Fact
from memlab.extract.slots import Slots
from memlab.indexes.fusion import Scores
from memlab.text import stems

PAST = re.compile(
    r"\b(?:was|were|did|had|before|used to|previous\w*|former\w*|back then|originally|initially|at first|ago|"
    r"in the past|until)\b",
    re.IGNORECASE,
)


def what_holds(question: str, fitting: Scores, ended_by: Sequence[Sequence[int] | None], penalty: float) -> Scores:
    """How well memories fit a question, those that ended others lifted to these, and ended ones lowered.

    Args:
        fitting: Of each memory, in order of being stated.
        ended_by: For each memory the places of those that ended it; None where it holds.
        penalty: What an ended memory loses, 0 or more.

    >>> what_holds("Where do I live?", np.array([2.0, 1.0]), [[1], None], penalty=0.5).tolist()
    [1.5, 2.0]
    >>> what_holds("Where did I live before?", np.array([2.0, 1.0]), [[1], None], penalty=0.5).tolist()
    [2.0, 1.0]
    """
    if PAST.search(question):
        return fitting
    lifted = fitting.copy()
    for place, newer in enumerate(ended_by):
        for other in newer or ():
            lifted[other] = max(lifted[other], lifted[place])
    return lifted - penalty * np.array([newer is not None for newer in ended_by])


class Ends:
    """Which statements put an end to which, by the facts that they state, in order.

    Taking a fact costs time in the number of values and statements held; forgetting takes all that is left again.

    Args:
        named_at_most: Statements that a value which is over may be found in beside the slots; 0 for none.

    Attributes:
        slots: What the facts amount to.
    """

    def __init__(self, named_at_most: int) -> None:
        self._named_at_most = named_at_most
        self._texts: dict[MemoryId, tuple[str, datetime]] = {}
        self._taken: list[tuple[MemoryId, str, Fact]] = []
        self._newer: dict[MemoryId, tuple[MemoryId, ...]] = {}
        self.slots = Slots()

    def state(self, id: MemoryId, text: str, at: datetime) -> None:
        """Takes in a statement; its facts follow."""
        self._texts[id] = text, at

    def take(self, id: MemoryId, whose: str, fact: Fact) -> None:
        """Takes in a fact of a statement."""
        self._taken.append((id, whose, fact))
        over = self.slots.take(fact, whose=whose, statement=id, at=self._texts[id][1])
        older = [id for held in over for id in held.statements] or (self._naming(fact, id) if fact.ends else [])
        for other in older:
            if other != id and other in self._texts:
                self._newer[other] = tuple(dict.fromkeys((*self._newer.get(other, ()), id)))

    def forget(self, ids: Collection[MemoryId]) -> None:
        """Drops statements, and takes the facts of the others again."""
        taken, self._taken, self._newer, self.slots = self._taken, [], {}, Slots()
        for id in ids:
            self._texts.pop(id, None)
        for id, whose, fact in taken:
            if id not in ids:
                self.take(id, whose, fact)

    def newer(self, id: MemoryId) -> tuple[MemoryId, ...] | None:
        """The statements that put an end to one; None where it holds."""
        return self._newer.get(id)

    def _naming(self, fact: Fact, statement: MemoryId) -> list[MemoryId]:
        """The earlier statements that hold all words of a value that is over; none where these are on every tongue."""
        words, until = set(stems(fact.value or "")), self._texts[statement][1]
        found = [id for id, (text, at) in self._texts.items() if at <= until and words and words <= set(stems(text))]
        return found if len(found) <= self._named_at_most else []
