"""Chat models: the one protocol through which memlab speaks to them, tool calls included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol, runtime_checkable


class ChatError(OSError):
    """A chat did not answer, or not with something to go by; the message says what, where, and what would be right.

    Args:
        message: For a person to read.
        said: What the chat did say, as far as it got; nothing of it is kept anywhere else.
    """

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something that a chat may call: its parameters are all text and all needed, each with what it means."""

    name: str
    description: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A chat's wish that a tool be called; the result goes back under its `id`.

    Attributes:
        arguments: As the chat gave them: a model may leave some out, or give what is no text.
        error: Why the arguments could not be read at all; None where they could.
    """

    id: str
    name: str
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation with a chat model.

    Attributes:
        calls: Tools that the chat wants called; only the assistant's messages have any.
        answers: The id of the call whose result this is; only for the role `tool`.
        tokens_in, tokens_out: What the reply cost; 0 where the chat does not say.
        complete: False where the chat was stopped in the middle of its reply.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    answers: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    complete: bool = True


class Chat(Protocol):
    """A chat model, or something that answers like one."""

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> Message:
        """The assistant's next message: text, tool calls, or both.

        Raises:
            ChatError: There is no reply to go by.
        """
        ...


@runtime_checkable
class SchemaChat(Protocol):
    """A chat that can be held to a JSON schema."""

    def reply_in(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Message:
        """The assistant's next message, a JSON value of that schema as far as the model's server sees to it."""
        ...
