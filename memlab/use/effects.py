"""What a memory does to a reader: leaving it out, putting placebos in its place, and Shapley values as a check.

All of it goes by one function, the reader's *balance* of what stands in its places. What is left out leaves its place
empty, so that nothing else moves up: a reader that goes by order would else be found to use whatever stands above its
evidence.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

Row = tuple[Hashable, ...]  # what stands in each place; None where it is empty
Balance = Callable[[Row], float]


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
    balance: Balance, row: Row, places: Sequence[int], placebos: Sequence[Sequence[Hashable]], outdo: int
) -> Effect:
    """The group's effect, and those of placebos, each against the same row with the group's places left empty.

    A placebo is itself used, against the others, in at most (n - outdo + 1) / (n + 1) of cases, where n of them are the
    bar's: they are drawn alike, so any order of their effects is as likely as any other; ties make it rarer. For 19 of
    20 that is 2 of 21. Costs a reading each, two more for the group.

    Args:
        places: Of the group.
        placebos: For each placebo what stands in each place; the last is the impostor, no part of the bar.
        outdo: How many of the others an effect must exceed in size, from 1 to their number.

    >>> balance = lambda row: float("Denver" == row[0]) - 0.5 * ("Boston" == row[1])
    >>> effect(balance, ("Denver", "Boston"), [0], [["tea"], ["Denver"], ["tea"]], 2).bar
    1.0
    """
    without = balance(replaced(row, places, [None] * len(places)))
    *bars, impostor = (balance(replaced(row, places, own)) - without for own in placebos)
    return Effect(balance(row) - without, sorted(map(abs, bars))[outdo - 1], impostor)


def shapley(balance: Balance, row: Row, groups: Sequence[Sequence[int]]) -> list[float]:
    """The exact Shapley value of each group of places: its effect on all sets of the others, orders weighing alike.

    They sum to the balance of all minus that with every group's places empty. Costs a reading for each of the 2^n sets
    of n groups; what is in no group stays throughout. (Shapley, 1953.)

    >>> balance = lambda row: float("Denver" in row)
    >>> shapley(balance, ("Denver", "Denver", "tea"), [(0,), (1,), (2,)])
    [0.5, 0.5, 0.0]
    """
    n = len(groups)
    worth = {}
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            gone = [place for one, own in enumerate(groups) if one not in chosen for place in own]
            worth[frozenset(chosen)] = balance(replaced(row, gone, [None] * len(gone)))
    return [
        sum(
            (worth[others | {one}] - worth[others]) / (n * comb(n - 1, len(others)))
            for others in worth
            if one not in others
        )
        for one in range(n)
    ]


def replaced(row: Row, places: Sequence[int], others: Sequence[Hashable]) -> Row:
    """The row with others at some places."""
    changed = dict(zip(places, others, strict=True))
    return tuple(changed.get(place, one) for place, one in enumerate(row))
