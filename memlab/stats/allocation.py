"""Whether users were given to arms as they should have been: the guard before any effect is believed."""

from collections.abc import Sequence


def sample_ratio_p(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The p of as uneven a split, if every user came into an arm with its share (Pearson's chi-square, 1900).

    A split that chance does not explain says that users are lost in one arm more than in another, or that the hash is
    not what it should be; then no difference between the arms can be trusted (Fabijan et al., 2019). The usual alarm is
    at .001, since experiments are many and the test is strong.

    Args:
        counts: Users of each arm.
        shares: Of each arm, above 0; they need not add up to 1.

    Raises:
        ValueError: There are fewer than two arms or no users, or shares that are not above 0 for each arm.

    >>> round(sample_ratio_p([60, 40], [0.5, 0.5]), 4)
    0.0455
    """
    from scipy import stats

    if len(counts) < 2 or len(counts) != len(shares) or sum(counts) == 0 or min(shares) <= 0:
        raise ValueError(
            f"a split needs users, and a share above 0 for each of two arms or more; got {counts}, {shares}"
        )
    expected = [sum(counts) * share / sum(shares) for share in shares]
    return float(stats.chisquare(counts, expected).pvalue)


def lost_alike_p(kept: Sequence[int], exposed: Sequence[int]) -> float:
    """The p of as uneven a loss, if a user's outcomes went missing as often in every arm (Pearson's chi-square, 1900).

    Args:
        kept: Users of each arm who have outcomes.
        exposed: Users of each arm.

    Returns:
        1 where nobody is lost, or everybody.

    >>> lost_alike_p([50, 50], [50, 50]), round(lost_alike_p([50, 40], [50, 50]), 4)
    (1.0, 0.0009)
    """
    from scipy import stats

    lost = [whole - part for part, whole in zip(kept, exposed, strict=True)]
    if sum(lost) == 0 or sum(kept) == 0:
        return 1.0
    return float(stats.chi2_contingency([kept, lost], correction=False).pvalue)
