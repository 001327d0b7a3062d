"""Placebos: turns of other users of the same run, the same for every strategy that lives the same users."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from memlab.events import QueryId, UserId
from memlab.seeds import Draw, derive
from memlab.traces import read_rows


@dataclass(frozen=True, slots=True)
class Placebo:
    """What another user's turn says, and when it was said."""

    text: str
    at: datetime


class Bank:
    """Turns of other users, drawn by name.

    Which are drawn depends on the seed, the user, the question and the place, and on nothing that a strategy does: two
    strategies are held against the same placebos.

    Args:
        seed: Of all draws.
        user: Whose memories they stand in for; none of their own is among them.
        said: From which they are drawn.
    """

    def __init__(self, seed: int, user: UserId, said: Sequence[Placebo]) -> None:
        self._seed = derive(seed, "placebos", user)
        self.said = tuple(said)

    def placebos(self, query: QueryId, places: Sequence[int], n: int) -> list[list[Placebo]]:
        """n placebos, each a turn for each of the places."""
        rows = [Draw(self._seed, query, place).some(self.said, n) for place in places]
        return [[row[which % len(row)] for row in rows] for which in range(n)]


def read_bank(folder: Path, user: UserId, users: Sequence[UserId], seed: int, others: int, turns: int) -> Bank:
    """The bank of one user, from what others of the run lived.

    Args:
        users: Of the run, finished.
        others: Of how many users at most; `turns` of how many turns, of all of them together.
    """
    apart = Draw(seed, "others", user).some([one for one in users if one != user], others)
    lived = (row for one in sorted(apart) for row in read_rows(folder, "lived", one) if row["event"] == "Turn")
    said = {row["text"]: Placebo(row["text"], row["at"]) for row in lived if row["text"].strip()}
    return Bank(seed, user, Draw(seed, "bank", user).some(list(said.values()), turns))
