"""The line format in which anyone can bring logs: one JSON object per line, described in `docs/jsonl.md`.

A line is a life's start, an event, or a note of the judge. Its fields are those of the records in `memlab.events` and
`memlab.life`, under the same names; a field that has a default may be left out, one that is not known is refused.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from memlab.events import (
    Attachment,
    Consent,
    Erasure,
    Event,
    Forget,
    Outcome,
    Query,
    Recalled,
    SessionEnd,
    Turn,
)
from memlab.life import Gold, Life, Nugget, Superseded

Read = Callable[[Any], Any]


class FieldError(ValueError):
    """A field is not what it must be; the message begins with its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A life begins.

    Attributes:
        text_form: Its turns' own; None is the source's. A life that memlab has written has its texts in form.
        lines: How many lines follow in the life, so that a log that was cut between two lines is seen; None tells not.
    """

    user: str
    text_form: str | None = None
    lines: int | None = None


def _must(value: Any, right: bool, what: str) -> Any:
    if not right:
        raise FieldError(f" is {value!r:.80}; it must be {what}")
    return value


def _text(value: Any) -> str:
    return _must(value, isinstance(value, str), "text")


def _name(value: Any) -> str:
    return _must(value, isinstance(value, str) and value.strip() != "", "text that is not empty")


def _flag(value: Any) -> bool:
    return _must(value, isinstance(value, bool), "true or false")


def _whole(value: Any) -> int:
    right = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return _must(value, right, "a whole number of at least 0")


def _facet(value: Any) -> float | str:
    right = isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool))
    return _must(value, right and (isinstance(value, str) or math.isfinite(value)), "a number or text")


def _time(value: Any) -> datetime:
    what = "a time with its offset, like '2024-03-01T09:05:00+00:00'"
    _must(value, isinstance(value, str), what)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise FieldError(f" is {value!r:.80}; it must be {what}") from None
    _must(value, at.tzinfo is not None, what)
    return at.astimezone(UTC)


def _or_null(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _several(read: Read, into: Callable[[Sequence[Any]], Any] = tuple) -> Read:
    def reader(value: Any) -> Any:
        _must(value, isinstance(value, list), "a list")
        return into([_within(f"[{place}]", read, part) for place, part in enumerate(value)])

    return reader


def _each(read: Read) -> Read:
    def reader(value: Any) -> Any:
        _must(value, isinstance(value, dict), "an object")
        return MappingProxyType({name: _within(f".{name}", read, part) for name, part in value.items()})

    return reader


def _record(kind: type, readers: Mapping[str, Read]) -> Read:
    """Reads an object into a record; what it lacks must have a default, and it may have nothing more."""
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}

    def reader(value: Any) -> Any:
        _must(value, isinstance(value, dict), "an object")
        for name in value:
            if name not in readers:
                near = get_close_matches(name, readers, 1, 0.0)[0]
                raise FieldError(f".{name} is not known; the nearest is {near!r}, all are {', '.join(readers)}")
        for name in readers:
            if name in needed and name not in value:
                raise FieldError(f".{name} is missing")
        return kind(**{name: _within(f".{name}", readers[name], part) for name, part in value.items()})

    return reader


def _within(name: str, read: Read, value: Any) -> Any:
    try:
        return read(value)
    except FieldError as error:
        raise FieldError(f"{name}{error}") from None


NUGGET: dict[str, Read] = {"turns": _several(_name, frozenset), "values": _several(_text)}


def _nugget(value: Any) -> Nugget:
    """A nugget, or the id of the one turn that states it."""
    return Nugget(turns=frozenset([_name(value)])) if isinstance(value, str) else _record(Nugget, NUGGET)(value)


WHEN: dict[str, Read] = {"at": _time, "session": _whole}
GOLD: dict[str, Read] = {
    "kind": _name,
    "answers": _several(_text),
    "choices": _several(_text),
    "answerable": _flag,
    "evidence": _several(_nugget),
    "stale": _several(_name, frozenset),
    "stale_values": _several(_text),
    "forbidden": _several(_name, frozenset),
    "facets": _each(_facet),
}
ATTACHMENT: dict[str, Read] = {"kind": _name, "text": _text}
LINES: dict[str, tuple[type, dict[str, Read]]] = {
    "life": (Start, {"user": _name, "text_form": _text, "lines": _whole}),
    "turn": (
        Turn,
        WHEN
        | {"id": _name, "speaker": _text, "text": _text, "channel": _name}
        | {"attachments": _several(_record(Attachment, ATTACHMENT))},
    ),
    "session_end": (SessionEnd, WHEN),
    "query": (
        Query,
        WHEN
        | {"id": _name, "text": _text, "limit": _or_null(_whole)}
        | {"budget_tokens": _or_null(_whole), "probe": _flag},
    ),
    "outcome": (Outcome, WHEN | {"turn": _name, "task": _text, "approach": _text, "success": _flag}),
    "consent": (Consent, WHEN | {"category": _name, "granted": _flag}),
    "erasure": (Erasure, WHEN | {"turns": _or_null(_several(_name, frozenset))}),
    "forget": (Forget, WHEN | {"memories": _several(_name, frozenset)}),
    "recalled": (Recalled, WHEN | {"query": _name, "memories": _several(_name)}),
    "superseded": (Superseded, {"turn": _name, "by": _name}),
}
TYPE_OF = {kind: name for name, (kind, _) in LINES.items()}


def read_line(text: bytes, before: Event | None = None) -> tuple[Start | Event | Superseded, Gold | None]:
    """What a line says, and the gold if it is a query's.

    Args:
        before: The event on the line before, whose `at` and `session` stand for those that are left out.

    Raises:
        FieldError: A field is wrong; the message begins with its path, like `query.gold.evidence[0].turns`.
        ValueError: It is not a whole JSON object.
    """
    body = json.loads(text)
    if not isinstance(body, dict):
        raise FieldError("a line must be one JSON object")
    type = body.pop("type", None)
    if type not in LINES:
        raise FieldError(f"type is {type!r:.80}; it must be one of {', '.join(LINES)}")
    gold = _within("query.gold", _record(Gold, GOLD), body.pop("gold", None)) if type == "query" else None
    kind, readers = LINES[type]
    if before is not None and "at" in readers:
        body = {"at": before.at.isoformat(), "session": before.session} | body
    return _within(type, _record(kind, readers), body), gold


def lines_of(life: Life) -> Iterator[str]:
    """The lines that give a life again, event by event, with the judge's notes; the life is lived, without replies."""
    lines = list(_events_of(life))
    yield _line("life", {"user": life.user, "text_form": "{text}", "lines": len(lines)})
    yield from lines


def _events_of(life: Life) -> Iterator[str]:
    said: set[str] = set()
    for event in life.stream():
        if isinstance(event, Turn):
            said.add(event.id)
        body = _plain(event)
        if isinstance(event, Query):
            body["gold"] = _plain(life.gold[event.id])
        yield _line(TYPE_OF[type(event)], body)
    for note in life.superseded:
        if {note.turn, note.by} <= said:
            yield _line("superseded", _plain(note))


def _line(type: str, body: Mapping[str, Any]) -> str:
    return json.dumps({"type": type} | dict(body), ensure_ascii=False, allow_nan=False)


def _plain(record: Any) -> dict[str, Any]:
    """A record's fields as JSON knows them, without those that are at their defaults."""
    body = {}
    for f in fields(record):
        value = getattr(record, f.name)
        if value != (f.default if f.default_factory is MISSING else f.default_factory()):
            body[f.name] = _value(value)
    return body


def _value(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case tuple():
            return [_value(part) for part in value]
        case Mapping():
            return dict(value)
        case Attachment() | Nugget():
            return _plain(value)
    return value
