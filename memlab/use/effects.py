"""What a memory does to a reader: leaving it out, putting placebos in its place, and Shapley values as a check.

All of it goes by one function, the reader's *balance* of a list of texts. What is left out leaves its place empty, so
that nothing else moves up: a reader that goes by order would else be found to use whatever stands above its evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

Balance = Callable[[tuple[str, ...]], float]
EMPTY = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a group of memories does, beside what placebos do in its places.

    Attributes:
        bar: The size of effect that must be exceeded to count as used.
        impostor: The effect of one more placebo.
    """

    effect: float
    bar: float
    impostor: float


def effect(
    balance: Balance, texts: tuple[str, ...], places: Sequence[int], placebos: Sequence[Sequence[str]], outdo: int
) -> Effect:
    """The group's effect, and those of placebos, each against the same texts with the group's places left empty.

    A placebo is itself used, against the others, in at most (n - outdo + 1) / (n + 1) of cases, where n of them are the
    bar's: they are drawn alike, so any order of their effects is as likely as any other; ties make it rarer. For 19 of
    20 that is 2 of 21. Costs a reading each, two more for the group.

    Args:
        places: Of the group.
        placebos: For each placebo a text for each place; the last is the impostor, no part of the bar.
        outdo: How many of the others an effect must exceed in size, from 1 to their number.

    >>> balance = lambda texts: float("Denver" in texts[0]) - 0.5 * ("Boston" in texts[1])
    >>> effect(balance, ("Denver", "Boston"), [0], [["tea"], ["Denver"], ["tea"]], 2).bar
    1.0
    """
    without = balance(replaced(texts, places, [EMPTY] * len(places)))
    *bars, impostor = (balance(replaced(texts, places, texts_of)) - without for texts_of in placebos)
    return Effect(balance(texts) - without, sorted(map(abs, bars))[outdo - 1], impostor)


def shapley(balance: Balance, texts: tuple[str, ...], groups: Sequence[Sequence[int]]) -> list[float]:
    """The exact Shapley value of each group of places: its effect on all sets of the others, orders weighing alike.

    They sum to the balance of all minus that with every group's places empty. Costs a reading for each of the 2^n sets
    of n groups; texts in no group stay throughout. (Shapley, 1953.)

    >>> balance = lambda texts: float("Denver" in texts)
    >>> shapley(balance, ("Denver", "Denver", "tea"), [(0,), (1,), (2,)])
    [0.5, 0.5, 0.0]
    """
    n = len(groups)
    worth = {}
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            gone = [place for one, own in enumerate(groups) if one not in chosen for place in own]
            worth[frozenset(chosen)] = balance(replaced(texts, gone, [EMPTY] * len(gone)))
    return [
        sum(
            (worth[others | {one}] - worth[others]) / (n * comb(n - 1, len(others)))
            for others in worth
            if one not in others
        )
        for one in range(n)
    ]


def replaced(texts: tuple[str, ...], places: Sequence[int], others: Sequence[str]) -> tuple[str, ...]:
    """The texts with others at some places."""
    changed = dict(zip(places, others, strict=True))
    return tuple(changed.get(place, text) for place, text in enumerate(texts))
