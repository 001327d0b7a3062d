"""What stands between a sweep and its encoder: a cache on disk, and a recorder that finds out what to put there.

A sweep needs each text's vector many times and each costs milliseconds, so texts are found by a rehearsal with a
`Recording`, encoded in batches ahead, and looked up by content from then on. Assistants use the bare encoder.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from memlab.encoders import Encoder, Vectors

CHUNK = 128
WAL_TRIES = 200


def cache_folder() -> Path:
    """`$MEMLAB_CACHE`, else `$XDG_CACHE_HOME/memlab`, else `~/.cache/memlab`."""
    named = os.environ.get("MEMLAB_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "memlab"


class Cached:
    """An encoder that encodes each text once per machine.

    The file holds hashes of texts and their vectors, no text. Several processes may share it.

    Attributes:
        texts: How many texts were asked for.
        missed: How many of them had to be encoded here.
        seconds: Spent in `encode`, look-ups included: what the loop takes off a strategy's time.
    """

    def __init__(self, inner: Encoder, folder: Path) -> None:
        self.dim, self.identity = inner.dim, inner.identity
        self.texts, self.missed, self.seconds = 0, 0, 0.0
        self._inner = inner
        path = folder / "vectors" / f"{inner.identity}.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, timeout=60, isolation_level=None)
        _share(self._file)
        self._file.execute("PRAGMA synchronous=NORMAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        self._file.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value REAL)")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), dim), bit for bit as the inner encoder's."""
        started = time.perf_counter()
        self.fill(texts)
        rows = np.empty((len(texts), self.dim), np.float32)
        for i, text in enumerate(texts):
            rows[i] = np.frombuffer(self._look_up(text) or b"", np.float32)
        self.texts += len(texts)
        self.seconds += time.perf_counter() - started
        return rows

    def fill(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> int:
        """Encodes those of `texts` that are not yet in the file, in large batches; returns how many these were."""
        missing = [text for text in dict.fromkeys(texts) if self._look_up(text) is None]
        missing.sort(key=len)
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            rows = self._inner.encode(chunk)
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany(
                "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                [(_key(text), row.tobytes()) for text, row in zip(chunk, rows, strict=True)],
            )
            self._file.execute("COMMIT")
            if progress:
                progress(start + len(chunk), len(missing))
        self.missed += len(missing)
        return len(missing)

    def seconds_per_text(self, texts: Sequence[str]) -> float | None:
        """What encoding one text alone takes without the cache: the median over `texts`, measured once per machine.

        None where it was never measured and there are no texts to measure it on.
        """
        found = self._file.execute("SELECT value FROM facts WHERE name = 'seconds_per_text'").fetchone()
        if found:
            return found[0]
        if not texts:
            return None
        spent = []
        for text in texts:
            started = time.perf_counter()
            self._inner.encode([text])
            spent.append(time.perf_counter() - started)
        seconds = float(np.median(spent[1:] or spent))
        self._file.execute("INSERT OR REPLACE INTO facts VALUES ('seconds_per_text', ?)", (seconds,))
        return seconds

    def close(self) -> None:
        """Closes the file; the encoder is not to be used afterwards."""
        self._file.close()

    def _look_up(self, text: str) -> bytes | None:
        found = self._file.execute("SELECT vector FROM vectors WHERE key = ?", (_key(text),)).fetchone()
        return found[0] if found else None


class Recording:
    """An encoder for rehearsals: it remembers what it was asked to encode and answers with one constant row."""

    def __init__(self, inner: Encoder) -> None:
        self.dim, self.identity = inner.dim, inner.identity
        self.recorded: dict[str, None] = {}
        self.seconds = 0.0

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The first unit vector for every text, float32, shape (len(texts), dim)."""
        self.recorded.update(dict.fromkeys(texts))
        rows = np.zeros((len(texts), self.dim), np.float32)
        rows[:, 0] = 1.0
        return rows


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
