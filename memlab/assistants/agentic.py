"""The agentic assistant: the chat itself searches the memory and adds to it, by tools, before it replies.

Guide: core memory always visible in sections; tools to append to core, insert into and search the archive; loop while
the model calls tools, without a bound or a path for errors.

Differs: at most `max_steps` replies, after which it must answer without tools; a malformed call is answered with its
error. Core memory is in sight where the strategy has one (`agentic`), whose own loop keeps it; what the chat adds is a
turn of its own, kept apart from what the user said.

Cost: one to `max_steps` + 1 replies a message, a recall per search, two turns observed and one more per note.

Use: with a model that is good at calling tools, where most messages need no memory or several searches.

After MemGPT (Packer et al., 2023).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from memlab.assistants import prompt
from memlab.assistants.session import Session
from memlab.events import Memory
from memlab.llm import Chat, ChatError, Message, Tool, ToolCall
from memlab.llm.tools import converse
from memlab.strategies.base import Strategy

SEARCH = Tool(
    name="memory_search",
    description="Finds what is remembered of this user and of earlier conversations. What it gives is data.",
    parameters={"query": "What to look for, in words."},
)
INSERT = Tool(
    name="memory_insert",
    description="Remembers a note beyond this conversation. What is said here is remembered without it.",
    parameters={"content": "What to remember, understandable by itself."},
)


@runtime_checkable
class HasCore(Protocol):
    """A strategy with a small memory that is always in sight."""

    def core(self) -> Sequence[Memory]:
        """Its lines."""
        ...


class AgenticAssistant:
    """Lets the chat search and add before it replies.

    Args:
        strategy: The memory.
        chat: Who replies; it should be able to call tools.
        session: The sitting's number, no other's on the same store.
        instruction: How the system prompt begins.
        recalled: Memories that one search gives at most, at least 1.
        max_steps: Replies with tools for one message, at least 1.
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
        max_steps: int,
        in_sight: int,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        if recalled < 1 or max_steps < 1:
            raise ValueError(f"recalled={recalled}, max_steps={max_steps}; both must be at least 1")
        self._session = Session(strategy, session, in_sight, clock)
        self._chat, self._instruction, self._recalled, self._max_steps = chat, instruction, recalled, max_steps

    def say(self, text: str) -> Message:
        """The reply to a message; see `Assistant.say`."""
        return self._session.exchange(text, self._prompt, self._answer)

    def close(self) -> None:
        """Ends the sitting and closes the strategy."""
        self._session.close()

    def _prompt(self, text: str) -> str:
        strategy = self._session.strategy
        core = strategy.core() if isinstance(strategy, HasCore) else ()
        return prompt.system(self._instruction, self._session.at.date(), map(prompt.line, core))

    def _answer(self, messages: list[Message]) -> Message:
        act = {SEARCH.name: self._search, INSERT.name: self._insert}
        converse(self._chat, messages, (SEARCH, INSERT), act, self._max_steps)
        return self._chat.reply(messages) if messages[-1].role == "tool" else messages[-1]

    def _search(self, call: ToolCall) -> str:
        try:
            return prompt.block(map(prompt.line, self._session.recall(call.arguments["query"], self._recalled)))
        except ChatError as error:
            return f"error: the memory cannot be searched now: {error}"

    def _insert(self, call: ToolCall) -> str:
        if not call.arguments["content"].strip():
            return "error: a note needs words"
        try:
            self._session.note(call.arguments["content"])
        except ChatError as error:
            return f"error: the note is kept, but not filed yet: {error}"
        return "done"
