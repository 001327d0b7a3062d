"""How well a label can be guessed from something that should not tell it, such as the letters of an id.

The guess is learned on some users and judged on others, so a value that occurs once tells nothing. It is judged by the
share of pairs, one with the label and one without, that it puts in the right order: half by chance, all for a leak.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

FOLDS = 5
MARGIN = 0.25
SIGMAS = 4.0
PREFIXES, SUFFIXES = 6, 4


@dataclass(frozen=True)
class Guess:
    """How well one feature tells one label.

    Attributes:
        right: Share of pairs in the right order; 0.5 is chance.
        bound: What a feature that tells nothing, or little, stays under.
        pairs: How many pairs were judged; 0 where there is no pair.
    """

    feature: str
    label: str
    right: float
    bound: float
    pairs: int

    @property
    def leaks(self) -> bool:
        """Whether the label is told."""
        return self.right > self.bound


def guess(
    feature: str,
    values: Sequence[Hashable],
    label: str,
    holds: Sequence[bool],
    folds: Sequence[int],
    strata: Sequence[Hashable] = (),
    clusters: Sequence[Hashable] = (),
) -> Guess:
    """How well a feature tells a label.

    The share of a value that has the label is learned in the other folds, and pairs are compared within a stratum. Up
    to a quarter above chance is let pass, as what people say is not spread evenly over days and hours, and more where
    there are so few clusters that chance alone goes further (four standard deviations of a rank sum).

    Args:
        values: The feature's, one per case.
        holds: Whether the case has the label.
        folds: Which fold each case is in; users that share a fold are judged together.
        strata: Cases are compared within one only; empty for one stratum.
        clusters: Cases that stand or fall together, such as the turns of a session; empty where each stands alone.

    >>> guess("first letter", "aabb" * 20, "x", [True, True, False, False] * 20, [0, 1] * 40).right
    1.0
    """
    if not len(holds):
        return Guess(feature, label, 0.5, 1.0, 0)
    has, fold = np.asarray(holds, bool), _codes(folds)
    shares = _learned(_codes(values), has, fold)
    group = _codes(strata) if len(strata) else np.zeros(len(has), int)
    cluster = _codes(clusters) if len(clusters) else np.arange(len(has))
    right, pairs, with_, without = 0.0, 0, set[int](), set[int]()
    for one in np.unique(group[has]):
        inside = group == one
        won, n = _in_order(shares[inside], has[inside])
        if n:
            right, pairs = right + won, pairs + n
            with_.update(cluster[inside & has])
            without.update(cluster[inside & ~has])
    if not pairs:
        return Guess(feature, label, 0.5, 1.0, 0)
    noise = SIGMAS * float(np.sqrt((1 / len(with_) + 1 / len(without)) / 12))
    return Guess(feature, label, right / pairs, min(1.0, 0.5 + max(MARGIN, noise)), pairs)


def _codes(values: Sequence[Hashable]) -> np.ndarray:
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], int)


def _learned(codes: np.ndarray, has: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """For each case the share of its value that has the label, as the other folds have it."""
    shape = (fold.max() + 1, codes.max() + 1)
    n, positive = np.zeros(shape), np.zeros(shape)
    np.add.at(n, (fold, codes), 1)
    np.add.at(positive, (fold, codes), has)
    others, others_with = n.sum(axis=0) - n, positive.sum(axis=0) - positive
    base = others_with.sum(axis=1, keepdims=True) / np.maximum(others.sum(axis=1, keepdims=True), 1)
    return np.round((others_with + base) / (others + 1) - base, 9)[fold, codes]  # what tells nothing is a tie


def _in_order(shares: np.ndarray, has: np.ndarray) -> tuple[float, int]:
    """How many pairs of one that has the label and one that has not are in the right order; ties count half."""
    without = np.sort(shares[~has])
    below = np.searchsorted(without, shares[has], side="left")
    upto = np.searchsorted(without, shares[has], side="right")
    return float((below + upto).sum()) / 2, len(without) * int(has.sum())


def folds_of(owners: Sequence[str], parts: Sequence[int]) -> list[int]:
    """Folds by owner, up to five; a single owner's cases are split in two by their parts, such as sessions."""
    order = {owner: place for place, owner in enumerate(dict.fromkeys(owners))}
    if len(order) > 1:
        return [order[owner] % FOLDS for owner in owners]
    return [part % 2 for part in parts]


def id_features(ids: Sequence[str], called: str) -> Iterator[tuple[str, list[Hashable]]]:
    """What can be seen of ids: how they begin and end, which letters are digits, how long they are."""
    for n in range(1, PREFIXES + 1):
        yield f"the first {n} characters of {called}", [id[:n] for id in ids]
    for n in range(1, SUFFIXES + 1):
        yield f"the last {n} characters of {called}", [id[-n:] for id in ids]
    yield f"the form of {called}", ["".join("0" if c.isdigit() else c for c in id) for id in ids]
    yield f"the length of {called}", [len(id) for id in ids]


def most_telling(
    features: Mapping[str, Sequence[Hashable]],
    labels: Mapping[str, Sequence[bool]],
    folds: Sequence[int],
    strata: Sequence[Hashable] = (),
    clusters: Sequence[Hashable] = (),
) -> Guess | None:
    """The guess that is farthest above its bound, or nearest below it; None where there is nothing to guess."""
    found = (
        guess(feature, values, label, holds, folds, strata, clusters)
        for feature, values in features.items()
        for label, holds in labels.items()
    )
    return max((one for one in found if one.pairs), key=lambda one: one.right - one.bound, default=None)
