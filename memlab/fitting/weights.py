"""Weights by maximum likelihood: the softmax over a question's candidates should lie on its evidence.

Of a question the loss is the mean over its nuggets of -log of the sum of what the turns of the nugget get, any of which
will do. What the questions cannot tell is left as it was: weights are drawn towards those that are given, in a scale
that is fitted first, alone, and they are reported in that scale.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memlab.fitting.questions import Question
from memlab.indexes.fusion import Scores

FIRST_SCALE, LEAST_SCALE = 0.3, 1e-3
TINY = 1e-300


class Stack:
    """The candidates of many questions in one array, so that a loss is a few products.

    Args:
        questions: At least one. A nugget none of whose turns is among the candidates teaches nothing.

    Attributes:
        signals: Standardised, shape (questions, candidates, signals); 0 beyond a question's candidates.
        seen: Which signals ever tell two candidates of a question apart.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        most = max(len(question.turns) for question in questions)
        self.signals = np.zeros((len(questions), most, questions[0].signals.shape[1]))
        self._outside = np.zeros((len(questions), most))
        asked: list[int] = []
        cells: list[tuple[int, int, int]] = []
        for row, question in enumerate(questions):
            self.signals[row, : len(question.turns)] = question.signals
            self._outside[row, len(question.turns) :] = -np.inf
            for nugget in question.nuggets:
                places = [place for place, turn in enumerate(question.turns) if turn in nugget]
                cells += [(len(asked), row, place) for place in places]
                asked += [row] * bool(places)
        self.seen: NDArray[np.bool_] = np.any(self.signals != 0, axis=(0, 1))
        self._nugget, self._row, self._place = np.array(cells, np.int64).reshape(-1, 3).T
        self._asked = np.array(asked, np.int64)

    def loss(self, signals: Scores, weights: Scores, shares: Scores) -> tuple[float, Scores]:
        """The loss of weights and its slope in each of them.

        Args:
            signals: Columns of `signals`, or sums of them.
            weights: Of these.
            shares: What each question counts; 0 leaves it out.
        """
        scores = np.einsum("qcs,s->qc", signals, weights) + self._outside  # on one thread: others may be at work
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        counts = self._taught(shares)
        hit = odds[self._row, self._place]
        met = np.maximum(np.bincount(self._nugget, weights=hit, minlength=len(counts)), TINY)
        slope = odds * np.bincount(self._asked, weights=counts, minlength=len(shares))[:, None]
        np.subtract.at(slope, (self._row, self._place), counts[self._nugget] * hit / met[self._nugget])
        return float(-counts @ np.log(met)), np.einsum("qc,qcs->s", slope, signals)

    def _taught(self, shares: Scores) -> Scores:
        """What each nugget counts, if each question counts what `shares` says; those of one question are equal."""
        nuggets = np.bincount(self._asked, minlength=len(shares))
        return (shares / np.maximum(nuggets, 1))[self._asked]


def fitted(stack: Stack, even: Scores, shrink: float, shares: Scores, start: Scores | None = None) -> Scores:
    """The weights that make the loss + shrink × |w - s × even|² least, divided by the scale s.

    Costs some tens of losses. A weight of `even` that is 0 stays 0; one whose signal is not seen stays as it is.

    Args:
        stack: What is learned from.
        even: The weights towards which they are drawn.
        shrink: How strongly, above 0.
        shares: What each question counts; 0 leaves it out.
        start: Weights from which the search begins; it ends in the same place, sooner if they are near.
    """
    from scipy.optimize import minimize

    used = stack.seen & (even != 0)
    signals, given = stack.signals[:, :, used], even[used]
    summed = np.einsum("qcs,s->qc", signals, given)[:, :, None]
    bounds = [(LEAST_SCALE, None)]
    scale = minimize(
        lambda s: stack.loss(summed, s, shares), np.array([FIRST_SCALE]), jac=True, method="L-BFGS-B", bounds=bounds
    ).x[0]

    def drawn(weights: Scores) -> tuple[float, Scores]:
        loss, slope = stack.loss(signals, weights, shares)
        away = weights - scale * given
        return loss + shrink * float(away @ away), slope + 2 * shrink * away

    first = scale * (given if start is None else start[used])
    weights = even.copy()
    weights[used] = minimize(drawn, first, jac=True, method="L-BFGS-B").x / scale
    return weights
