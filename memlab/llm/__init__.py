"""Chat models: the one protocol through which memlab speaks to them, tool calls included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something that a chat may call: its parameters are all text and all needed, each with what it means."""

    name: str
    description: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A chat's wish that a tool be called; the result goes back under its `id`."""

    id: str
    name: str
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation with a chat model.

    Attributes:
        calls: Tools that the chat wants called; only the assistant's messages have any.
        answers: The id of the call whose result this is; only for the role `tool`.
        tokens_in, tokens_out: What the reply cost; 0 where the chat does not say.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    answers: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0


class Chat(Protocol):
    """A chat model, or something that answers like one."""

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> Message:
        """The assistant's next message: text, tool calls, or both."""
        ...
