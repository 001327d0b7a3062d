"""What an owner may do with a memory: list it, see where it comes from, edit, delete, take it along and bring it back.

Guide: list by category, delete one, delete all, export with a time stamp.

An owner acts through the same events as everyone: to delete one memory is a `Forget`, which survives consolidation;
with its sources it is an `Erasure`, after which the turns count as never said; an edit is a `Forget` and a turn of the
speaker `owner`. So what is deleted is gone from every derived thing, by the strategy's own law.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from memlab.events import Erasure, Forget, Memory, MemoryId, Recalled, SessionEnd, Turn
from memlab.stores import Record, Store
from memlab.strategies.base import Strategy, kept_events

OWNER = "owner"
EXPORT_VERSION = 1
SPACE = "control"  # where a store keeps what made it
MADE_BY = "made by"
TIMES = ("at", "valid_from", "valid_to", "accessed_at")


class ControlError(ValueError):
    """There is no such memory, or an export cannot be read; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """A memory and the turns that it comes from.

    Attributes:
        sources: Turns that support it, most telling first; those that are no longer kept are left out.
        replaces: Turns that it supersedes.
    """

    memory: Memory
    sources: tuple[Turn, ...]
    replaces: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """How much a memory holds, and how much of it is new or in use.

    Attributes:
        total: Memories that could still be said; `ended` how many of these no longer hold.
        added: Said within the days looked back on.
        accessed: Given to a reader within them; None where the strategy keeps no note of what was read.
        active_bytes: Of the store's records; `archived_bytes` those out of a recall's reach.
    """

    total: int
    ended: int
    added: int
    accessed: int | None
    active_bytes: int
    archived_bytes: int


def health(strategy: Strategy, store: Store, at: datetime, days: int = 7) -> Health:
    """The health of a memory at a time, looking back on some days; reads every record.

    A memory counts as added when the newest of its sources was said, since a store does not tell when it was made.
    """
    since, memories = at - timedelta(days=days), list(strategy.memories())
    events = [event for _, space in all_spaces(store) for event in kept_events(space)]
    read = [event for event in events if isinstance(event, Recalled)]
    lately = {id for event in read if event.at > since for id in event.memories}
    active, archived = store.size_bytes()
    return Health(
        total=len(memories),
        ended=sum(memory.valid_to is not None and memory.valid_to <= at for memory in memories),
        added=sum(since < memory.at <= at for memory in memories),
        accessed=len({memory.id for memory in memories} & lately) if read else None,
        active_bytes=active,
        archived_bytes=archived,
    )


def listed(strategy: Strategy, category: str | None = None) -> list[Memory]:
    """Everything that the strategy could still say, in its order; of one category, if one is named."""
    return [memory for memory in strategy.memories() if category is None or memory.category == category]


def provenance(strategy: Strategy, store: Store, id: MemoryId) -> Provenance:
    """A memory with the turns that it comes from, as the store keeps them.

    Raises:
        ControlError: There is no such memory.
    """
    memory = _one(strategy, id)
    said = {
        event.id: event for _, space in all_spaces(store) for event in kept_events(space) if isinstance(event, Turn)
    }
    sources, replaces = (tuple(said[t] for t in turns if t in said) for turns in (memory.sources, memory.replaces))
    return Provenance(memory, sources, replaces)


def latest_session(store: Store) -> int:
    """The session of the newest event that is kept, 0 where there is none: the owner acts at its end."""
    return max((event.session for _, space in all_spaces(store) for event in kept_events(space)), default=0)


def delete(strategy: Strategy, id: MemoryId, at: datetime, session: int, with_sources: bool = False) -> None:
    """Deletes one memory.

    Args:
        session: In which the owner acts (`latest_session`).
        with_sources: Whether the turns that it comes from are erased too, with all that came of them. Else they stay
            said, other memories of them stay, and this one does not come back.

    Raises:
        ControlError: There is no such memory.
    """
    memory = _one(strategy, id)
    if with_sources:
        turns = frozenset((*memory.sources, *memory.replaces))
        strategy.observe(Erasure(at=at, session=session, turns=turns))
    else:
        strategy.observe(Forget(at=at, session=session, memories=frozenset({id})))


def delete_all(strategy: Strategy, at: datetime, session: int) -> None:
    """Deletes everything that was ever said, and all that came of it."""
    strategy.observe(Erasure(at=at, session=session, turns=None))


