"""Which weights are kept, and what they are worth to users whom they were not fitted on.

How strongly weights are drawn to those given, and which signals are dropped, is chosen by leaving users out. What is
reported of the whole is judged by weights that were fitted without the judged user, and drawn as strongly as was chosen
without him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memlab.config import ConfigError
from memlab.fitting.questions import Asked, Question
from memlab.fitting.weights import Stack, fitted
from memlab.indexes.fusion import Scores
from memlab.metrics.ndcg import ndcg_at
from memlab.metrics.recall import recall_at
from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.paired import Difference, paired_difference

SHRINKS = (0.02, 0.1, 0.3, 1.0)
UNTRIED = 0.3  # where there are too few users to choose
FOLDS = 8
CUT = 10
ALONE = ("bm25", "dense", "late")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of a fitting.

    Attributes:
        weights: By signal, those that are left.
        shrink: How strongly they were drawn to those given.
        gains: By signal that is left and seen, what it adds to nDCG@10, judged by leaving users out.
        dropped: By signal that carried nothing, what it added when it was dropped, in that order.
        unseen: Signals that never tell two candidates apart, whose weights are as they were.
    """

    weights: Mapping[str, float]
    shrink: float
    gains: Mapping[str, Difference] = field(default_factory=dict)
    dropped: Mapping[str, Difference] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """How well one ranking does on one source."""

    source: str
    ranking: str
    ndcg: Mean
    recall: Mean


