"""What stands between a sweep and its encoder: a cache on disk, as a sweep needs each text's vector many times.

A text is encoded when it is first asked for, and looked up by content from then on. Assistants use the bare encoder.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from memlab.encoders import Encoder, TokenEncoder, Tokens, Vectors

CHUNK = 128
PACED = 12
PACE = """INSERT INTO pace VALUES (1, ?1, ?2)
ON CONFLICT DO UPDATE SET seconds = ?1, texts = ?2 WHERE ?2 >= texts"""  # the last dozen counts
WAL_TRIES = 200


def cache_folder() -> Path:
    """`$MEMLAB_CACHE`, else `$XDG_CACHE_HOME/memlab`, else `~/.cache/memlab`."""
    named = os.environ.get("MEMLAB_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "memlab"


class Cached:
    """An encoder that encodes each text once per machine.

    Its files hold hashes of texts and their rows, no text. Several processes may share them.

    Attributes:
        texts: How many texts were asked for.
        missed: How many of them had to be encoded here.
        seconds: Spent in encoding, look-ups included: what the loop takes off a strategy's time.
    """

    def __init__(self, inner: Encoder | TokenEncoder, folder: Path) -> None:
        self.dim, self.identity = inner.dim, inner.identity
        self.token_dim, self.token_type, self.token_identity = _token_facts(inner)
        self.texts, self.missed, self.seconds = 0, 0, 0.0
        self._spent: list[float] = []
        self._inner: Any = inner
        self._folder = folder
        self._vectors = _open(folder / "vectors" / f"{inner.identity}.sqlite")
        self._vectors.execute("CREATE TABLE IF NOT EXISTS pace (one INTEGER PRIMARY KEY, seconds REAL, texts INTEGER)")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), dim), bit for bit as the inner encoder's."""
        with self._asked(texts):
            self._fill(texts)
            return self._rows(texts)

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """As the inner encoder's, bit for bit."""
        with self._asked(texts):
            self.fill_tokens(texts)
            found = (np.frombuffer(_look_up(self._tokens, text) or b"", self.token_type) for text in texts)
            return self._rows(texts), [rows.reshape(-1, self.token_dim) for rows in found]

    def _fill(self, texts: Sequence[str]) -> None:
        missing = [text for text in dict.fromkeys(texts) if _look_up(self._vectors, text) is None]
        for chunk in self._chunks(missing):
            with self._paced(chunk):
                rows = self._inner.encode(chunk)
            _keep(self._vectors, chunk, rows)
        self.missed += len(missing)

    def fill_tokens(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> None:
        """Encodes those of `texts` whose tokens are not yet in the file.

        Args:
            progress: Called with how many are done, and how many there are.
        """
        missing = [text for text in dict.fromkeys(texts) if _look_up(self._tokens, text) is None]
        done = 0
        for chunk in self._chunks(missing):
            with self._paced(chunk):
                rows, tokens = self._inner.encode_tokens(chunk)
            _keep(self._vectors, chunk, rows)
            _keep(self._tokens, chunk, tokens)
            done += len(chunk)
            if progress:
                progress(done, len(missing))
        self.missed += len(missing)

    @cached_property
    def _tokens(self) -> sqlite3.Connection:
        return _open(self._folder / "tokens" / f"{self.token_identity}.sqlite")

    @contextmanager
    def _asked(self, texts: Sequence[str]) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.texts += len(texts)
        self.seconds += time.perf_counter() - started

    def _chunks(self, texts: list[str]) -> Iterator[list[str]]:
        """The texts, one at a time until a dozen have shown what one takes, then many."""
        alone = PACED - len(self._spent)
        yield from ([text] for text in texts[:alone])
        for start in range(alone, len(texts), CHUNK):
            yield texts[start : start + CHUNK]

    @contextmanager
    def _paced(self, chunk: list[str]) -> Iterator[None]:
        started = time.perf_counter()
        yield
        if len(self._spent) < PACED:
            self._spent.append(time.perf_counter() - started)
            pace = float(np.median(self._spent[1:] or self._spent))  # the first may have loaded a model
            self._vectors.execute(PACE, (pace, len(self._spent)))

    def _rows(self, texts: Sequence[str]) -> Vectors:
        rows = np.empty((len(texts), self.dim), np.float32)
        for i, text in enumerate(texts):
            rows[i] = np.frombuffer(_look_up(self._vectors, text) or b"", np.float32)
        return rows

    def seconds_per_text(self) -> float | None:
        """What encoding one text alone takes: the median of the last process's first dozen; None before the first."""
        found = self._vectors.execute("SELECT seconds FROM pace").fetchone()
        return found[0] if found else None

    def close(self) -> None:
        """Closes the files; the encoder is not to be used afterwards."""
        self._vectors.close()
        if "_tokens" in self.__dict__:
            self._tokens.close()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, timeout=60, isolation_level=None)
    _share(file)
    file.execute("PRAGMA synchronous=NORMAL")
    file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
    return file


def _look_up(file: sqlite3.Connection, text: str) -> bytes | None:
    found = file.execute("SELECT vector FROM vectors WHERE key = ?", (_key(text),)).fetchone()
    return found[0] if found else None


def _keep(file: sqlite3.Connection, texts: Sequence[str], rows: Iterable[Any]) -> None:
    file.execute("BEGIN IMMEDIATE")
    kept = [(_key(text), row.tobytes()) for text, row in zip(texts, rows, strict=True)]
    file.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", kept)
    file.execute("COMMIT")


def _share(file: sqlite3.Connection) -> None:
    """Switches a new file to WAL; SQLite does not wait here while another process does the same, so we do."""
    for _ in range(WAL_TRIES):
        try:
            file.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(0.05)
    file.execute("PRAGMA journal_mode=WAL")


def _key(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _token_facts(encoder: Encoder | TokenEncoder) -> tuple[int, str, str]:
    """`token_dim`, `token_type` and `token_identity` of an encoder; the first is 0 for one without rows of tokens."""
    dim, type = getattr(encoder, "token_dim", 0), getattr(encoder, "token_type", "float16")
    return dim, type, getattr(encoder, "token_identity", encoder.identity)
