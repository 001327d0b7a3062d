"""A strategy as a user would write one, outside memlab: it recalls what was said last, and can be told to fail."""

from memlab.events import Memory, Query, Recall, Turn


class Parrot:
    def __init__(self, last: int, fail: bool = False) -> None:
        self._turns: list[Turn] = []
        self._last, self._fail = last, fail

    def observe(self, event) -> None:
        match event:
            case Turn():
                self._turns.append(event)
            case _:
                pass

    def recall(self, query: Query) -> Recall:
        if self._fail:
            raise RuntimeError("the parrot is dead")
        return Recall(memories=tuple(self._memory(turn) for turn in reversed(self._turns[-self._last :])))

    def memories(self):
        return map(self._memory, self._turns)

    def close(self) -> None:
        pass

    @staticmethod
    def _memory(turn: Turn) -> Memory:
        return Memory(id=turn.id, text=turn.text, at=turn.at, sources=(turn.id,))
