"""Records are sealed before any store sees them, so that what lasts on a disk says nothing without the user's key.

Guide: memories are encrypted at rest.

Differs: every field is sealed, times, categories, vectors and names of spaces too, with AES-256-GCM, under a key of the
user's own that is derived from one root key; ids and sources are looked up by keyed digests (HMAC-SHA256). It wraps any
store, so a replica or a database server holds no plaintext either. What stays readable: the user's name that the inner
store was opened with, the lengths of records, how many sources each has, and in which order they came.

Cost: some ten microseconds a record beside the inner store's, and one more lookup per call, which sees whether the key
has been changed meanwhile; about 90 bytes a record, and 32 per source. To rotate the key writes every record once.

Use: where others may read the disk, the backup or the database. It does not help against one who reads this process.

Associated data binds each record to its user, space, id and sources, so a row that was changed or moved is noticed. A
row that was taken away, or put back as it once was, is not: that needs a count outside the store. Nonces are random, 96
bits: rotate before four billion writes of one user (NIST SP 800-38D, 8.3). HKDF: RFC 5869.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from pathlib import Path

from memlab.events import MemoryId, TurnId
from memlab.stores import Record, Store, StoreError, size_bytes
from memlab.stores.keys import EPOCH, Keys, Names, root_key

POINTER = "key"


class Encrypted:
    """A user's records, sealed in another store.

    Args:
        inner: Where the sealed records last; empty, or filled through this class.
        key: The root key, as `memlab.stores.keys.new_key` makes it, or its 32 bytes. One root key serves all users.
        key_file: A file that holds it instead, readable by its owner alone.
        user: Whose records these are; their key is derived for this name.

    Raises:
        StoreError: There is no key, or it is none; the records are sealed under another key, whose fingerprint the
            message gives, or are not sealed at all; the package `cryptography` is missing.
    """

    def __init__(
        self, inner: Store, key: str | bytes | None = None, key_file: str | Path | None = None, user: str = ""
    ) -> None:
        self._inner, self._user = inner, user
        self._path: Names = ()
        self._ring = [Keys(root_key(key, key_file), user)]  # one list for all views, so that a rotation reaches them
        found = inner.get(POINTER)
        if found is None and (inner.spaces() or next(iter(inner.scan()), None) is not None):
            raise StoreError(f"the store of user {user!r} holds records that are not sealed: name one that is empty")
        if found is not None:
            self._hold_key(found)
            if "dropping" in found.meta:  # a rotation that was cut short after its last word
                self._drop_all_but_current()

    def space(self, name: str) -> "Encrypted":
        """The same user's records under another name, apart from these; the name is sealed too."""
        view = copy(self)
        view._path = (*self._path, name)
        return view

    def spaces(self) -> list[str]:
        """The names of the spaces directly below this one that hold records, sorted; opens one record of each."""
        own = len(self._path)
        paths = [path for path in self._paths() if path[:own] == self._path and len(path) > own]
        return sorted({path[own] for path in paths})

    def put(self, record: Record) -> None:
        """Keeps a record; one with the same id is replaced in place, under a new nonce.

        Raises:
            StoreError: The key was rotated through another connection.
        """
        sealed = self._keys.seal(record, self._path)
        if not self._check():
            self._inner.put(Record(id=POINTER, text=self._keys.fingerprint, sources=(), at=EPOCH))
        self._sealed().put(sealed)

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none.

        Raises:
            StoreError: It was changed or moved by someone who does not have the key.
        """
        self._check()
        found = self._sealed().get(self._keys.name("id", self._path, id))
        return None if found is None else self._keys.unseal(found, self._path)

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records; an id that is not there is no error."""
        self._check()
        self._sealed().delete([self._keys.name("id", self._path, id) for id in ids])

    def purge(self) -> None:
        """Leaves no byte of what was dropped or replaced, sealed or not, nor of a rotation that was cut short."""
        if self._check():
            self._drop_all_but_current()
        else:
            self._inner.purge()

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`, as they are at the call."""
        self._check()
        keys, path = self._keys, self._path
        return (keys.unseal(sealed, path) for sealed in self._sealed().scan())

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, in order of first `put`."""
        self._check()
        inner = self._sealed()
        found = map(inner.get, inner.citing([self._keys.name("source", self._path, turn) for turn in turns]))
        return [self._keys.unseal(sealed, self._path).id for sealed in found if sealed is not None]

    def size_bytes(self) -> tuple[int, int]:
        """Bytes of the records of this space and those below it, as they were given: active, and archived."""
        return size_bytes(self)

    def close(self) -> None:
        """Closes the inner store; the store is not to be used afterwards."""
        self._inner.close()

    def rotate(self, key: str | bytes | None = None, key_file: str | Path | None = None) -> None:
        """Seals every record of the user anew under another root key, and leaves no byte of the old sealing.

        The copies are written beside the old records and become the user's in one step, so a crash leaves all of them
        under one key: the old one before that step, when to rotate again starts over; the new one after it, when to
        open finishes the rest. Takes the room of the records once more meanwhile; nothing else may write.

        Raises:
            StoreError: The new key is none, another connection wrote meanwhile, or the inner store failed: the old key
                is in force. Or the old sealing could not be purged: the new key is, and to purge again makes up for it.
        """
        old, new = self._keys, Keys(root_key(key, key_file), self._user)
        if not self._check() or new.fingerprint == old.fingerprint:
            self._ring[0] = new
            return
        self._drop_all_but_current()
        n = 0
        for path in self._paths():
            place = self._inner.space(new.fingerprint).space(new.place(path))
            for sealed in list(self._sealed(path).scan()):
                place.put(new.seal(old.unseal(sealed, path), path))
                n += 1
        if not n == self._count(old) == self._count(new):
            raise StoreError(f"user {self._user!r}: records were written while the key was rotated; rotate again")
        meta = {"dropping": old.fingerprint}
        self._inner.put(Record(id=POINTER, text=new.fingerprint, sources=(), at=EPOCH, meta=meta))
        self._ring[0] = new
        self._drop_all_but_current()

    @property
    def _keys(self) -> Keys:
        return self._ring[0]

    def _sealed(self, path: Names | None = None) -> Store:
        """The inner space that holds the sealed records of a space."""
        return self._inner.space(self._keys.fingerprint).space(self._keys.place(self._path if path is None else path))

    def _check(self) -> bool:
        """Whether anything was ever put; holds the key that is in force against ours."""
        found = self._inner.get(POINTER)
        if found is not None:
            self._hold_key(found)
        return found is not None

    def _hold_key(self, pointer: Record) -> None:
        mine = self._keys.fingerprint
        if pointer.text != mine:
            begun = mine in self._inner.spaces()
            raise StoreError(
                f"the records of user {self._user!r} are sealed under the key with the fingerprint {pointer.text}, and "
                f"this key's is {mine}: give the other"
                + ("; a rotation to this key was cut short: rotate to it again from the other" if begun else "")
            )

    def _paths(self) -> list[Names]:
        """The spaces of the user that hold records, each as the names that lead to it."""
        generation, paths = self._inner.space(self._keys.fingerprint), []
        for place in generation.spaces():
            if (first := next(iter(generation.space(place).scan()), None)) is not None:
                paths.append(self._keys.where(first, place))
        return sorted(paths)

    def _count(self, keys: Keys) -> int:
        generation = self._inner.space(keys.fingerprint)
        return sum(1 for place in generation.spaces() for _ in generation.space(place).scan())

    def _drop_all_but_current(self) -> None:
        """Drops what is sealed under keys that are not in force, then the pointer's mark that it is there."""
        mine = self._keys.fingerprint
        for other in set(self._inner.spaces()) - {mine}:
            generation = self._inner.space(other)
            for place in generation.spaces():
                generation.space(place).delete([record.id for record in generation.space(place).scan()])
        self._inner.purge()
        pointer = self._inner.get(POINTER)
        if pointer is not None and pointer.meta:
            self._inner.put(Record(id=POINTER, text=mine, sources=(), at=EPOCH))
