"""Several comparisons at once: p-values adjusted so that the chance of any false rejection stays what it is for one."""

from collections.abc import Sequence


def holm(p: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down adjustment, in the order of what is given.

    Args:
        p: Of each comparison of the family.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, least = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = least
    return adjusted
