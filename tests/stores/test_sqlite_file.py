"""One file for many users, spaces and connections; what it cannot promise it refuses in words."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from memlab.stores import Record, StoreError, sqlite
from memlab.stores.sqlite import SqliteStore

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def record(id: str, text: str = "I moved to Denver.", sources: tuple[str, ...] = ("t1",), **fields) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON, **fields)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "memory.sqlite"


@pytest.fixture
def opened(path):
    """Opens the file for a user; all of them are closed at the end."""
    stores = []

    def open(user: str = "") -> SqliteStore:
        stores.append(SqliteStore(path, user))
        return stores[-1]

    yield open
    for store in stores:
        store.close()


def words_in(path, *words: str) -> list[str]:
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    return [word for word in words if word.encode() in left]


def test_a_user_is_found_again_by_name(path, opened):
    opened("ana").put(record("m1"))
    assert (opened("ana").get("m1"), opened("Ana").get("m1"), opened().get("m1")) == (record("m1"), None, None)


def test_connections_see_what_the_others_put(opened):
    one, other = opened(), opened()
    for number in range(10):
        (one, other)[number % 2].put(record(f"m{number}"))
    assert [kept.id for kept in one.scan()] == [kept.id for kept in other.scan()] == [f"m{n}" for n in range(10)]


WRITER = """
import sys
from datetime import UTC, datetime
from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore

store = SqliteStore(sys.argv[1], sys.argv[2])
for n in range(40):
    store.put(Record(id=f"m{n}", text="x", sources=(f"t{n}",), at=datetime.now(UTC)))
    if n % 4 == 3:
        store.delete([f"m{n}"])
store.close()
"""


def test_processes_that_make_and_fill_one_file_at_once_lose_nothing(path, opened):
    users = ["ana", "ben", "cleo", "dan"]
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, user]) for user in users]
    assert [writer.wait() for writer in writers] == [0] * len(users)
    expected = [f"m{n}" for n in range(40) if n % 4 != 3]
    assert [[kept.id for kept in opened(user).scan()] for user in users] == [expected] * len(users)


def test_no_byte_of_dropped_text_is_left_after_a_purge(path, opened):
    """Random lives: short texts, texts over many pages, vectors, notes, pages that split and merge."""
    for seed in range(4):
        draw, store, live, gone = np.random.default_rng(seed), opened(f"u{seed}"), {}, set()
        for step in range(120):
            if live and draw.random() < 0.4:
                ids = draw.choice(sorted(live), min(len(live), draw.choice([1, 1, 5])), replace=False).tolist()
                gone |= {live.pop(id) for id in ids}
                store.delete(ids)
                continue
            mark = f"zebra{seed}x{step}z"
            id = str(draw.choice(sorted(live))) if live and draw.random() < 0.3 else f"id-{mark}"
            gone |= {live[id]} if id in live else set()
            live[id] = mark
            text, vector = mark * draw.choice([1, 1, 30, 2000]), (mark * draw.choice([1, 400])).encode()
            store.put(record(id, text, (f"said-{mark}",), category=mark, vector=vector, meta={"note": mark}))
        store.purge()
        named = " ".join(live)
        assert len(gone) > 20
        assert words_in(path, *(mark for mark in gone if mark not in named)) == []
        assert len(words_in(path, *live.values())) == len(live)


def test_dropped_text_is_still_in_the_log_before_the_purge(path, opened):
    """So that the test above can fail."""
    store = opened()
    store.put(record("m1", "zebra"))
    store.delete(["m1"])
    assert words_in(path, "zebra") == ["zebra"]
    store.purge()
    assert words_in(path, "zebra") == []


def test_a_purge_that_a_reader_hinders_says_so_and_can_be_made_up_for(path, opened, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    store = opened()
    store.put(record("m1", "zebra"))
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM records").fetchone()
    store.delete(["m1"])
    with pytest.raises(StoreError, match="another connection reads the file"):
        store.purge()
    assert (store.get("m1"), words_in(path, "zebra")) == (None, ["zebra"])
    reader.close()
    store.purge()
    assert words_in(path, "zebra") == []


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_text("a letter to my sister, long enough for a header " * 10)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"memory\.sqlite: file is not a database; name a file"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, 2])
def test_another_programs_database_is_refused_and_left_alone(path, version):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE letters (text TEXT)")
    other.execute(f"PRAGMA user_version = {version}")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        SqliteStore(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_of_another_version_is_refused_with_both_versions(path):
    SqliteStore(path).close()
    later = sqlite3.connect(path)
    later.execute(f"PRAGMA user_version = {sqlite.SCHEMA_VERSION + 1}")
    later.close()
    with pytest.raises(StoreError, match=rf"version {sqlite.SCHEMA_VERSION + 1}, .* version {sqlite.SCHEMA_VERSION};"):
        SqliteStore(path)


def test_a_file_that_another_connection_locks_is_an_error_after_which_the_store_goes_on(path, opened, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    store = opened()
    store.put(record("m1"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for call in (lambda: store.put(record("m2")), lambda: store.delete(["m1"])):
        with pytest.raises(StoreError, match=r"memory\.sqlite: database is locked; nothing of this call was kept"):
            call()
    other.close()
    store.put(record("m2"))
    assert [kept.id for kept in store.scan()] == ["m1", "m2"]


def test_every_put_is_flushed_to_the_disk(opened):
    file = opened()._file
    modes = [file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")]
    assert modes == ["wal", 2, 1]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"missing.*in a folder that is there"):
        SqliteStore(tmp_path / "missing" / "memory.sqlite")


def test_an_empty_file_is_a_new_store(path):
    path.touch()
    store = SqliteStore(path)
    store.put(record("m1"))
    store.close()
    assert b"Denver" in path.read_bytes()
