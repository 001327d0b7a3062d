"""Replies of chat models kept by content, so that the same request costs once and is answered the same ever after.

The file is one SQLite database without a write-ahead log, opened for each look-up, so that processes and threads may
share it. It holds requests as well as replies, in plain text: only so can what somebody wants gone be found in it.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from memlab.encoders.cached import cache_folder
from memlab.llm import Message
from memlab.llm.wire import message_of, plain
from memlab.text import normalise

SCHEMA = "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, request TEXT NOT NULL, reply TEXT NOT NULL)"
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrt])|(.))", re.DOTALL)
BUSY_SECONDS = 60.0


class Replies:
    """A file of replies.

    Args:
        path: The file, made where it is missing; None is `chat/replies.sqlite` in memlab's cache folder.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = Path(path) if path is not None else cache_folder() / "chat" / "replies.sqlite"

    def get(self, request: Mapping[str, Any]) -> Message | None:
        """The reply to a request, None where there is none."""
        if not self._path.exists():
            return None
        with self._open() as file:
            found = file.execute("SELECT reply FROM replies WHERE key = ?", (key_of(request),)).fetchone()
        return message_of(json.loads(found[0])) if found else None

    def put(self, request: Mapping[str, Any], reply: Message) -> Message:
        """Keeps a reply; the first one stays, and is what this returns, so that processes agree."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        key = key_of(request)
        with self._open() as file:
            row = key, json.dumps(request, ensure_ascii=False), json.dumps(plain(reply), ensure_ascii=False)
            file.execute("INSERT OR IGNORE INTO replies VALUES (?, ?, ?)", row)
            (kept,) = file.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        return message_of(json.loads(kept))

    def forget(self, texts: Iterable[str]) -> int:
        """Drops every reply in which, or in whose request, any of `texts` occurs as whole words; returns how many.

        No byte of them is left in the file. It reads all of it. What a model made of a text in other words, and a later
        request held without it, is not found by the text: give that too, or `clear`.
        """
        wanted = [(text, normalise(text)) for text in texts if text.strip()]
        if not wanted or not self._path.exists():
            return 0
        with self._open() as file:
            rows = file.execute("SELECT key, request, reply FROM replies")
            going = [(key,) for key, request, reply in rows if _holds(request + "\n" + reply, wanted)]
            file.executemany("DELETE FROM replies WHERE key = ?", going)
        return len(going)

    def clear(self) -> None:
        """Drops everything; no byte of it is left in the file."""
        if self._path.exists():
            with self._open() as file:
                file.execute("DELETE FROM replies")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        file = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            file.execute("PRAGMA secure_delete=ON")
            file.execute(SCHEMA)
            with file:
                yield file
        finally:
            file.close()


def key_of(request: Mapping[str, Any]) -> str:
    """The hash of a request's content, whatever the order of its keys."""
    text = json.dumps(request, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _holds(row: str, wanted: Iterable[tuple[str, str]]) -> bool:
    """Whether any text occurs in a row: in its words, or, for a text without words, as it is.

    JSON's escapes are undone twice, since prompts quote memories as JSON.
    """
    once = _unescaped(row)
    twice = _unescaped(once)
    words = [normalise.__wrapped__(text) for text in (once, twice)]  # uncached: it is what must not linger
    return any(
        any(worded in text for text in words) if worded.strip() else text.strip() in once or text.strip() in twice
        for text, worded in wanted
    )


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else " " if found[2] else found[3], text)
