"""Whether anything was said that answers a question: a probability, read from the signals of the question's candidates.

What is asked of and was never said differs little from what was: the same subject comes up, the same words are used.
What tells is whether the subject was spoken of at all, and whether it was spoken of by the one who is asked about.
"""

from collections.abc import Mapping

import numpy as np

from memlab.indexes.fusion import Scores

PRESENCE = {
    "certain": "the same for every question",
    "middle": "late interaction with the middle candidate: how much of the talk is about the subject",
    "dense_window": "cosine of the best candidate, its neighbours counted in",
    "own": "late interaction with the best turn of whom the question is about, less the best of the others",
}


def presence_of(found: Mapping[str, Scores]) -> dict[str, float]:
    """What says that the evidence is there at all, by the names in `PRESENCE`.

    The question is about the user where the other one is an assistant, else about the speakers that it names; `own` is
    0 where that is nobody among the candidates, or everybody. `middle` grows with the turns to choose from until there
    are more than candidates.

    Args:
        found: Each signal's scores of a question's candidates, at least one.

    >>> found = {"late": np.array([0.5, 0.2, 0.1]), "dense_window": np.array([0.3, 0.9, 0.4])}
    >>> presence_of(found | {"user": np.array([0.0, 1.0, 1.0]), "speaker": np.zeros(3)})
    {'certain': 1.0, 'middle': 0.2, 'dense_window': 0.9, 'own': -0.3}
    """
    late, asked_about = found["late"], (found["speaker"] + found["user"]) > 0
    tells = asked_about.any() and not asked_about.all()
    return {
        "certain": 1.0,
        "middle": float(np.median(late)),
        "dense_window": float(found["dense_window"].max()),
        "own": float(late[asked_about].max() - late[~asked_about].max()) if tells else 0.0,
    }


def probability(weights: Mapping[str, float], facts: Mapping[str, float]) -> float:
    """The logistic function of the weighted facts.

    >>> probability({"certain": 0.0}, {"certain": 1.0})
    0.5
    """
    total = sum(weight * facts[name] for name, weight in weights.items())
    return float((1 + np.tanh(total / 2)) / 2)
