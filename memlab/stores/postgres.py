"""A PostgreSQL server keeps the records, for assistants that run on several machines.

Guide: at scale memories live in a database server, with a vector column, partitioned by user.

Differs: one table with the user first in its key; vectors are pgvector's type where their dimension is named, for your
own SQL, else bytes: what finds memories here is rebuilt from the records. TLS is verified (`sslmode=verify-full`) for
every host that is not this machine, unless the connection string says otherwise in so many words.

Cost: a `put` is one round trip and one flush at the server, a millisecond on one machine. `purge` rewrites the table of
all users under a lock (VACUUM FULL), seconds for millions of records.

Use: where several machines read and write; on one machine `sqlite` is faster and simpler.

Erasure: after `purge` no row, index, statistic or data file of the database holds what was dropped. The server's
write-ahead log (pg_wal, until it is recycled or archived), its own log, replicas and backups are the operator's.
Source: https://www.postgresql.org/docs/18/sql-vacuum.html, https://github.com/pgvector/pgvector.
"""

import json
import os
import re
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any

from memlab.events import MemoryId, TurnId
from memlab.stores import Record, StoreError, as_bytes, from_bytes, size_bytes

VERSION = "memlab records 1"
MISSING = "this store needs the package psycopg: pip install 'memlab[postgres]'"
LOCAL = re.compile(r"^(|localhost|127\.[\d.]+|::1|[/@].*)$")
ODD = "\x01"  # opens a text that PostgreSQL has no text for, and goes on in hexadecimal
LOCK_TIMEOUT = "lock_timeout = '10s'"
NAME_BYTES = 63
FLOAT_BYTES = 4
TEXTS = "username, space, id, text, sources, category, meta"
FIELDS = "id, text, sources, at, valid_from, valid_to, category, importance, accessed_at, vector, meta"
COLUMNS = """
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, username text NOT NULL, space text[] NOT NULL,
    id text NOT NULL, text text NOT NULL, sources text[] NOT NULL, at timestamptz NOT NULL, valid_from timestamptz,
    valid_to timestamptz, category text, importance double precision, accessed_at timestamptz, vector bytea,
    meta text NOT NULL, UNIQUE (username, space, id)"""


