"""Several comparisons at once: p-values adjusted so that the whole family is wrong no more often than one would be."""

from collections.abc import Sequence

LEVEL = 0.05


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down p-values: the chance that any true "no difference" of the family has one of .05 is 5 %.

    The least is multiplied by how many there are, the next by one less, and none is less than one before it. It needs
    nothing of how the comparisons hang together.

    Args:
        p_values: Of the comparisons, in any order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = least
    return adjusted
