"""A killed process loses nothing that was acknowledged, and what was dropped is gone once the file is closed."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore

NOON = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)


def record(id: str, text: str = "I moved to Denver.", sources: tuple[str, ...] = ("t1",)) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON)


@pytest.fixture
def store():
    held = SqliteStore()
    yield held
    held.close()


def test_two_stores_in_memory_share_nothing(store):
    store.put(record("a"))
    assert list(SqliteStore().scan()) == []


WRITER = """
import sys
from datetime import UTC, datetime
from itertools import count
from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore

store = SqliteStore(sys.argv[1])
for n in count():
    store.put(Record(id=f"m{n}", text="x" * n, sources=(f"t{n}",), at=datetime.now(UTC)))
    print(f"m{n}", flush=True)
"""


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "memory.sqlite"
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        printed = [writer.stdout.readline() for _ in range(60)]
        writer.kill()
        printed += writer.stdout.readlines()
    acknowledged = [line.strip() for line in printed if line.endswith("\n")]
    store = SqliteStore(path)
    held = [kept.id for kept in store.scan()]
    cited = store.citing(f"t{id[1:]}" for id in acknowledged)
    store.close()
    assert len(acknowledged) >= 60
    assert held[: len(acknowledged)] == cited == acknowledged


def bytes_of(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("repeated", [1, 5000])
@pytest.mark.parametrize("drop", [lambda store: store.delete(["secret"]), lambda store: store.put(record("secret"))])
def test_deleted_and_replaced_text_is_gone_from_the_file_after_close(tmp_path, drop, repeated):
    store = SqliteStore(tmp_path / "memory.sqlite")
    for n in range(50):
        store.put(record(f"m{n}"))
    store.put(record("secret", text="zebra " * repeated, sources=("quokka",)))
    for n in range(50, 100):
        store.put(record(f"m{n}"))
    drop(store)
    store.close()
    left = bytes_of(tmp_path)
    assert [word for word in (b"zebra", b"quokka") if word in left] == []


def test_text_that_was_not_deleted_is_in_the_file_after_close(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    store.put(record("a", text="zebra"))
    store.close()
    assert b"zebra" in bytes_of(tmp_path)
