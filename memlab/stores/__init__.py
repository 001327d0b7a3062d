"""Stores are where memory records last: the truth from which every index is rebuilt."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from memlab.events import MemoryId, TurnId

ARCHIVE = "archive"  # the space of what is kept and no longer recalled: its bytes are counted apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One memory as it is kept. `vector` is its bytes, so that a reopened index need not encode again."""

    id: MemoryId
    text: str
    sources: tuple[TurnId, ...]
    at: datetime
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    category: str | None = None
    importance: float | None = None
    accessed_at: datetime | None = None
    vector: bytes | None = None
    meta: Mapping[str, str | int | float] = field(default_factory=lambda: MappingProxyType({}))


class StoreError(OSError):
    """A store cannot be opened, or cannot keep what it promises; the message says which, and what would help."""


def as_bytes(text: str) -> bytes:
    """Any `str` as bytes, one to one: UTF-8, in which lone surrogates pass."""
    return text.encode("utf-8", "surrogatepass")


def from_bytes(kept: bytes) -> str:
    """The `str` that `as_bytes` made these bytes of."""
    return kept.decode("utf-8", "surrogatepass")


class Store(Protocol):
    """Keeps the records of one user. What `put` returned from survives a crash of the process.

    What every store owes beside: any `str` comes back as it was, in every field, with control characters and lone
    surrogates too; a time comes back as the same instant; an importance is no NaN. A call that raises has changed
    nothing that a later call can see, or can be made again. Users and spaces are apart: the same id in two of them is
    two records. What cannot be kept or read for a reason outside the record raises `StoreError`. One user's records are
    written from one place at a time; others may read meanwhile.
    """

    def space(self, name: str) -> "Store":
        """A store of the same user under a name, apart from this one; parts of a strategy keep their state in these.

        Costs nothing and writes nothing: a space is there as soon as a record is in it. Any name will do.
        """
        ...

    def spaces(self) -> list[str]:
        """The names of the spaces directly below this one that hold records, or whose own spaces do, sorted.

        Costs a walk over the user's records at worst: for listing, export and repair, not for every recall.
        """
        ...

    def put(self, record: Record) -> None:
        """Keeps a record; one with the same id is replaced in place, in every field."""
        ...

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none."""
        ...

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records, all or none; an id that is not there is no error. Put again, a record goes to the end."""
        ...

    def purge(self) -> None:
        """Leaves no byte of what was dropped or replaced, wherever the records last, in all spaces.

        Raises:
            StoreError: Some place still holds such bytes; the message names it. What was dropped is out of reach all
                the same, and to purge again makes up for it.
        """
        ...

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`, as they are at the call: writing while reading on is allowed."""
        ...

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, each once, in order of first `put`."""
        ...

    def size_bytes(self) -> tuple[int, int]:
        """What the records of this space and of those below it take up: active, and in spaces named `archive`.

        Bytes of their texts, ids, sources, times, metadata and vectors: what compaction leaves, without the overhead
        of pages and indexes. Costs one pass over all records.
        """
        ...

    def close(self) -> None:
        """Gives the file back, for all its spaces; the store is not to be used afterwards."""
        ...


def size_bytes(store: Store) -> tuple[int, int]:
    """`Store.size_bytes` by reading every record, for a store that cannot have it counted otherwise."""
    active, archived = sum(map(_size, store.scan())), 0
    for name in store.spaces():
        own, below = size_bytes(store.space(name))
        active, archived = (active, archived + own + below) if name == ARCHIVE else (active + own, archived + below)
    return active, archived


def _size(record: Record) -> int:
    """Bytes of a record's parts, as text and numbers are written down."""
    texts = [record.id, record.text, json.dumps(record.sources), record.category or "", json.dumps(dict(record.meta))]
    times = [at.isoformat() for at in (record.at, record.valid_from, record.valid_to, record.accessed_at) if at]
    numbers = [] if record.importance is None else [repr(record.importance)]
    return sum(len(as_bytes(part)) for part in (*texts, *times, *numbers)) + len(record.vector or b"")