def edit(strategy: Strategy, id: MemoryId, text: str, at: datetime, session: int) -> Turn:
    """Puts the owner's words in the place of a memory: the owner is heard to say this, that one is forgotten, and the
    session ends, so that what is consolidated then is.

    Returns:
        The owner's turn. What the strategy makes of it is its own affair, as with any turn.

    Raises:
        ControlError: There is no such memory, or the text is blank.
    """
    if not text.strip():
        raise ControlError(f"memory {id!r} cannot be edited to nothing; delete it instead")
    _one(strategy, id)
    name = sha256("\n".join((id, text, at.isoformat())).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    turn = Turn(at=at, session=session, id=f"{OWNER}-{name}", speaker=OWNER, text=f"{OWNER}: {text}")
    strategy.observe(turn)
    strategy.observe(Forget(at=at, session=session, memories=frozenset({id})))
    strategy.observe(SessionEnd(at=at, session=session))
    return turn


def exported(strategy: Strategy, store: Store, at: datetime) -> dict[str, Any]:
    """Everything that is kept, ready for JSON: each space's records, and what the strategy makes of them.

    `memories` is for people and other programs; `records` alone are what `imported` needs.
    """
    return {
        "memlab_export": EXPORT_VERSION,
        "exported_at": at.isoformat(),
        "made_by": made_by(store),
        "memories": [_plain(asdict(memory)) for memory in strategy.memories()],
        "records": {
            name: [_plain_record(r) for r in space.scan()] for name, space in all_spaces(store) if name != SPACE
        },
    }


def imported(export: Mapping[str, Any], store: Store) -> None:
    """Puts an export's records into a store that holds none; a strategy opened on it recalls what the other did.

    Raises:
        ControlError: This is no export of a version that this memlab reads, or the store is not empty.
    """
    version = export.get("memlab_export") if isinstance(export, Mapping) else None
    if version != EXPORT_VERSION:
        raise ControlError(f'an export says "memlab_export": {EXPORT_VERSION}; this one says {version!r}')
    if any(True for _, space in all_spaces(store) for _ in space.scan()):
        raise ControlError("the store is not empty; import into one that is not there yet")
    try:
        records = {name: [_record(row) for row in rows] for name, rows in export["records"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ControlError(f"the export's records cannot be read: {type(error).__name__}: {error}") from error
    for name, own in records.items():
        space = store
        for part in json.loads(name) if name else ():
            space = space.space(part)
        for record in own:
            space.put(record)
    if export.get("made_by"):
        sign(store, export["made_by"])


def sign(store: Store, config: Mapping[str, Any]) -> None:
    """Notes in the store which strategy keeps it, so that it can be opened again without saying so."""
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    text = json.dumps(config, sort_keys=False)
    store.space(SPACE).put(Record(id=MADE_BY, text=text, sources=(), at=epoch))


def made_by(store: Store) -> dict[str, Any] | None:
    """The config of the strategy that keeps a store; None where none is noted."""
    record = store.space(SPACE).get(MADE_BY)
    return json.loads(record.text) if record else None


def all_spaces(store: Store, above: Sequence[str] = ()) -> Iterator[tuple[str, Store]]:
    """A store and all spaces below it, each with its path as a JSON list, "" for the store itself."""
    if not above:
        yield "", store
    for name in store.spaces():
        path = (*above, name)
        yield (SPACE if path == (SPACE,) else json.dumps(path)), store.space(name)
        yield from all_spaces(store.space(name), path)


def _one(strategy: Strategy, id: MemoryId) -> Memory:
    found = next((memory for memory in strategy.memories() if memory.id == id), None)
    if found is None:
        raise ControlError(f"there is no memory {id!r}; `memlab memory list` shows all that are there")
    return found


def _plain_record(record: Record) -> dict[str, Any]:
    plain = {field.name: getattr(record, field.name) for field in fields(record)}
    return _plain(plain | {"meta": dict(record.meta)})


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """What JSON has no word for: times as ISO 8601, vectors as base64; what is None is left out."""
    return {name: _word(value) for name, value in row.items() if value is not None}


def _word(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _record(row: Mapping[str, Any]) -> Record:
    whole = dict(row) | {name: datetime.fromisoformat(row[name]) for name in TIMES if name in row}
    if "vector" in row:
        whole["vector"] = base64.b64decode(row["vector"])
    return Record(**whole | {"sources": tuple(row["sources"])})
