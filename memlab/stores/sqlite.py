"""Records in one SQLite database, in memory for a sweep and in a file for an assistant that lives for years."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from memlab.events import MemoryId, TurnId
from memlab.stores import Record

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, text TEXT NOT NULL, sources TEXT NOT NULL,
    at TEXT NOT NULL, valid_from TEXT, valid_to TEXT, category TEXT, importance REAL, accessed_at TEXT, vector BLOB,
    meta TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (turn TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (turn, id)) WITHOUT ROWID;
"""
FIELDS = "id, text, sources, at, valid_from, valid_to, category, importance, accessed_at, vector, meta"


class SqliteStore:
    """One user's records; each `put` and `delete` is one transaction.

    Args:
        path: A database file, made where it is missing; None keeps everything in memory.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._file = sqlite3.connect(":memory:" if path is None else path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA secure_delete=ON")
        self._file.executescript(SCHEMA)

    def put(self, record: Record) -> None:
        """Keeps a record; one with the same id is replaced in place."""
        row = (
            record.id,
            record.text,
            json.dumps(record.sources),
            record.at.isoformat(),
            _text(record.valid_from),
            _text(record.valid_to),
            record.category,
            record.importance,
            _text(record.accessed_at),
            record.vector,
            json.dumps(dict(record.meta)),
        )
        update = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in FIELDS.split(",")[1:])
        with _transaction(self._file):
            self._file.execute(
                f"INSERT INTO records ({FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                f"ON CONFLICT (id) DO UPDATE SET {update}",
                row,
            )
            self._file.execute("DELETE FROM sources WHERE id = ?", (record.id,))
            self._file.executemany(
                "INSERT OR IGNORE INTO sources VALUES (?, ?)", [(turn, record.id) for turn in record.sources]
            )

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none."""
        row = self._file.execute(f"SELECT {FIELDS} FROM records WHERE id = ?", (id,)).fetchone()
        return _record(row) if row else None

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records; their bytes are overwritten by the time the file is closed. Unknown ids are no error."""
        with _transaction(self._file):
            for id in ids:
                self._file.execute("DELETE FROM records WHERE id = ?", (id,))
                self._file.execute("DELETE FROM sources WHERE id = ?", (id,))

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`."""
        return map(_record, self._file.execute(f"SELECT {FIELDS} FROM records ORDER BY position"))

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, in order of first `put`."""
        query = "SELECT position, id FROM sources JOIN records USING (id) WHERE turn = ?"
        found = {row for turn in turns for row in self._file.execute(query, (turn,))}
        return [id for _, id in sorted(found)]

    def close(self) -> None:
        """Gives the file back; the store is not to be used afterwards."""
        self._file.close()


class _transaction:
    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def __enter__(self) -> None:
        self._file.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, error, trace) -> None:
        self._file.execute("COMMIT" if kind is None else "ROLLBACK")


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _record(row: tuple) -> Record:
    id, text, sources, at, valid_from, valid_to, category, importance, accessed_at, vector, meta = row
    return Record(
        id=id,
        text=text,
        sources=tuple(json.loads(sources)),
        at=datetime.fromisoformat(at),
        valid_from=_time(valid_from),
        valid_to=_time(valid_to),
        category=category,
        importance=importance,
        accessed_at=_time(accessed_at),
        vector=vector,
        meta=MappingProxyType(json.loads(meta)),
    )
