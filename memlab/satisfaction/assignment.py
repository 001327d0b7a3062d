"""Who is in which arm: a salted hash of the user, so that whoever comes again is where they were."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType

from memlab.events import UserId
from memlab.seeds import derive
from memlab.stats.allocation import sample_ratio_p

HOLDOUT = "none"
POINTS = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Which arm each user is in; nothing is kept, since the hash says the same every time.

    The unit is the user, never the message: messages of one user are not independent, and a memory that is there for
    every other message is no memory. Another salt is another experiment: its arms cut across those of the first.

    Args:
        a: The arm that the other is held against.
        b: The arm under test; the two names differ.
        salt: Of the experiment.
        split: The share of a among a and b, over 0 and under 1; `a=none, split=0.1` is the holdout of a tenth.
        holdout: The share of all users in a third arm, `none`, 0 or more and under 1; where a or b is `none` there is
            one already, and nobody is held out besides.

    Raises:
        ValueError: A share is out of its range, or the arms are the same.

    >>> arms = Assignment(a="none", b="hybrid", salt="first", split=0.1)
    >>> arms.arm("u7") == arms.arm("u7")
    True
    >>> arms.shares
    {'none': 0.1, 'hybrid': 0.9}
    """

    a: str
    b: str
    salt: str
    split: float = 0.5
    holdout: float = 0.0

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise ValueError(f"arms a and b are both {self.a!r}; they must have different names")
        if not is_number(self.split) or not 0 < self.split < 1:
            raise ValueError(f"split is {self.split!r}; it must be over 0 and under 1, the share of a among a and b")
        if not is_number(self.holdout) or not 0 <= self.holdout < 1:
            raise ValueError(f"holdout is {self.holdout!r}; it must be 0 or more and under 1, a share of all users")

    @property
    def shares(self) -> dict[str, float]:
        """The share of users that each arm should have, a first, then b, then who is held out."""
        held = 0.0 if HOLDOUT in (self.a, self.b) else self.holdout
        shares = {self.a: (1 - held) * self.split, self.b: (1 - held) * (1 - self.split)}
        return shares | ({HOLDOUT: held} if held else {})

    def arm(self, user: UserId) -> str:
        """The user's arm, whoever asks and whenever."""
        place, reached, shares = derive(0, "arm", self.salt, user) / POINTS, 0.0, self.shares
        for arm, share in shares.items():
            reached += share
            if place < reached:
                return arm
        return list(shares)[-1]  # a sum of shares that is a hair under 1

    def users(self, users: Iterable[UserId]) -> dict[UserId, str]:
        """The arm of each user."""
        return {user: self.arm(user) for user in users}


def is_number(value: object, kind: type | UnionType = int | float) -> bool:
    """Whether a value from a config is a number; true and false are none."""
    return isinstance(value, kind) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Split:
    """How many users came into each arm, beside how many should have.

    Attributes:
        p: Of as uneven a split by chance.
    """

    counts: Mapping[str, int]
    expected: Mapping[str, float]
    p: float


def split_of(arms: Sequence[str], shares: Mapping[str, float]) -> Split:
    """The sample-ratio-mismatch test: users were lost, or assigned otherwise than said, where p is tiny.

    Args:
        arms: Of each user.
        shares: That each arm should have.

    Raises:
        ValueError: There are no users, or an arm is not among the shares.

    >>> split_of(["a"] * 60 + ["b"] * 40, {"a": 0.5, "b": 0.5}).expected
    {'a': 50.0, 'b': 50.0}
    """
    found = Counter(arms)
    if found.keys() - shares.keys():
        unknown = ", ".join(sorted(found.keys() - shares.keys()))
        raise ValueError(f"users are in arms that have no share: {unknown}; the arms are {', '.join(shares)}")
    counts = {arm: found[arm] for arm in shares}
    whole = sum(shares.values())
    expected = {arm: len(arms) * share / whole for arm, share in shares.items()}
    return Split(counts, expected, sample_ratio_p(list(counts.values()), list(shares.values())))
