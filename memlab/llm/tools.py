"""The bounded loop in which a chat calls tools: what it gets wrong is answered with the error, and it always ends."""

from collections.abc import Callable, Mapping, Sequence

from memlab.llm import Chat, Message, Tool, ToolCall

Act = Mapping[str, Callable[[ToolCall], str]]


def converse(chat: Chat, messages: list[Message], tools: Sequence[Tool], act: Act, max_steps: int) -> list[ToolCall]:
    """Lets a chat call tools until it is done or out of steps; returns the calls that succeeded.

    Args:
        messages: The conversation so far; every reply and every result is added to it.
        act: What each of `tools` does; a result that begins with "error" did not succeed.
        max_steps: Replies that the chat has.

    Raises:
        ChatError: The chat did not answer; `messages` holds what was said until then.
    """
    succeeded = []
    for _ in range(max_steps):
        reply = chat.reply(messages, tools)
        messages.append(reply)
        if not reply.calls:
            break
        for call in reply.calls:
            result = complaint(call, tools) or act[call.name](call)
            messages.append(Message(role="tool", text=result, answers=call.id))
            if not result.startswith("error"):
                succeeded.append(call)
    return succeeded


def complaint(call: ToolCall, tools: Sequence[Tool]) -> str | None:
    """What is wrong with a call, in words that a model can act on; None if nothing is."""
    known = {tool.name: tool for tool in tools}
    if call.name not in known:
        return f"error: there is no tool {call.name!r}; there are {', '.join(known)}"
    if call.error is not None:
        return f"error: the arguments of {call.name} cannot be read: {call.error}"
    for name in known[call.name].parameters:
        if not isinstance(call.arguments.get(name), str):
            return f"error: {call.name} needs {name!r}, a text"
    return None
