"""What is particular to a server: TLS, vectors of its own type, what its files hold, and connections that break."""

import socket
import sys
import threading
from array import array
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memlab.build import kept_on
from memlab.checks import Subject, check
from memlab.checks.lasting import users_in_one_file_stay_apart
from memlab.config import load_option, plan
from memlab.stores import Record, StoreError
from memlab.stores.postgres import PostgresStore, verified

psycopg = pytest.importorskip("psycopg", reason="no psycopg: PostgreSQL is not tested")
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def record(id: str, text: str = "zebra", sources: tuple[str, ...] = ("t1",), **fields) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON, **fields)


@pytest.fixture
def opened(server, request):
    """Opens a schema of this test's own; all connections are closed at the end."""
    stores = []

    def open(user: str = "", **params) -> PostgresStore:
        stores.append(PostgresStore(server[1], user, **{"path": request.node.name[-60:]} | params))
        return stores[-1]

    yield open
    for store in stores:
        store.close()


@pytest.mark.parametrize(
    ("dsn", "mode"),
    [
        ("", None),
        ("host=/var/run/postgresql dbname=memlab", None),
        ("postgresql://ana@localhost:5432/memlab", None),
        ("host=127.0.0.1,::1", None),
        ("host=memory.example", "verify-full"),
        ("postgresql://ana:secret@memory.example/memlab", "verify-full"),
        ("host=localhost,memory.example", "verify-full"),
        ("host=localhost hostaddr=10.0.0.7", "verify-full"),
        ("host=localhost.memory.example", "verify-full"),
        ("service=memory", "verify-full"),
        ("host=memory.example sslmode=require", "require"),
    ],
)
def test_tls_is_verified_wherever_the_host_is_not_this_machine(monkeypatch, dsn, mode):
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGSSLMODE", "PGSSLROOTCERT"):
        monkeypatch.delenv(name, raising=False)
    assert psycopg.conninfo.conninfo_to_dict(verified(dsn)).get("sslmode") == mode


def test_a_host_of_the_environment_is_verified_too(monkeypatch):
    monkeypatch.setenv("PGHOST", "memory.example")
    monkeypatch.delenv("PGSSLMODE", raising=False)
    assert "sslmode=verify-full" in verified("dbname=memlab")


def test_a_server_without_tls_is_told_no_name_and_no_password():
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(1024))
                connection.sendall(b"N")
                heard.append(connection.recv(1024))

        answering = threading.Thread(target=answer)
        answering.start()
        port = listening.getsockname()[1]
        with pytest.raises(StoreError, match="SSL"):
            PostgresStore(f"host=memory.example hostaddr=127.0.0.1 port={port} user=ana password=quokka")
        answering.join()
    assert heard == [b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b""]


def test_a_server_that_is_not_there_is_a_store_error(tmp_path):
    with pytest.raises(StoreError, match=r"PostgreSQL: connection .*failed"):
        PostgresStore(f"host={tmp_path}")


def test_what_is_no_connection_string_is_said_to_be_none():
    with pytest.raises(StoreError, match="no connection string: "):
        PostgresStore("hots=localhost")


def test_without_its_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'memlab\[postgres\]'"):
        PostgresStore()


def test_vectors_of_the_dimension_are_pgvectors_own_and_all_others_bytes(opened, server):
    store = opened(dim=3)
    vectors = {
        "near": array("f", [0.1, -0.0, 1e-30]).tobytes(),
        "far": array("f", [3.0, 4.0, 5.5]).tobytes(),
        "endless": array("f", [float("inf"), 0, 0]).tobytes(),
        "short": b"abc",
        "none": None,
    }
    for id, vector in vectors.items():
        store.put(record(id, vector=vector))
    assert {kept.id: kept.vector for kept in store.scan()} == vectors
    with psycopg.connect(server[1]) as connection:
        query = f"SELECT id FROM {store._table} WHERE embedding IS NOT NULL ORDER BY embedding <-> '[3,4,5]'"
        assert connection.execute(query).fetchall() == [("far",), ("near",)]


def test_a_table_gets_its_vector_column_when_it_is_first_named(opened):
    opened().put(record("a", vector=array("f", [1, 2]).tobytes()))
    opened(dim=2).put(record("b", vector=array("f", [1, 2]).tobytes()))
    assert [kept.vector for kept in opened(dim=2).scan()] == [array("f", [1, 2]).tobytes()] * 2


def files(folder: Path) -> bytes:
    """All files of the server but its write-ahead log, which is its operator's."""
    return b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file() and "pg_wal" not in f.parts)


def test_after_a_purge_no_row_statistic_or_file_holds_what_was_dropped(opened, server):
    folder, dsn = server
    store, mark = opened(dim=None), "numbatmark"
    for n in range(40):
        kept = record(f"{mark}-{n}", f"{mark} {n} " * (n * n), (f"said-{mark}",), category=mark, meta={"note": mark})
        store.put(kept)
        store.space(mark).put(kept)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")
    assert mark.encode() in files(folder)
    for space in (store, store.space(mark)):
        space.delete([kept.id for kept in space.scan()])
    store.purge()
    assert mark.encode() not in files(folder)


def test_a_purge_that_an_open_transaction_hinders_says_so_and_can_be_made_up_for(opened, server):
    store = opened()
    store.put(record("a", "wombatmark"))
    with psycopg.connect(server[1]) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1").fetchone()
        store.delete(["a"])
        with pytest.raises(StoreError, match=r"another transaction may still see it, .*; end that transaction and"):
            store.purge()
    store.purge()
    assert b"wombatmark" not in files(server[0])


def test_a_connection_that_broke_is_made_anew(opened, server):
    store = opened()
    store.put(record("a"))
    with psycopg.connect(server[1], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [store._server._connection.info.backend_pid])
    with pytest.raises(StoreError, match=r"terminating connection|server closed"):
        store.get("a")
    assert store.get("a") == record("a")


def test_temporary_tables_are_their_connections_own(opened):
    one, other = opened(path=None), opened(path=None)
    one.put(record("a"))
    assert (one.get("a"), other.get("a")) == (record("a"), None)
    one.purge()
    one._server._connection.close()
    with pytest.raises(StoreError, match="gone, and with it its temporary tables"):
        one.get("a")


def test_another_programs_table_is_refused_and_so_is_a_long_name(opened, server):
    with psycopg.connect(server[1], autocommit=True) as other:
        other.execute("CREATE SCHEMA letters CREATE TABLE records (text text)")
    with pytest.raises(StoreError, match="is of None, not 'memlab records 1': name another schema"):
        opened(path="letters")
    with pytest.raises(StoreError, match="at most 63 bytes"):
        opened(path="é" * 32)


def test_a_store_of_the_config_is_opened_on_its_schema(server):
    node = load_option("store", "postgres") | {"dsn": server[1]}
    store = kept_on(node, "a schema", "ana")
    store.put(record("a"))
    assert PostgresStore(server[1], "ana", "a schema").get("a") == record("a")
    store.close()


@pytest.mark.slow
def test_strategies_of_two_users_stay_apart_on_it(server):
    (config,) = plan(["strategy=bm25", "store=postgres"])
    subject = Subject(config | {"store": config["store"] | {"dsn": server[1]}})
    results = check(subject, [users_in_one_file_stay_apart])
    assert [result.message for result in results if result.status != "passed"] == []
