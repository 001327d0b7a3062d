"""What a user waits for a reply: declared, never measured, so that no clock moves what a user who reacts does."""

from collections.abc import Mapping

SECONDS = ("call", "token_in", "token_out", "memory")


class Waiting:
    """Seconds for a call, for each token in and out, and for each memory that the strategy gave.

    Args:
        seconds: `call`, `token_in`, `token_out`, `memory`, each at least 0.

    Raises:
        ValueError: A number is missing, unknown or below 0.
    """

    def __init__(self, seconds: Mapping[str, float]) -> None:
        if sorted(seconds) != sorted(SECONDS) or any(value < 0 for value in seconds.values()):
            raise ValueError(f"reader.seconds is {dict(seconds)}; it must give {', '.join(SECONDS)}, each at least 0")
        self._per = dict(seconds)

    def of(self, memories: int, tokens_in: int, tokens_out: int) -> float:
        """Seconds for one reply, to the millisecond.

        >>> Waiting({"call": 1, "token_in": 0.001, "token_out": 0.02, "memory": 0.1}).of(3, 200, 10)
        1.7
        """
        per = self._per
        seconds = per["call"] + per["memory"] * memories
        return round(seconds + per["token_in"] * tokens_in + per["token_out"] * tokens_out, 3)
