"""The users of one arm, as a source: the same lives, of those alone whom the hash gives to it."""

from collections.abc import Sequence

from memlab.events import UserId
from memlab.life import Life
from memlab.satisfaction.assignment import Assignment
from memlab.satisfaction.reacting.source import Reacting


class Assigned:
    """A source of users who react, without those of other arms; a user's life is what it would be without it.

    Args:
        inner: Of all users.
        arm: The arm that users must be in; `a`, `b`, `salt`, `split` and `holdout` as `Assignment` has them.

    Raises:
        ValueError: There is no such arm, or a share is out of its range.
    """

    def __init__(self, inner: Reacting, arm: str, a: str, b: str, salt: str, split: float, holdout: float) -> None:
        self._inner, self._arm = inner, arm
        self._assignment = Assignment(a=a, b=b, salt=salt, split=split, holdout=holdout)
        if arm not in self._assignment.shares:
            raise ValueError(f"there is no arm {arm!r}; the arms are {', '.join(self._assignment.shares)}")
        self.digest, self.facts = inner.digest, inner.facts

    def users(self) -> Sequence[UserId]:
        """Those of the arm, in the inner source's order."""
        return [user for user in self._inner.users() if self._assignment.arm(user) == self._arm]

    def life(self, user: UserId, *, seed: int) -> Life:
        """The inner source's."""
        return self._inner.life(user, seed=seed)

    def traits(self, user: UserId, *, seed: int) -> dict[str, str]:
        """The inner source's."""
        return self._inner.traits(user, seed=seed)