class PostgresStore:
    """One user's records in one named space of a table that all users share; each `put` is one transaction.

    A connection that broke is made anew at the next call, except where the tables are temporary.

    Args:
        dsn: A connection string or URL; what it leaves out comes from the environment (`PGHOST`, `PGPASSWORD` …).
        user: Whose records these are, within the table.
        path: The schema of the table, made where it is missing, up to 63 bytes; None: temporary tables, which end with
            the connection and are shared with no other, as runs want them.
        dim: Of vectors that are kept as pgvector's type, in a column `embedding`; others, and None, are kept as bytes.

    Raises:
        StoreError: The server cannot be reached, is not who it should be, or the schema holds something else; the
            package `psycopg` is missing.
    """

    def __init__(self, dsn: str = "", user: str = "", path: str | None = "memlab", dim: int | None = None) -> None:
        if len(as_bytes(path or "")) > NAME_BYTES:
            raise StoreError(f"schema {path!r}: a name has at most {NAME_BYTES} bytes")
        self._user, self._space, self._dim = _kept(user), list[str](), dim
        schema = "pg_temp" if path is None else '"' + path.replace('"', '""') + '"'
        self._table = f"{schema}.records"
        self._server = _Server(dsn, None if path is None else schema, dim)
        with self._server.asked():
            pass

    def space(self, name: str) -> "PostgresStore":
        """The same user's records under another name, apart from these; closing one closes all."""
        view = copy(self)
        view._space = [*self._space, _kept(name)]
        return view

    def spaces(self) -> list[str]:
        """The names of the spaces directly below this one that hold records, sorted."""
        rows = self._ask("SELECT DISTINCT space FROM {} WHERE username = %s", [self._user])
        n = len(self._space)
        return sorted({_said(space[n]) for (space,) in rows if len(space) > n and space[:n] == self._space})

    def put(self, record: Record) -> None:
        """Keeps a record; one with the same id is replaced in place."""
        embedding = self._embedding(record.vector)
        row = {
            "username": self._user,
            "space": self._space,
            "id": _kept(record.id),
            "text": _kept(record.text),
            "sources": [_kept(source) for source in record.sources],
            "at": record.at,
            "valid_from": record.valid_from,
            "valid_to": record.valid_to,
            "category": _kept(record.category),
            "importance": record.importance,
            "accessed_at": record.accessed_at,
            "vector": record.vector if embedding is None else None,
            "meta": _kept(json.dumps(dict(record.meta), ensure_ascii=False)),
        }
        values = ", ".join(f"%({name})s" for name in row)
        if self._dim is not None:
            row["embedding"], values = embedding, values + ", %(embedding)s::real[]::vector"
        update = ", ".join(f"{name} = excluded.{name}" for name in list(row)[3:])
        self._ask(
            f"INSERT INTO {{}} ({', '.join(row)}) VALUES ({values}) ON CONFLICT (username, space, id) DO UPDATE "
            f"SET {update} RETURNING 1",
            row,
        )

    def get(self, id: MemoryId) -> Record | None:
        """The record of that id, None where there is none."""
        return next(self._records("AND id = %s", [_kept(id)]), None)

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """Drops records; an id that is not there is no error. Their bytes last until `purge`."""
        going = [_kept(id) for id in ids]
        own = [self._user, self._space, going]
        self._ask("DELETE FROM {} WHERE username = %s AND space = %s AND id = ANY(%s) RETURNING 1", own)

    def purge(self) -> None:
        """Rewrites the table without what was dropped or replaced, and has the server let go of the old files.

        Raises:
            StoreError: Another transaction is open that may still see what was dropped; or the server's role may not
                call CHECKPOINT (grant it `pg_checkpoint`), so that the old files are there until the server does.
        """
        notices: list[str] = []
        with self._server.asked() as connection:
            told = lambda notice: notices.append(notice.message_detail or "")  # noqa: E731
            connection.add_notice_handler(told)
            connection.execute(f"VACUUM (FULL, VERBOSE) {self._table}")
            connection.remove_notice_handler(told)
            if any(re.match(r"[1-9]\d* dead row versions? cannot", notice) for notice in notices):
                raise StoreError(
                    f"{self._table}: what was dropped is out of reach, but another transaction may still see it, so "
                    "the server keeps its rows; end that transaction and purge again"
                )
            connection.execute("CHECKPOINT")

    def scan(self) -> Iterator[Record]:
        """All records in order of first `put`, as they are at the call."""
        return self._records("ORDER BY position", [])

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """The records that name any of `turns` as a source, in order of first `put`."""
        query = "SELECT id FROM {} WHERE username = %s AND space = %s AND sources && %s ORDER BY position"
        rows = self._ask(query, [self._user, self._space, [_kept(turn) for turn in turns]])
        return [_said(id) for (id,) in rows]

    def size_bytes(self) -> tuple[int, int]:
        """Bytes of the live records of this space and of those below it, active and archived; reads every record."""
        return size_bytes(self)

    def close(self) -> None:
        """Closes the connection, for all spaces; the store is not to be used afterwards."""
        self._server.close()

    def _ask(self, query: str, params: Any) -> list[tuple[Any, ...]]:
        with self._server.asked() as connection:
            return connection.execute(query.replace("{}", self._table), params).fetchall()

    def _records(self, which: str, params: list[Any]) -> Iterator[Record]:
        embedding = "NULL" if self._dim is None else "embedding::real[]"
        query = f"SELECT {FIELDS}, {embedding} FROM {{}} WHERE username = %s AND space = %s {which}"
        return map(_record, self._ask(query, [self._user, self._space, *params]))

    def _embedding(self, vector: bytes | None) -> list[float] | None:
        """A vector as numbers where it is one of the named dimension that pgvector can hold, else None."""
        if self._dim is None or vector is None or len(vector) != FLOAT_BYTES * self._dim:
            return None
        numbers = array("f", vector).tolist()
        return numbers if all(map(isfinite, numbers)) else None


class _Server:
    """One connection, shared by all spaces and made anew when it broke."""

    def __init__(self, dsn: str, schema: str | None, dim: int | None) -> None:
        self._dsn, self._schema, self._dim = dsn, schema, dim
        self._connection: Any = None

    @contextmanager
    def asked(self) -> Iterator[Any]:
        """The connection; what fails within is told as a `StoreError`, without the values that were sent."""
        try:
            import psycopg
        except ImportError as error:
            raise StoreError(MISSING) from error
        try:
            if self._connection is None or self._connection.closed:
                if self._connection is not None and self._schema is None:
                    raise StoreError("PostgreSQL: the connection is gone, and with it its temporary tables")
                self._connection = self._connected(psycopg.connect(verified(self._dsn), autocommit=True))
            yield self._connection
        except psycopg.Error as error:
            told = error.diag.message_primary or str(error).strip()
            raise StoreError(f"PostgreSQL: {told}; nothing of this call was kept, it can be made again") from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _connected(self, connection: Any) -> Any:
        try:
            _make(connection, self._schema, self._dim)
        except BaseException:
            connection.close()
            raise
        return connection


