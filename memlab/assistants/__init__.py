"""Assistants: reply loops over any strategy and any chat, after the guide's three patterns."""

from typing import Protocol

from memlab.llm import Message


class Assistant(Protocol):
    """A strategy and a chat in one reply loop, for one sitting of one user."""

    def say(self, text: str) -> Message:
        """The assistant's reply to what the user says; both are turns that the strategy observes.

        Raises:
            ChatError: There is no reply, or it could not be filed and is the error's `said`; what the user said is
                kept in either case.
        """
        ...

    def close(self) -> None:
        """Ends the sitting and closes the strategy."""
        ...