class Fitting:
    """A strategy's weights, and the questions that they are fitted on.

    Args:
        sources: What was asked; each source counts the same, and each question of it.
        even: The weights by signal towards which others are drawn; none of them 0.
        shrinks: How strongly they may be drawn, above 0: the strongest is taken that is no worse than chance may make
            the best.

    Raises:
        ConfigError: There is one user only.
    """

    def __init__(self, sources: Sequence[Asked], even: Mapping[str, float], shrinks: Sequence[float] = SHRINKS) -> None:
        self._shrinks = tuple(shrinks)
        self.names, self._even = list(even), np.array(list(even.values()))
        self._questions = [question for source in sources for question in source.questions]
        self._source = np.array([source.source for source in sources for _ in source.questions])
        self._keys = [
            (f"{source} {question.user}", question.id)
            for source, question in zip(self._source, self._questions, strict=True)
        ]
        self._stack = Stack(self._questions)
        users = list(dict.fromkeys(user for user, _ in self._keys))
        self._fold = np.array([users.index(user) % FOLDS for user, _ in self._keys])
        if len(set(self._fold)) < 2:
            raise ConfigError("the sources have one user; judging leaves users out, so it needs two or more")
        self._seen = [name for name, seen in zip(self.names, self._stack.seen, strict=True) if seen]

    def chosen(self) -> Chosen:
        """Weights fitted on all users, after shrinking and dropping chosen by leaving users out.

        Costs some hundreds of fits: one per fold for each shrinking, and for each signal at each drop.
        """
        among, kept = np.ones(len(self._questions), bool), np.ones(len(self.names), bool)
        unseen = frozenset(self.names) - frozenset(self._seen)
        shrink, whole = self._shrink(among, kept)
        dropped: dict[str, Difference] = {}
        while True:
            gains = self._gains(among, kept, shrink, whole)
            worst = min(gains, key=lambda name: gains[name].mean.mean, default="")
            if len(gains) < 2 or gains[worst].mean.mean >= 0:
                return Chosen(self._named(self._fit(among, kept, shrink), kept), shrink, gains, dropped, unseen)
            dropped[worst] = gains[worst]
            kept &= np.array([name != worst for name in self.names])
            whole = self._left_out(among, kept, shrink)

    def lines(self, chosen: Chosen) -> list[Line]:
        """By source, the fitted weights, those given and single signals, judged by leaving the judged user out.

        The strength of shrinking is chosen without him each time; which signals are dropped is not chosen again. Costs
        a fit for each shrinking and two folds.
        """
        kept = np.array([name in chosen.weights for name in self.names])
        found = np.zeros((len(self._questions), 2))
        for fold in np.unique(self._fold):
            among = self._fold != fold
            self._judge(self._fit(among, kept, self._shrink(among, kept)[0]), ~among, found)
        rankings = {"fitted": found} | {"as given": self._judged_all(self._even)}
        for name in ALONE:
            if name in self.names:
                rankings[f"{name} alone"] = self._judged_all(np.array([float(other == name) for other in self.names]))
        return [
            Line(source, ranking, *(self._mean(scores[:, column], source) for column in (0, 1)))
            for source in dict.fromkeys(self._source.tolist())
            for ranking, scores in rankings.items()
        ]

    def _gains(self, among: Mask, kept: Mask, shrink: float, whole: Scores) -> dict[str, Difference]:
        """What each signal that is left adds to nDCG@10, all others refitted without it."""
        gains = {}
        for place, name in enumerate(self.names):
            if kept[place] and name in self._seen:
                rest = kept & (np.arange(len(kept)) != place)
                without = self._left_out(among, rest, shrink)
                gains[name] = self._paired(among, whole, without)
        return gains

    def _shrink(self, among: Mask, kept: Mask) -> tuple[float, Scores]:
        """How strongly to draw, and the nDCG@10 of each question with it; nothing is tried with users of one fold."""
        tried = {}
        if len(np.unique(self._fold[among])) > 1:
            tried = {shrink: self._left_out(among, kept, shrink) for shrink in self._shrinks}
        shrink = self._strongest(among, tried) if tried else UNTRIED
        return shrink, tried.get(shrink, np.zeros(len(among)))

    def _strongest(self, among: Mask, tried: Mapping[float, Scores]) -> float:
        """The strongest shrinking that is within a standard error of the best (Breiman et al., 1984)."""
        best = max(tried, key=lambda shrink: float(self._shares(among) @ tried[shrink]))
        lost = {shrink: self._paired(among, tried[best], scores).mean for shrink, scores in tried.items()}
        return max(shrink for shrink, mean in lost.items() if mean.mean <= (mean.error or 0.0) or shrink == best)

    def _paired(self, among: Mask, a: Scores, b: Scores) -> Difference:
        one, other = ({self._keys[n]: float(ndcg[n]) for n in np.flatnonzero(among)} for ndcg in (a, b))
        strata = {user: str(source) for (user, _), source in zip(self._keys, self._source, strict=True)}
        return paired_difference(one, other, True, strata)

    def _left_out(self, among: Mask, kept: Mask, shrink: float) -> Scores:
        """The nDCG@10 of each question under weights fitted on the folds that it is not in; 0 for those not among."""
        found, start = np.zeros((len(self._questions), 2)), self._fit(among, kept, shrink)
        for fold in np.unique(self._fold[among]):
            here = self._fold == fold
            self._judge(self._fit(among & ~here, kept, shrink, start), among & here, found)
        return found[:, 0]

    def _fit(self, among: Mask, kept: Mask, shrink: float, start: Scores | None = None) -> Scores:
        return fitted(self._stack, np.where(kept, self._even, 0.0), shrink, self._shares(among), start)

    def _shares(self, among: Mask) -> Scores:
        """What each question counts: the same within a source, and each source the same."""
        shares, sources = np.zeros(len(among)), np.unique(self._source[among])
        for source in sources:
            own = among & (self._source == source)
            shares[own] = 1 / own.sum() / len(sources)
        return shares

    def _judge(self, weights: Scores, among: Mask, into: Scores) -> None:
        for place in np.flatnonzero(among):
            into[place] = judged(self._questions[place], weights)

    def _judged_all(self, weights: Scores) -> Scores:
        found = np.zeros((len(self._questions), 2))
        self._judge(weights, np.ones(len(found), bool), found)
        return found

    def _named(self, weights: Scores, kept: Mask) -> dict[str, float]:
        return {name: float(weights[place]) for place, name in enumerate(self.names) if kept[place]}

    def _mean(self, scores: Scores, source: str) -> Mean:
        own = np.flatnonzero(self._source == source)
        return clustered_mean(scores[own].tolist(), [self._keys[place][0] for place in own])


def judged(question: Question, weights: Scores) -> tuple[float, float]:
    """nDCG@10 and recall@10 of one question's candidates in the order of their weighted signals."""
    order = np.argsort(-(question.signals @ weights), kind="stable").tolist()
    if question.by_session:
        ranked = list(dict.fromkeys(question.sessions[place] for place in order))
        nuggets = list(question.in_sessions)
    else:
        ranked, nuggets = [question.turns[place] for place in order[:CUT]], list(question.nuggets)
    return ndcg_at(ranked, nuggets, CUT), recall_at(ranked, nuggets, CUT)
