"""How far random order may stray from its analytic chance, however few the questions or users."""

from collections.abc import Sequence
from math import log, sqrt


def reach_of_chance(chances: Sequence[float], confidence: float = 0.99) -> float:
    """The mean of random shares lies no further than this from the mean of their chances, with the confidence or more.

    Given the questions, random orders are drawn question by question, so questions are the unit here, not users. By
    Bernstein's inequality (Boucheron, Lugosi & Massart, 2013, ch. 2.8), with the greatest variance that a share of that
    mean can have: it holds for rare hits too, where a t interval would not, and is wider than it need be.

    Args:
        chances: The expected share of each question, 0 to 1; at least one.
        confidence: Between 0 and 1.

    Raises:
        ValueError: There are no chances.

    >>> round(reach_of_chance([0.5] * 100), 3)
    0.181
    """
    if not chances:
        raise ValueError("chance needs at least one question; got 0")
    doubt, variance = log(2 / (1 - confidence)), sum(chance * (1 - chance) for chance in chances)
    return (doubt / 3 + sqrt((doubt / 3) ** 2 + 2 * variance * doubt)) / len(chances)
