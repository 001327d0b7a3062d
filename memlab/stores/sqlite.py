"""One SQLite database keeps the records, in memory for a sweep and in a file for an assistant that lives for years.

Guide: memories last in a database of their own, apart from the context window; which one is left open.

Differs: one file serves one user or many, in a write-ahead log that is flushed at every `put`, so that a killed process
loses nothing that was acknowledged; dropped bytes are overwritten (`secure_delete`) and the log is cut by `purge`.

Cost: a `put` is one transaction with one flush to the disk, a lookup some ten microseconds; a record takes its text
and vector once, its id and sources three times.

Use: everywhere on one machine; it is the default. Where several machines write, take `postgres`; where the disk may be
read by others, wrap it in `encrypted`.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from pathlib import Path
from threading import RLock
from time import sleep
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

from memlab.events import MemoryId, TurnId
from memlab.stores import ARCHIVE, Record, StoreError, as_bytes, from_bytes

SCHEMA_VERSION = 2
SCHEMA = """
CREATE TABLE records (
    position INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, space TEXT NOT NULL, id TEXT NOT NULL,
    text TEXT NOT NULL, sources TEXT NOT NULL, at TEXT NOT NULL, valid_from TEXT, valid_to TEXT, category TEXT,
    importance REAL, accessed_at TEXT, vector BLOB, meta TEXT NOT NULL, UNIQUE (user, space, id));
CREATE TABLE sources (
    user TEXT NOT NULL, space TEXT NOT NULL, turn TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (user, space, turn, id)) WITHOUT ROWID;
