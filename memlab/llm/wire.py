"""What goes over the wire to a chat completions endpoint, and what is made of what comes back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from memlab.llm import ChatError, Message, Tool, ToolCall
from memlab.llm.shaped import loads

SHOWN = 200


def request_of(messages: Sequence[Message], tools: Sequence[Tool], schema: Any, **parameters: Any) -> dict[str, Any]:
    """All that a reply depends on, as plain JSON; what earlier replies cost is no part of it."""
    kept = ("role", "text", "answers")
    return parameters | {
        "messages": [{name: getattr(m, name) for name in kept} | {"calls": _calls(m)} for m in messages],
        "tools": [{"name": t.name, "description": t.description, "parameters": dict(t.parameters)} for t in tools],
        "schema": schema,
    }


def plain(reply: Message) -> dict[str, Any]:
    """A reply as JSON has it; `message_of` reads it back."""
    cost = {"tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out, "complete": reply.complete}
    return {"role": reply.role, "text": reply.text, "calls": _calls(reply)} | cost


def message_of(body: Mapping[str, Any]) -> Message:
    """The reply that `plain` wrote."""
    calls = tuple(ToolCall(**call) for call in body["calls"])
    return Message(**{**body, "calls": calls})


def body_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request as the endpoint is sent it, without its parameters."""
    body: dict[str, Any] = {"messages": [_sent(message) for message in request["messages"]]}
    if request["tools"]:
        body["tools"] = [{"type": "function", "function": _function(tool)} for tool in request["tools"]]
    if request["schema"] is not None:
        shape = {"name": "reply", "strict": True, "schema": request["schema"]}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    return body


def reply_of(text: str, where: str, tools: bool) -> Message:
    """The reply in the body of an endpoint's answer.

    Args:
        where: Who answered, for errors.
        tools: Whether tools were offered, so that an empty reply means that the chat is done with them.

    Raises:
        ChatError: The body is no chat completion, or there is nothing in it.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChatError(
            f"{where} answered with {len(text):,} characters that are no JSON ({error}): {text[:SHOWN]!r}; "
            "the base URL of a chat completions endpoint is needed, most end in /v1",
            text,
        ) from error
    try:
        choice = body["choices"][0]
        message, cut = choice["message"], choice.get("finish_reason") == "length"
        said, calls = _text(message), tuple(_call(n, call) for n, call in enumerate(message.get("tool_calls") or ()))
        usage = body.get("usage") or {}
        tokens_in, tokens_out = (int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens"))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ChatError(
            f"{where} answered, but not with a chat completion ({type(error).__name__}: {error}): {text[:SHOWN]!r}; "
            "it must hold choices[0].message with content or tool_calls",
            text,
        ) from error
    if not said.strip() and not calls and (cut or not tools):
        why = f" (finish_reason {choice.get('finish_reason')!r})"
        what = "raise its limit of tokens" if cut else "ask again in other words, or another model"
        raise ChatError(f"{where} answered with an empty reply{why}; {what}", text)
    return Message(
        role="assistant", text=said, calls=calls, tokens_in=tokens_in, tokens_out=tokens_out, complete=not cut
    )


def _calls(message: Message) -> list[dict[str, Any]]:
    return [{"id": c.id, "name": c.name, "arguments": dict(c.arguments), "error": c.error} for c in message.calls]


def _sent(message: Mapping[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message["role"], "content": message["text"]}
    if message["answers"] is not None:
        sent["tool_call_id"] = message["answers"]
    if message["calls"]:
        sent["tool_calls"] = [
            {
                "id": c["id"],
                "type": "function",
                "function": {"name": c["name"], "arguments": json.dumps(c["arguments"])},
            }
            for c in message["calls"]
        ]
    return sent


def _function(tool: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": what} for name, what in tool["parameters"].items()}
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"name": tool["name"], "description": tool["description"], "parameters": schema}


def _text(message: Mapping[str, Any]) -> str:
    """The content of a message, be it a text, parts of one, or a refusal."""
    content = message.get("content") or message.get("refusal") or ""
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    if not isinstance(content, str):
        raise TypeError(f"content is {type(content).__name__}, not text")
    return _clean(content)


def _call(place: int, call: Mapping[str, Any]) -> ToolCall:
    function = call["function"]
    id, name = str(call.get("id") or f"call{place}"), _clean(str(function["name"]))
    given = function.get("arguments") or {}
    try:
        arguments = loads(_clean(given)) if isinstance(given, str) else given
    except ValueError as error:
        return ToolCall(id=id, name=name, error=f"{error}; they must be one JSON object")
    if not isinstance(arguments, Mapping):
        return ToolCall(id=id, name=name, error=f"{type(arguments).__name__}; they must be one JSON object")
    return ToolCall(id=id, name=name, arguments=dict(arguments))


def _clean(text: str) -> str:
    """A text that every file can hold: halves of characters, which JSON can spell, become question marks."""
    return text.encode("utf-8", "replace").decode()
