"""Stores are where memory records last: the truth from which every index is rebuilt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from memlab.events import MemoryId, TurnId


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


class Store(Protocol):
    """Keeps the records of one user. What `put` returned from survives a crash."""

    def space(self, name: str) -> "Store":
        """A store of the same user under a name, apart from this one; parts of a strategy keep their state in these."""
        ...

    def put(self, record: Record) -> None:
        """Keeps a record; one with the same id is replaced in place."""
        ...

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none."""
        ...

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records; an id that is not there is no error."""
        ...

    def purge(self) -> None:
        """Leaves no byte of what was dropped or replaced, wherever the records last."""
        ...

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`."""
        ...

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, in order of first `put`."""
        ...

    def close(self) -> None:
        """Gives the file back, for all its spaces; the store is not to be used afterwards."""
        ...
