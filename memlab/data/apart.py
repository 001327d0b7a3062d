"""How easily turns of one source are told from turns of another by how they look: a two-sample test by classifier.

Where a classifier that sees only the surface puts a turn on the right side no better than a coin, the two kinds of
text look alike to it (Lopez-Paz and Oquab, 2017, "Revisiting classifier two-sample tests"). Recorded sources are far
apart too, so the measure of a simulated one is how far they are from each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt

from memlab.data.guessing import FOLDS, folds_of
from memlab.data.language import said, words
from memlab.data.surface import FEATURES, surfaces
from memlab.data.survey import Survey
from memlab.seeds import derive

Floats = npt.NDArray[np.float64]
BINS_PER_OCTAVE = 4
PASSES = 1000
LENGTH = FEATURES.index("words")


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """The turns of a source as a classifier sees them: a row of features and a fold each."""

    name: str
    rows: Floats
    folds: npt.NDArray[np.int64]

    def chosen(self, places: npt.NDArray[np.int64]) -> "Spoken":
        """Some of the turns."""
        return Spoken(name=self.name, rows=self.rows[places], folds=self.folds[places])

    @cached_property
    def bins(self) -> npt.NDArray[np.int64]:
        """How long each turn is, in quarters of an octave."""
        return np.floor(self.rows[:, LENGTH] * BINS_PER_OCTAVE + 1e-9).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """How well two sources are told apart.

    Attributes:
        auc: Share of pairs, one turn of each, put in the right order; 0.5 by chance; None where nothing can be judged.
        matched: The same among turns of equal length, as many of each source.
        turns: How many of each source are left in that.
    """

    one: str
    other: str
    auc: float | None
    matched: float | None
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One feature's part in telling two sources apart.

    Attributes:
        weight: In the classifier, per standard deviation; above 0 where more of it speaks for the first source.
        alone: Share of pairs in which the turn of the first source has more of it, ties counted half.
        means: Of the first source and of the second.
    """

    feature: str
    weight: float
    alone: float
    means: tuple[float, float]


def spoken(data: Survey) -> Spoken:
    """A source's turns of at least one word, without names of speakers; lives are dealt to five folds.

    A source of one life is split in two by its sessions, as there is no other life to learn from.
    """
    turns = [(life.user, turn) for life in data.lives for turn in life.turns.values() if words(said(turn))]
    folds = folds_of([user for user, _ in turns], [turn.session for _, turn in turns])
    rows = surfaces([said(turn) for _, turn in turns])
    return Spoken(name=data.name, rows=rows, folds=np.asarray(folds, np.int64))


def all_apart(sources: Sequence[Spoken]) -> list[Apart]:
    """Every pair of sources, told apart; two fits of five folds each."""
    return [told_apart(one, other) for one, other in combinations(sources, 2)]


def told_apart(one: Spoken, other: Spoken) -> Apart:
    """How well two sources are told apart, and how well among turns of equal length."""
    like_one, like_other = matched(one, other)
    return Apart(
        one=one.name,
        other=other.name,
        auc=auc(one, other),
        matched=auc(like_one, like_other),
        turns=len(like_one.rows),
    )


def auc(one: Spoken, other: Spoken) -> float | None:
    """Area under the ROC curve of a logistic regression on standardised features, each fold judged by the others.

    Pairs are compared within a fold and folds weigh by their pairs, as scores of different fits do not compare. A fold
    without turns of both sources, in it and outside, is left out; None where none is left.
    """
    from sklearn.metrics import roc_auc_score

    rows, which, folds = _joined(one, other)
    won, pairs = 0.0, 0
    for fold in range(FOLDS):
        held = folds == fold
        if len(set(which[held])) < 2 or len(set(which[~held])) < 2:
            continue
        scores = _classifier().fit(rows[~held], which[~held]).decision_function(rows[held])
        n = int(which[held].sum()) * int((~which[held]).sum())
        won, pairs = won + n * float(roc_auc_score(which[held], scores)), pairs + n
    return won / pairs if pairs else None


def matched(one: Spoken, other: Spoken) -> tuple[Spoken, Spoken]:
    """As many turns of each source for every length to a quarter of an octave, drawn with a seed of their names."""
    seed = derive(0, "matched", *sorted((one.name, other.name)))
    generator = np.random.default_rng(seed)
    first, second = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for length in sorted({*one.bins.tolist(), *other.bins.tolist()}):
        there, beside = np.flatnonzero(one.bins == length), np.flatnonzero(other.bins == length)
        few = min(len(there), len(beside))
        first.append(generator.permutation(there)[:few])
        second.append(generator.permutation(beside)[:few])
    return one.chosen(np.sort(np.concatenate(first))), other.chosen(np.sort(np.concatenate(second)))


def telling(one: Spoken, other: Spoken) -> list[Telling]:
    """The features by their weight in a classifier that has seen everything, heaviest first.

    Features that go together share a weight, so what each tells alone stands beside it.
    """
    from sklearn.metrics import roc_auc_score

    rows, which, _ = _joined(one, other)
    weights = _classifier().fit(rows, which)[-1].coef_[0]
    found = [
        Telling(
            feature=feature,
            weight=float(weights[place]),
            alone=float(roc_auc_score(which, rows[:, place])),
            means=(float(one.rows[:, place].mean()), float(other.rows[:, place].mean())),
        )
        for place, feature in enumerate(FEATURES)
    ]
    return sorted(found, key=lambda one: -abs(one.weight))


def nearest(name: str, pairs: Sequence[Apart]) -> Apart | None:
    """The pair in which a source is hardest to tell from another."""
    return min(_judged(pair for pair in pairs if name in (pair.one, pair.other)), key=_auc, default=None)


def nearest_others(name: str, pairs: Sequence[Apart]) -> Apart | None:
    """The pair of two other sources that are hardest to tell apart."""
    return min(_judged(pair for pair in pairs if name not in (pair.one, pair.other)), key=_auc, default=None)


def _judged(pairs: Iterator[Apart]) -> Iterator[Apart]:
    return (pair for pair in pairs if pair.auc is not None)


def _auc(pair: Apart) -> float:
    return 1.0 if pair.auc is None else pair.auc


def _joined(one: Spoken, other: Spoken) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    which = np.repeat([True, False], [len(one.rows), len(other.rows)])
    return np.concatenate([one.rows, other.rows]), which, np.concatenate([one.folds, other.folds])


def _classifier():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=PASSES))
