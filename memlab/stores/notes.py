"""Notes of writes that one of two stores lacks, in order, kept in a store of their own; they hold ids, never a text."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from memlab.events import MemoryId
from memlab.stores import Record, Store

Side = Literal["primary", "backup"]
Act = Literal["put", "delete", "purge", "copy"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False, slots=True)
class Note:
    """One write.

    Attributes:
        side: The store that lacks it.
        path: The names of the spaces that lead to where it belongs.
        sure: Whether the other store is known to have it.
        number: Its place in the order.
    """

    side: Side
    act: Act
    path: tuple[str, ...]
    ids: list[MemoryId] = field(default_factory=list)
    sure: bool = False
    number: int = 0


class Notes:
    """Notes that last: each is kept before the call that makes or changes it returns."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.notes = [_note(record) for record in store.scan()]

    @property
    def behind(self) -> Side | None:
        """The store that lacks writes; never both do."""
        return self.notes[-1].side if self.notes else None

    def add(self, note: Note) -> None:
        """Keeps a new note, after all others."""
        note.number = self.notes[-1].number + 1 if self.notes else 1
        self.store.put(_kept(note))
        self.notes.append(note)

    def set(self, note: Note, side: Side) -> None:
        """Keeps a note as it is now, with the store that lacks the write."""
        note.side = side
        self.store.put(_kept(note))

    def cross_out(self, note: Note) -> None:
        """Drops a note."""
        self.store.delete([str(note.number)])
        self.notes.remove(note)


def _kept(note: Note) -> Record:
    path, ids = (json.dumps(names, ensure_ascii=False) for names in (note.path, note.ids))
    meta: dict[str, str | int | float] = {"side": note.side, "act": note.act, "path": path, "ids": ids}
    return Record(id=str(note.number), text="", sources=(), at=EPOCH, meta=meta | {"sure": int(note.sure)})


def _note(record: Record) -> Note:
    held: dict[str, Any] = {**record.meta, "sure": bool(record.meta["sure"]), "number": int(record.id)}
    path, ids = (json.loads(str(record.meta[name])) for name in ("path", "ids"))
    return Note(**held | {"path": tuple(path), "ids": ids})
