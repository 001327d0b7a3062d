"""What holds comes before what it superseded, unless a question asks of the past: for `profile` and `semantic`."""

import re
from collections.abc import Sequence

import numpy as np

from memlab.indexes.fusion import Scores

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
