"""JSON as models write it: fenced, in prose, with a comma too many; and held against the shape that was asked for."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from memlab.llm import Chat, ChatError, Message, SchemaChat

T = TypeVar("T")
STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
SHOWN = 200


def loads(text: str) -> Any:
    """The JSON value in a text; what stands around it and commas before a closing bracket are passed over.

    What was cut short is not completed: that would put words into a model's mouth.

    >>> loads('Sure! ```json\\n{"city": "Denver", "since": [2024,],}\\n```')
    {'city': 'Denver', 'since': [2024]}

    Raises:
        ValueError: There is no whole JSON value in it.
    """
    try:
        return _value(text)
    except ValueError as error:
        start = min((place for place in map(text.find, "{[") if place >= 0), default=-1)
        end = max(map(text.rfind, "}]")) + 1
        if not 0 <= start < end:
            raise error
    inner = text[start:end]
    try:
        return _value(inner)
    except ValueError:
        return _value(STRING_OR_COMMA.sub(lambda found: found[1] or "", inner))


def ask(chat: Chat, messages: Sequence[Message], shape: type[T], attempts: int = 2) -> T:
    """What a chat replies, as a value of a type: a dataclass, a TypedDict, anything that pydantic knows.

    A chat that can be held to a schema is; all are told it in words. A reply that does not fit goes back with what is
    wrong with it, so this costs up to `attempts` replies.

    Args:
        attempts: Replies that the chat has, at least 1.

    Raises:
        ChatError: No reply fitted; `said` is the last of them.
    """
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(shape)
    schema = _closed(adapter.json_schema())
    told = f"Reply with one JSON value of this schema and nothing else:\n{json.dumps(schema, ensure_ascii=False)}"
    asked, wrong, said = [*messages], "", ""
    if asked and asked[0].role == "system":
        asked[0] = replace(asked[0], text=f"{asked[0].text}\n\n{told}")
    else:
        asked.insert(0, Message(role="system", text=told))
    for _ in range(attempts):
        reply = chat.reply_in(asked, schema) if isinstance(chat, SchemaChat) else chat.reply(asked)
        said = reply.text
        try:
            return adapter.validate_python(loads(said))
        except ValidationError as error:
            first = error.errors()[0]
            wrong = f"at {'.'.join(map(str, first['loc'])) or 'the top'}: {first['msg']}"
        except ValueError as error:
            wrong = f"no whole JSON value ({error})" if reply.complete else "it was cut short"
        asked += [replace(reply, calls=()), Message(role="user", text=f"That does not fit: {wrong}. {told}")]
    raise ChatError(
        f"the chat's reply does not fit {getattr(shape, '__name__', shape)}: {wrong}; it said {said[:SHOWN]!r}; "
        "ask for something simpler, or use a model that keeps to a schema",
        said,
    )


def _value(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _closed(schema: Any) -> Any:
    """A schema in which every object has all its named properties and no other, as strict servers demand."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if isinstance(closed.get("properties"), Mapping):
        closed |= {"additionalProperties": False, "required": list(closed["properties"])}
    return closed
