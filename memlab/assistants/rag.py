"""The retrieval-augmented assistant: what is recalled for a message goes into the system prompt as data.

Guide: retrieve 5, put them into the system prompt, answer, extract facts from the user's and the assistant's words and
store them.

Differs: what is stored is the turns, with who said them, and facts are the strategy's business, so that the assistant's
own claims need not become the user's facts; what is in sight anyway is not recalled once more.

Cost: one recall and one reply a message, and two turns observed.

Use: as the first assistant over any strategy that recalls by what is asked.
"""

from collections.abc import Callable
from datetime import datetime

from memlab.assistants import prompt
from memlab.assistants.session import Session
from memlab.llm import Chat, Message
from memlab.strategies.base import Strategy


class RagAssistant:
    """Recalls for every message.

    Args:
        strategy: The memory.
        chat: Who replies.
        session: The sitting's number, no other's on the same store.
        instruction: How the system prompt begins.
        recalled: Memories in a prompt at most, at least 1.
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
        recalled: int,
        in_sight: int,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        if recalled < 1:
            raise ValueError(f"recalled={recalled}; it must be at least 1")
        self._session = Session(strategy, session, in_sight, clock)
        self._chat, self._instruction, self._recalled = chat, instruction, recalled

    def say(self, text: str) -> Message:
        """The reply to a message; see `Assistant.say`."""
        return self._session.exchange(text, self._prompt, self._chat.reply)

    def close(self) -> None:
        """Ends the sitting and closes the strategy."""
        self._session.close()

    def _prompt(self, text: str) -> str:
        lines = map(prompt.line, self._session.recall(text, self._recalled))
        return prompt.system(self._instruction, self._session.at.date(), lines)
