"""A strategy as a user would write one, outside memlab: it recalls what was said last, and can be told to fail."""

import os

from memlab.events import Memory, Query, Recall, Turn


class Parrot:
    def __init__(self, last: int, fail: bool = False, deadly: bool = False, score: float = 1.0) -> None:
        self._turns: list[Turn] = []
        self._last, self._fail, self._deadly, self._score = last, fail, deadly, score

    def observe(self, event) -> None:
        match event:
            case Turn():
                self._turns.append(event)
            case _:
                pass

    def recall(self, query: Query) -> Recall:
        if self._fail:
            raise RuntimeError("the parrot is dead")
        if self._deadly and any(os.environ["PARROT_DIES_OF"] in turn.text for turn in self._turns):
            os._exit(9)
        return Recall(memories=tuple(self._memory(turn) for turn in reversed(self._turns[-self._last :])))

    def memories(self):
        return map(self._memory, self._turns)

    def close(self) -> None:
        pass

    def _memory(self, turn: Turn) -> Memory:
        return Memory(id=turn.id, text=turn.text, at=turn.at, sources=(turn.id,), score=self._score)
