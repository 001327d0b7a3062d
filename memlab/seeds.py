"""Seeds by name and draws by counter: randomness that depends on what it is for, never on call order.

Every draw is a keyed hash and integer arithmetic, so a life drawn from it is the same bytes on every platform and
Python version, and one more draw in one place moves nothing elsewhere.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

T = TypeVar("T")
EIGHT = Struct(">8Q")


def derive(root: int, *names: str | int) -> int:
    """The seed of `names` under `root`, an integer of 64 bits.

    >>> derive(0, "user", 3) == derive(0, "user", 3)
    True
    >>> derive(0, "user", 3) == derive(1, "user", 3)
    False
    """
    path = "\x1f".join(str(name) for name in (root, *names))
    return int.from_bytes(blake2b(path.encode(), digest_size=8).digest(), "big")


class Draw:
    """A stream of draws under one name: each hash of (seed, n) is eight of them."""

    def __init__(self, root: int, *names: str | int) -> None:
        self._key = derive(root, *names).to_bytes(8, "big")
        self._count = 0
        self._drawn: list[int] = []

    def below(self, n: int) -> int:
        """An integer in [0, n), uniform up to a bias under n / 2**64.

        Raises:
            ValueError: `n` is not positive.
        """
        if n <= 0:
            raise ValueError(f"cannot draw below {n}; the bound must be at least 1")
        if not self._drawn:
            self._count += 1
            digest = blake2b(self._count.to_bytes(8, "big"), key=self._key, digest_size=64).digest()
            self._drawn = list(EIGHT.unpack(digest))
        return self._drawn.pop() * n >> 64

    def between(self, low: int, high: int) -> int:
        """An integer in [low, high], both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, permille: int) -> bool:
        """True in `permille` of 1,000 draws."""
        return self.below(1000) < permille

    def choice(self, options: Sequence[T]) -> T:
        """One of `options`, each equally likely."""
        return options[self.below(len(options))]

    def some(self, options: Sequence[T], n: int) -> list[T]:
        """`n` of `options`, or all where there are fewer, in random order; a draw for each."""
        rest = list(options)
        for i in range(min(n, len(rest))):
            j = self.between(i, len(rest) - 1)
            rest[i], rest[j] = rest[j], rest[i]
        return rest[:n]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All of `options` in random order (Fisher-Yates)."""
        rest = list(options)
        for i in range(len(rest) - 1, 0, -1):
            j = self.below(i + 1)
            rest[i], rest[j] = rest[j], rest[i]
        return rest