CREATE INDEX sources_by_id ON sources (user, space, id);
"""
TABLES = {"records", "sources"}
FIELDS = "id, text, sources, at, valid_from, valid_to, category, importance, accessed_at, vector, meta"
SIZE = "SUM(" + " + ".join(f"coalesce(length(CAST({name} AS BLOB)), 0)" for name in FIELDS.split(", ")) + ")"
OWN = "user = ? AND space = ?"
BUSY_SECONDS = 10.0
PURGE_TRIES, PURGE_PAUSE_SECONDS = 20, 0.1  # another user of the file mostly reads for milliseconds


class SqliteStore:
    """One user's records in one named space; each `put` and `delete` is one transaction in a write-ahead log.

    A `put` costs one `fsync`. A file may serve one user or many: each opens it under their own name and sees nothing of
    the others.

    Args:
        path: A database file, made where it is missing; None keeps everything in memory.
        user: Whose records these are, within the file.

    Raises:
        StoreError: The file cannot be opened, is no database, was written by another program or another version of
            memlab, or is locked for longer than ten seconds. Such a file is left as it is.
    """

    def __init__(self, path: str | Path | None = None, user: str = "") -> None:
        self._path, self._user, self._space, self._lock = path, _kept(user), "", RLock()
        try:
            self._file = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path}: {error}; name a file in a folder that is there") from error
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise StoreError(f"{path}: {error}; name a file that memlab made, or one that is not there") from error
        except StoreError:
            self._file.close()
            raise

    def space(self, name: str) -> "SqliteStore":
        """The same user's records under another name, apart from these; closing one closes all."""
        view = copy(self)
        view._space = f"{self._space}/{quote(name, safe='', errors='surrogatepass')}"
        return view

    def spaces(self) -> list[str]:
        """The names of the spaces directly below this one that hold records, sorted; walks an index of the user's."""
        with self._told():
            rows = self._file.execute("SELECT DISTINCT space FROM records WHERE user = ?", (self._user,)).fetchall()
        below = [space for (space,) in rows if space.startswith(f"{self._space}/")]
        names = {space[len(self._space) + 1 :].partition("/")[0] for space in below}
        return sorted(unquote(name, errors="surrogatepass") for name in names)

    def put(self, record: Record) -> None:
        """Keeps a record; one with the same id is replaced in place."""
        row = (
            _kept(record.id),
            _kept(record.text),
            _json(record.sources),
            record.at.isoformat(),
            _text(record.valid_from),
            _text(record.valid_to),
            _kept(record.category),
            record.importance,
            _text(record.accessed_at),
            record.vector,
            _json(dict(record.meta)),
        )
        update = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in FIELDS.split(",")[1:])
        own = self._user, self._space
        with self._told(), _transaction(self._file):
            self._file.execute(
                f"INSERT INTO records (user, space, {FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                f"ON CONFLICT (user, space, id) DO UPDATE SET {update}",
                (*own, *row),
            )
            self._file.execute(f"DELETE FROM sources WHERE {OWN} AND id = ?", (*own, row[0]))
            self._file.executemany(
                "INSERT OR IGNORE INTO sources VALUES (?, ?, ?, ?)",
                [(*own, _kept(turn), row[0]) for turn in record.sources],
            )

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none."""
        query = f"SELECT {FIELDS} FROM records WHERE {OWN} AND id = ?"
        with self._told():
            row = self._file.execute(query, (self._user, self._space, _kept(id))).fetchone()
        return _record(row) if row else None

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records; an id that is not there is no error. Their bytes last until `purge` or `close`."""
        going = [(self._user, self._space, _kept(id)) for id in ids]
        if going:
            with self._told(), _transaction(self._file):
                self._file.executemany(f"DELETE FROM records WHERE {OWN} AND id = ?", going)
                self._file.executemany(f"DELETE FROM sources WHERE {OWN} AND id = ?", going)

    def purge(self) -> None:
        """Overwrites what was dropped or replaced, in the file and in its log; costs about ten milliseconds.

        Raises:
            StoreError: Another connection has been reading the file for some seconds, so its log still holds what was
                dropped.
        """
        for _ in range(PURGE_TRIES):
            with self._told():
                busy, *_ = self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            sleep(PURGE_PAUSE_SECONDS)
        raise StoreError(
            f"{self._path}: what was dropped is out of reach, but another connection reads the file, so its log "
            "still holds the text; close that connection and purge again"
        )

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`, as they are at the call."""
        query = f"SELECT {FIELDS} FROM records WHERE {OWN} ORDER BY position"
        with self._told():
            return map(_record, self._file.execute(query, (self._user, self._space)).fetchall())

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, in order of first `put`."""
        query = f"SELECT position, id FROM sources JOIN records USING (user, space, id) WHERE {OWN} AND turn = ?"
        own = self._user, self._space
        with self._told():
            found = {row for turn in turns for row in self._file.execute(query, (*own, _kept(turn))).fetchall()}
        return [_said(id) for _, id in sorted(found)]

    def size_bytes(self) -> tuple[int, int]:
        """Bytes of the live records of this space and of those below it: active, and in spaces named `archive`."""
        query = (
            f"SELECT space, {SIZE} FROM records WHERE user = ? AND (space = ? OR substr(space, 1, ?) = ?) GROUP BY 1"
        )
        inside = f"{self._space}/"
        with self._told():
            sizes = self._file.execute(query, (self._user, self._space, len(inside), inside)).fetchall()
        archived = sum(size for space, size in sizes if ARCHIVE in space[len(self._space) :].split("/"))
        return sum(size for _, size in sizes) - archived, archived

    def close(self) -> None:
        """Gives the file back, for all spaces; the store is not to be used afterwards."""
        self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """One call at a time, whatever thread it comes from; what the database cannot do, because of its disk or its
        other users, becomes an error that says so.
        """
        try:
            with self._lock:
                yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.DatabaseError as error:
            where = "in memory" if self._path is None else self._path
            raise StoreError(f"{where}: {error}; nothing of this call was kept, it can be made again") from error

    def _open(self) -> None:
        """Makes the tables where there are none; a file that is not memlab's is refused before anything is written."""
        self._has_tables()
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("PRAGMA secure_delete=ON")
        with _transaction(self._file):
            if not self._has_tables():
                for statement in SCHEMA.split(";")[:-1]:
                    self._file.execute(statement)
                self._file.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _has_tables(self) -> bool:
        tables = {name for (name,) in self._file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if tables and TABLES - tables:
            raise StoreError(f"{self._path}: another program's database; name a file that memlab made, or a new one")
        if tables and version != SCHEMA_VERSION:
            raise StoreError(
                f"{self._path}: its tables are of version {version}, this memlab reads version {SCHEMA_VERSION}; "
                "name a file that this version made, or one that is not there"
            )
        return bool(tables)


class _transaction:
    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def __enter__(self) -> None:
        self._file.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                self._file.execute("COMMIT")
        finally:
            if self._file.in_transaction:  # a full disk may have ended it already
                self._file.execute("ROLLBACK")


def _kept(text: str | None) -> Any:
    """A text as SQLite takes it: text where that is UTF-8, the bytes of one with lone surrogates."""
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        return as_bytes(str(text))
    return text


def _said(kept: Any) -> Any:
    return from_bytes(kept) if isinstance(kept, bytes) else kept


def _json(value: Any) -> Any:
    return _kept(json.dumps(value, ensure_ascii=False))


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _record(row: tuple) -> Record:
    id, text, sources, at, valid_from, valid_to, category, importance, accessed_at, vector, meta = row
    return Record(
        id=_said(id),
        text=_said(text),
        sources=tuple(json.loads(_said(sources))),
        at=datetime.fromisoformat(at),
        valid_from=_time(valid_from),
        valid_to=_time(valid_to),
        category=_said(category),
        importance=importance,
        accessed_at=_time(accessed_at),
        vector=vector,
        meta=MappingProxyType(json.loads(_said(meta))),
    )