def verified(dsn: str) -> str:
    """The connection string with TLS verified, unless it names its `sslmode` itself or stays on this machine.

    Raises:
        StoreError: It is no connection string.
    """
    from psycopg import Error, conninfo

    try:
        given = conninfo.conninfo_to_dict(dsn)
    except Error as error:
        raise StoreError(f"no connection string: {error}") from None
    hosts = str(given.get("host") or os.environ.get("PGHOST", "")).split(",")
    addresses = str(given.get("hostaddr") or os.environ.get("PGHOSTADDR", "")).split(",")
    service = given.get("service") or os.environ.get("PGSERVICE")
    at_home = all(LOCAL.match(host) for host in [*hosts, *addresses]) and not service
    if at_home or given.get("sslmode") or os.environ.get("PGSSLMODE"):
        return dsn
    given["sslmode"] = "verify-full"
    own = given.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    if not own and not (Path.home() / ".postgresql" / "root.crt").is_file():
        given["sslrootcert"] = "system"
    return conninfo.make_conninfo("", **given)


def _make(connection: Any, schema: str | None, dim: int | None) -> None:
    """Makes the table where there is none; no column's values are sampled, since statistics would outlive them."""
    run = connection.execute
    for setting in ("timezone = 'UTC'", "synchronous_commit = on", "client_min_messages = warning", LOCK_TIMEOUT):
        run(f"SET {setting}")
    place = schema or "pg_temp"
    with connection.transaction():
        run("SELECT pg_advisory_xact_lock(hashtext(%s))", [VERSION])
        if schema:
            run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        if run("SELECT to_regclass(%s)", [f"{place}.records"]).fetchone()[0] is None:
            run(f"CREATE {'' if schema else 'TEMPORARY '}TABLE {place}.records ({COLUMNS})")
            run(f"CREATE INDEX ON {place}.records USING gin (sources)")
            for column in [*TEXTS.split(", "), "vector"]:
                run(f"ALTER TABLE {place}.records ALTER {column} SET STATISTICS 0")
            run(f"COMMENT ON TABLE {place}.records IS '{VERSION}'")
        found = run("SELECT obj_description(to_regclass(%s), 'pg_class')", [f"{place}.records"]).fetchone()[0]
        if found != VERSION:
            raise StoreError(f"{place}.records is of {found!r}, not {VERSION!r}: name another schema")
        if dim is not None:
            run("CREATE EXTENSION IF NOT EXISTS vector")
            run(f"ALTER TABLE {place}.records ADD COLUMN IF NOT EXISTS embedding vector({dim})")
            run(f"ALTER TABLE {place}.records ALTER embedding SET STATISTICS 0")


def _kept(text: str | None) -> Any:
    """A text as PostgreSQL takes it: as it is, or in hexadecimal where it holds NUL or a lone surrogate."""
    if text is None or (text.isascii() and "\x00" not in text and not text.startswith(ODD)):
        return text
    kept = as_bytes(text)
    odd = "\x00" in text or text.startswith(ODD) or any("\ud800" <= letter <= "\udfff" for letter in text)
    return ODD + kept.hex() if odd else text


def _said(kept: str | None) -> Any:
    return from_bytes(bytes.fromhex(kept[1:])) if kept and kept.startswith(ODD) else kept


def _record(row: tuple[Any, ...]) -> Record:
    id, text, sources, at, valid_from, valid_to, category, importance, accessed_at, vector, meta, embedding = row
    return Record(
        id=_said(id),
        text=_said(text),
        sources=tuple(map(_said, sources)),
        at=at,
        valid_from=valid_from,
        valid_to=valid_to,
        category=_said(category),
        importance=importance,
        accessed_at=accessed_at,
        vector=vector if embedding is None else array("f", embedding).tobytes(),
        meta=MappingProxyType(json.loads(_said(meta))),
    )
