"""Records are kept in two stores at once, so that either may fail without the user's memory failing.

Guide: a primary and a backup store; a write that fails is queued for retry.

Differs: the queue is a store of its own, on the machine that writes, and holds what to do, never a text: a write is
noted there before either store sees it, and crossed out when both have it, so a crash between the two is made up for.
While one store lacks writes, the other alone is read and written; if that one fails too, calls fail rather than answer
from what is out of date.

Cost: a `put` is four writes (note, primary, backup, crossing out); a read is one, of the primary. While a store is
away, each write tries it once more, which takes as long as it takes to fail.

Use: where one disk or one server is not enough. A backup against mistakes it is not: what is deleted is deleted twice.

Erasure: `purge` reaches primary, backup and queue. If one of the stores cannot be reached, the purge is queued and
raises an error that says so, for that store still holds the text; to observe the erasure again tries again, and so does
the next write.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Literal, TypeVar

from memlab.events import MemoryId, TurnId
from memlab.stores import Record, Store, StoreError, size_bytes
from memlab.stores.notes import Act, Note, Notes, Side

OTHER: dict[Side, Side] = {"primary": "backup", "backup": "primary"}
LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference:
    """What primary and backup do not have alike.

    Attributes:
        space: The names of the spaces that lead to it.
        id: The record's; "" where only the order of a space differs.
        what: In words.
    """

    space: tuple[str, ...]
    id: MemoryId
    what: Literal["missing in primary", "missing in backup", "other fields", "other order"]


class Replicated:
    """One user's records in a primary and a backup store. A `put` that returned is in at least one of them.

    Args:
        primary: Opens the store that is read. Called when it is first needed, and again as long as it fails.
        backup: Opens the store that is read while the primary fails or lacks writes.
        queue: A store of its own, best a small file beside the process; without it nobody knows which of two stores is
            behind.
    """

    def __init__(self, primary: Callable[[], Store], backup: Callable[[], Store], queue: Store) -> None:
        self._sides: dict[Side, _Opened] = {"primary": _Opened(primary), "backup": _Opened(backup)}
        self._queue = Notes(queue)
        self._path: tuple[str, ...] = ()

    def space(self, name: str) -> "Replicated":
        """The same user's records under another name, apart from these."""
        view = copy(self)
        view._path = (*self._path, name)
        return view

    def spaces(self) -> list[str]:
        """The names of the spaces directly below this one that hold records, sorted."""
        return self._read(lambda store: store.spaces())

    def put(self, record: Record) -> None:
        """Keeps a record in both stores, or in one and a note in the queue; one with the same id is replaced in place.

        Raises:
            StoreError: Neither store took it, or the one that did not fail lacks earlier writes.
        """
        self._write("put", [record.id], lambda store: store.put(record))

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none.

        Raises:
            StoreError: No store that has all writes can be read.
        """
        return self._read(lambda store: store.get(id))

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records; an id that is not there is no error."""
        going = list(ids)
        if going:
            self._write("delete", going, lambda store: store.delete(going))

    def purge(self) -> None:
        """Leaves no byte of what was dropped or replaced in primary, backup and queue.

        Raises:
            StoreError: One of the stores could not be reached or purged: it still holds the bytes until it is back and
                the queue is worked off, by the next write or by purging again.
        """
        self._write("purge", [], lambda store: store.purge())
        self._queue.store.purge()
        if self._queue.behind is not None:
            raise StoreError(
                f"what was dropped is gone from all but the {self._queue.behind}, which could not be purged and still "
                "holds the text; this is queued: bring it back and purge again, or erase again"
            )

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`, as they are at the call."""
        return iter(self._read(lambda store: list(store.scan())))

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, in order of first `put`."""
        asked = list(turns)
        return self._read(lambda store: store.citing(asked))

    def size_bytes(self) -> tuple[int, int]:
        """Bytes of the records of this space and those below it, as they were given: active, and archived."""
        return size_bytes(self)

    def close(self) -> None:
        """Closes all three; what is queued stays queued."""
        for side in self._sides.values():
            if side.store is not None:
                side.store.close()
        self._queue.store.close()

    @property
    def waiting(self) -> tuple[Side, int] | None:
        """The store that lacks writes and how many, None where both have all."""
        behind = self._queue.behind
        return None if behind is None else (behind, len(self._queue.notes))

    def reconcile(self, trust: Side | None = None) -> list[Difference]:
        """What the two stores do not have alike, in this space and below, once the queue has been worked off.

        Costs reading both whole.

        Args:
            trust: Where given, the other store is made to follow this one. Look at the differences first: a store that
                came back empty must not be trusted.

        Raises:
            StoreError: A store cannot be reached, or lacks writes that are still queued.
        """
        if not self._retry():
            raise self._stale(StoreError("it cannot be reached"))
        both = [self._at(side) for side in ("primary", "backup")]
        paths = sorted({path for store in both for path in _below(store, self._path)})
        found = [one for path in paths for one in _differences(path, *(self._at(s, path) for s in OTHER))]
        if trust is not None:
            for path in dict.fromkeys(one.space for one in found):
                self._queue.add(Note(OTHER[trust], "copy", path, sure=True))
            if not self._retry():
                raise self._stale(StoreError("it failed while it was mended; reconcile again"))
        return found

    def _at(self, side: Side, path: tuple[str, ...] | None = None) -> Store:
        store = self._sides[side].open()
        for name in self._path if path is None else path:
            store = store.space(name)
        return store

    def _read(self, ask: Callable[[Store], T]) -> T:
        errors = []
        for side in OTHER:
            if side != self._queue.behind:
                try:
                    return ask(self._at(side))
                except OSError as error:
                    errors.append(error)
        raise self._stale(errors[0]) from errors[0]

    def _stale(self, error: OSError) -> StoreError:
        behind = self._queue.behind
        if behind is None:
            return StoreError(f"neither primary nor backup can be used: {error}")
        n = len(self._queue.notes)
        return StoreError(f"the {behind} lacks {n} queued writes and the {OTHER[behind]} fails: {error}; bring it back")

    def _write(self, act: Act, ids: list[MemoryId], do: Callable[[Store], None]) -> None:
        """Notes a write, makes it, and crosses the note out once no store lacks it."""
        if not self._retry():
            self._settle()
        behind = self._queue.behind
        note = Note(behind or "backup", act, self._path, ids)
        self._queue.add(note)
        try:
            errors = self._make(note, do, alone=behind is not None)
        except Exception as error:
            if not note.sure and not isinstance(error, OSError):  # the record was at fault: no store takes it
                self._queue.cross_out(note)
            raise
        if not note.sure:
            raise self._stale(errors[-1]) from errors[-1]
        if behind is None and not errors:
            self._queue.cross_out(note)

    def _make(self, note: Note, do: Callable[[Store], None], alone: bool) -> list[OSError]:
        """Makes a write where it can be made; the note then says who lacks it, and is sure if the other has it."""
        errors: list[OSError] = []
        for side in [OTHER[note.side]] if alone else list(OTHER):
            try:
                do(self._at(side))
            except OSError as error:
                LOG.warning("the %s failed, what it lacks is queued: %s", side, error)
                errors.append(error)
                if not alone and not note.sure:
                    self._queue.set(note, side)
            else:
                note.sure = True
        if note.sure and (alone or errors):
            self._queue.set(note, note.side)
        return errors

    def _settle(self) -> None:
        """Ends a write that was cut short on the store that has all others, before a new one is noted."""
        for note in [note for note in self._queue.notes if not note.sure]:
            try:
                if note.act == "delete":
                    self._at(OTHER[note.side], note.path).delete(note.ids)
            except OSError as error:
                raise self._stale(error) from error
            note.sure = True
            self._queue.set(note, note.side)

    def _retry(self) -> bool:
        """Works the queue off, in order, as far as it goes: whether nothing is left."""
        purged = False
        for note in list(self._queue.notes):
            try:
                self._make_up(note)
            except OSError:
                return False
            self._queue.cross_out(note)
            purged = purged or note.act == "purge"
        if purged:
            self._queue.store.purge()
        return True

    def _make_up(self, note: Note) -> None:
        """Does to the store that is behind what was done to the other; twice does no harm."""
        whole, lacking = self._at(OTHER[note.side], note.path), self._at(note.side, note.path)
        match note.act:
            case "put":
                for record in filter(None, map(whole.get, note.ids)):
                    lacking.put(record)
            case "delete":
                if not note.sure:
                    whole.delete(note.ids)
                lacking.delete(note.ids)
            case "purge":
                whole.purge()
                lacking.purge()
            case "copy":
                lacking.delete([record.id for record in lacking.scan()])
                for record in whole.scan():
                    lacking.put(record)
                lacking.purge()


class _Opened:
    """A store that is opened when it is first needed, and again as long as that fails."""

    def __init__(self, make: Callable[[], Store]) -> None:
        self._make = make
        self.store: Store | None = None

    def open(self) -> Store:
        if self.store is None:
            self.store = self._make()
        return self.store


def _below(store: Store, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name in store.spaces():
        yield from _below(store.space(name), (*path, name))


def _differences(path: tuple[str, ...], primary: Store, backup: Store) -> Iterator[Difference]:
    ours, theirs = ({record.id: record for record in store.scan()} for store in (primary, backup))
    for id in dict.fromkeys([*ours, *theirs]):
        if id not in ours:
            yield Difference(path, id, "missing in primary")
        elif id not in theirs:
            yield Difference(path, id, "missing in backup")
        elif ours[id] != theirs[id]:
            yield Difference(path, id, "other fields")
    shared = ours.keys() & theirs.keys()
    if [id for id in ours if id in shared] != [id for id in theirs if id in shared]:
        yield Difference(path, "", "other order")
