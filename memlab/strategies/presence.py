"""Whether anything was said that answers a question: a probability, read from the signals of the question's candidates.

What was never said differs little from what was: the same subject comes up, the same words are used, and whoever asks
again, or asks to forget, brings both up himself. What tells is whether the one who is asked about has told of it, in a
turn that asks nothing.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from memlab.indexes.fusion import Scores

PRESENCE = {
    "certain": "the same for every question",
    "told": "cosine of the best turn that asks nothing and is of whom the question is about",
    "own": "how far that is above the best of the others",
}


def presence_of(found: Mapping[str, Scores], tells: NDArray[np.bool_]) -> dict[str, float]:
    """What says that the evidence is there at all, by the names in `PRESENCE`.

    A question is about the user where the other one is an assistant, else about the speakers that it names, or about
    everybody; then `own` is 0.

    Args:
        found: Each signal's scores of a question's candidates, at least one.
        tells: Which candidates ask nothing.

    >>> found = {"dense": np.array([0.75, 0.5, 0.25]), "user": np.array([1.0, 1.0, 0.0]), "speaker": np.zeros(3)}
    >>> presence_of(found, np.array([False, True, True]))
    {'certain': 1.0, 'told': 0.5, 'own': 0.25}
    """
    about = (found["speaker"] + found["user"]) > 0
    if about.all() or not about.any():
        return {"certain": 1.0, "told": _best(found["dense"], tells), "own": 0.0}
    told = _best(found["dense"], tells & about)
    return {"certain": 1.0, "told": told, "own": told - _best(found["dense"], tells & ~about)}


def probability(weights: Mapping[str, float], facts: Mapping[str, float]) -> float:
    """The logistic function of the weighted facts.

    >>> probability({"certain": 0.0}, {"certain": 1.0})
    0.5
    """
    total = sum(weight * facts[name] for name, weight in weights.items())
    return float((1 + np.tanh(total / 2)) / 2)


def _best(scores: Scores, among: NDArray[np.bool_]) -> float:
    return float(scores[among].max()) if among.any() else 0.0
