"""The user-context assistant: the whole profile goes into every prompt as data.

Guide: the whole structured profile into the prompt; answer; push new facts; refer to what is known only where relevant,
not to show off.

Differs: the profile has a bound in tokens, any strategy will do: one with a `summary()` gives that, its first
lines if they are too many, any other all its memories in order, then the newest of them.

Cost: one reply a message, with the profile in each; no recall.

Use: over a strategy that keeps few and current facts (`profile`); over one that keeps every turn it fills the prompt.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from memlab.assistants import prompt
from memlab.assistants.session import Session
from memlab.llm import Chat, Message
from memlab.strategies.base import Strategy
from memlab.text import count_tokens, how_many_fit


@runtime_checkable
class Summarised(Protocol):
    """A strategy that says in words, line by line, what it knows of its user."""

    def summary(self) -> str:
        """The profile."""
        ...


class ProfileAssistant:
    """Shows the chat all that is known.

    Args:
        strategy: The memory; its `summary()` is used where it has one.
        chat: Who replies.
        session: The sitting's number, no other's on the same store.
        instruction: How the system prompt begins.
        profile_tokens: Word pieces of the profile at most, at least 1.
        in_sight: Turns of this sitting that the chat is shown, at least 1.
        clock: The time; None is the machine's.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        strategy: Strategy,
        chat: Chat,
        session: int,
        instruction: str,
        profile_tokens: int,
        in_sight: int,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        if profile_tokens < 1:
            raise ValueError(f"profile_tokens={profile_tokens}; it must be at least 1")
        self._session = Session(strategy, session, in_sight, clock)
        self._chat, self._instruction, self._tokens = chat, instruction, profile_tokens

    def say(self, text: str) -> Message:
        """The reply to a message; see `Assistant.say`."""
        return self._session.exchange(text, self._prompt, self._chat.reply)

    def close(self) -> None:
        """Ends the sitting and closes the strategy."""
        self._session.close()

    def _prompt(self, text: str) -> str:
        strategy = self._session.strategy
        if isinstance(strategy, Summarised):
            lines = [prompt.quoted({"text": line}) for line in strategy.summary().splitlines() if line.strip()]
            lines = lines[: self._fitting(lines)]
        else:
            lines = [prompt.line(memory) for memory in strategy.memories()]
            lines = lines[len(lines) - self._fitting(lines[::-1]) :]
        return prompt.system(self._instruction, self._session.at.date(), lines)

    def _fitting(self, lines: Sequence[str]) -> int:
        return how_many_fit([count_tokens(line) for line in lines], self._tokens)
