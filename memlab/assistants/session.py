"""One sitting of a user and an assistant: what all reply loops share."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal

from memlab.events import Memory, Query, Recalled, SessionEnd, Turn
from memlab.llm import ChatError, Message
from memlab.strategies.base import Strategy


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


class Session:
    """Has a strategy observe what is said and read, and keeps the last turns in sight.

    A turn's id is `<number>.<exchange>.<who>`; what came of one exchange shares its beginning.

    Args:
        strategy: The memory; it may hold earlier sittings.
        number: Of this sitting, no other's on the same store: the microseconds since 1970 are.
        in_sight: Turns of this sitting that the chat is shown, at least 1.
        clock: The time; it is never taken to run backwards.
    """

    def __init__(
        self, strategy: Strategy, number: int, in_sight: int, clock: Callable[[], datetime] | None = None
    ) -> None:
        if in_sight < 1:
            raise ValueError(f"in_sight={in_sight}; it must be at least 1")
        self.strategy, self._number, self._clock = strategy, number, clock or now
        self._latest, self._exchanges, self._notes = self._clock(), 0, 0
        self._sight: deque[tuple[str, Literal["user", "assistant"], str]] = deque(maxlen=in_sight)
        self._read: list[Recalled] = []

    @property
    def at(self) -> datetime:
        """The time."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def exchange(self, text: str, prompt: Callable[[str], str], answer: Callable[[list[Message]], Message]) -> Message:
        """One turn of the user and the reply to it.

        The memory is asked before it observes the turn, which then is not what it finds; the turn is kept before the
        chat is asked, and whatever fails.

        Args:
            prompt: Makes the system prompt for what the user said.
            answer: Makes the reply to that prompt and the turns in sight.

        Raises:
            ChatError: There is no reply, or it could not be filed and is the error's `said`.
        """
        text = text.encode("utf-8", "replace").decode()
        self._exchanges, self._notes, self._read = self._exchanges + 1, 0, []
        try:
            instruction = prompt(text)
        finally:
            self._turn("user", text)
        reply = answer([Message(role="system", text=instruction), *self._in_sight()])
        if not reply.text.strip():
            raise ChatError("the chat ended without a word; say it in other words, or raise max_steps")
        try:
            self._turn("assistant", reply.text)
            for recalled in self._read:
                self.strategy.observe(replace(recalled, at=self.at))
        except ChatError as error:
            raise ChatError(str(error), said=reply.text) from error
        return reply

    def recall(self, text: str, limit: int) -> tuple[Memory, ...]:
        """The first memories for a text that tell more than turns in sight; the strategy learns that they were read."""
        shown = {id for id, _, _ in self._sight}
        id, at = f"{self._number}.{self._exchanges}.query{len(self._read)}", self.at
        query = Query(at=at, session=self._number, id=id, text=text, limit=limit + 2 * len(shown), probe=False)
        found = self.strategy.recall(query).memories
        read = tuple(memory for memory in found if not memory.sources or not shown.issuperset(memory.sources))[:limit]
        ids = tuple(memory.id for memory in read)
        self._read.append(Recalled(at=at, session=self._number, query=id, memories=ids))
        return read

    def note(self, text: str) -> None:
        """A turn that the assistant says to itself: remembered, not shown."""
        self._notes += 1
        self._observe(f"note{self._notes}", "assistant", text, channel="note")

    def close(self) -> None:
        """Ends the sitting, then closes the strategy, whatever its end brings."""
        try:
            if self._exchanges:
                self.strategy.observe(SessionEnd(at=self.at, session=self._number))
        finally:
            self.strategy.close()

    def _turn(self, speaker: Literal["user", "assistant"], text: str) -> None:
        self._sight.append((f"{self._number}.{self._exchanges}.{speaker}", speaker, text))
        self._observe(speaker, speaker, text)

    def _observe(self, who: str, speaker: str, text: str, channel: str = "chat") -> None:
        id, said = f"{self._number}.{self._exchanges}.{who}", f"{speaker}: {text}"
        turn = Turn(at=self.at, session=self._number, id=id, speaker=speaker, text=said, channel=channel)
        self.strategy.observe(turn)

    def _in_sight(self) -> Sequence[Message]:
        """The turns in sight, the user's first, neighbours by the same speaker as one: many models want it so."""
        joined = [
            Message(role=role, text="\n\n".join(text for _, _, text in turns))
            for role, turns in groupby(self._sight, key=lambda turn: turn[1])
        ]
        return joined[1:] if joined[0].role == "assistant" else joined
