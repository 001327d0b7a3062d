"""What happened, as files: one row per event and per query, written once and only read afterwards.

Four folders hold one parquet file per user: `lived` (what was observed), `gold` (what the judge knows), `traces`
(what was recalled, and what was held at each session's end), `timings` (seconds, outside every identity). The trace
is renamed into place last, so a user whose trace exists is finished. A user who reacts has a file in `feedback` too, of
one row per reply and one per scheduled session.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from memlab.events import Memory, Observed, Query, Recall, Reply, SessionEnd, Turn, UserId
from memlab.life import Gold, Life

TIME = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())
LIVED = pa.schema(
    [
        ("position", pa.int64()),
        ("event", pa.string()),
        ("at", TIME),
        ("session", pa.int64()),
        ("id", pa.string()),
        ("speaker", pa.string()),
        ("text", pa.string()),
        ("turns", STRINGS),
        ("superseded_by", pa.string()),
        ("details", pa.string()),
    ]
)
GOLD = pa.schema(
    [
        ("query", pa.string()),
        ("kind", pa.string()),
        ("answers", STRINGS),
        ("choices", STRINGS),
        ("answerable", pa.bool_()),
        ("evidence", pa.list_(pa.struct([("turns", STRINGS), ("values", STRINGS)]))),
        ("stale", STRINGS),
        ("stale_values", STRINGS),
        ("forbidden", STRINGS),
        ("facets", pa.map_(pa.string(), pa.string())),
    ]
)
TRACES = pa.schema(
    [
        ("position", pa.int64()),
        ("query", pa.string()),
        ("session", pa.int64()),
        ("at", TIME),
        ("probe", pa.bool_()),
        ("text", pa.string()),
        ("ids", STRINGS),
        ("texts", STRINGS),
        ("scores", pa.list_(pa.float64())),
        ("sources", pa.list_(STRINGS)),
        ("ats", pa.list_(TIME)),
        ("valid_tos", pa.list_(TIME)),
        ("categories", STRINGS),
        ("replaces", pa.list_(STRINGS)),
        ("tokens", pa.list_(pa.int64())),
        ("limit", pa.int64()),
        ("confidence", pa.float64()),
        ("complete", pa.bool_()),
        ("reply", pa.string()),
        ("choice", pa.string()),
        ("used", STRINGS),
        ("active_bytes", pa.int64()),
        ("archived_bytes", pa.int64()),
    ]
)
TIMINGS = pa.schema(
    [("position", pa.int64()), ("session", pa.int64()), ("what", pa.string()), ("seconds", pa.float64())]
)
FEEDBACK = pa.schema(
    [
        ("session", pa.int64()),
        ("at", TIME),
        ("query", pa.string()),
        ("attempt", pa.int64()),
        ("allowed", pa.int64()),
        ("held", pa.bool_()),
        ("is_due", pa.bool_()),
        ("goal", pa.string()),
        ("reaction", pa.string()),
        ("noticed", STRINGS),
        ("thumbs", pa.int64()),
        ("mood", pa.float64()),
        ("seconds", pa.float64()),
    ]
)
FOLDERS = {"lived": LIVED, "gold": GOLD, "timings": TIMINGS, "traces": TRACES}


class Tracer:
    """Collects one user's rows and writes them when the life is over.

    Args:
        size_bytes: Tells what the store's records take up, active and archived; asked at each session's end.
    """

    def __init__(self, life: Life, size_bytes: Callable[[], tuple[int, int]] | None = None) -> None:
        self._life, self._size_bytes = life, size_bytes
        self._position = 0
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in FOLDERS}

    def observed(self, event: Observed, seconds: float) -> None:
        """Notes an event and how long the strategy took to observe it."""
        turn = event if isinstance(event, Turn) else None
        named = getattr(event, "turns", None)
        self._rows["lived"].append(
            {
                "position": self._position,
                "event": type(event).__name__,
                "at": event.at,
                "session": event.session,
                "id": turn.id if turn else None,
                "speaker": turn.speaker if turn else None,
                "text": turn.text if turn else None,
                "turns": sorted(named) if named is not None else None,
                "details": None if turn else _details(event),
            }
        )
        what = "session_end" if isinstance(event, SessionEnd) else "observe"
        self._time(what, event.session, seconds)
        self._position += 1

    def asked(
        self, query: Query, gold: Gold, recall: Recall, tokens: Sequence[int], reply: Reply | None, seconds: float
    ) -> None:
        """Notes a query, what the judge knows of it, what was recalled and how long that took."""
        for memory in recall.memories:
            if not (isfinite(memory.score) and memory.score >= 0):
                raise ValueError(
                    f"query {query.id}: memory {memory.id} scores {memory.score}; it must be 0 or more, finite"
                )
        row = self._held(recall.memories) | {
            "query": query.id,
            "session": query.session,
            "at": query.at,
            "probe": query.probe,
            "text": query.text,
            "texts": [memory.text for memory in recall.memories],
            "scores": [memory.score for memory in recall.memories],
            "ats": [memory.at for memory in recall.memories],
            "tokens": list(tokens),
            "limit": query.limit,
            "confidence": recall.confidence,
            "complete": recall.complete,
            "reply": reply.text if reply else None,
            "choice": reply.choice if reply else None,
            "used": list(reply.used) if reply else None,
        }
        self._rows["traces"].append(row)
        self._rows["gold"].append(_gold_row(query, gold))
        self._time("recall", query.session, seconds)

    def held(self, end: SessionEnd, memories: Iterable[Memory]) -> None:
        """Notes what the strategy could still say at a session's end, and the store's size: a row without a query."""
        row = self._held(list(memories)) | {"session": end.session, "at": end.at}
        if self._size_bytes is not None:
            row |= dict(zip(("active_bytes", "archived_bytes"), self._size_bytes(), strict=True))
        self._rows["traces"].append(row)

    def encoded(self, seconds: float) -> None:
        """Notes what encoding the user's texts one at a time would take, apart from the strategy's own time."""
        self._time("encode", 0, seconds)

    def write(self, folder: Path) -> None:
        """Writes the user's files, the trace last; which turns are out of date is known when all is said.

        Raises:
            OSError: The disk refused; nothing that was there is changed.
        """
        superseded = {note.turn: note.by for note in self._life.superseded}
        for row in self._rows["lived"]:
            row["superseded_by"] = superseded.get(row["id"])
        if self._life.feedback:
            felt = [{name: getattr(one, name) for name in FEEDBACK.names} for one in self._life.feedback]
            path = folder / "feedback" / f"{file_safe(self._life.user)}.parquet"
            write_parquet(pa.Table.from_pylist(felt, schema=FEEDBACK), path)
        for name, schema in FOLDERS.items():
            path = folder / name / f"{file_safe(self._life.user)}.parquet"
            write_parquet(pa.Table.from_pylist(self._rows[name], schema=schema), path)

    def _held(self, memories: Sequence[Memory]) -> dict[str, Any]:
        return {
            "position": self._position,
            "ids": [memory.id for memory in memories],
            "sources": [list(memory.sources) for memory in memories],
            "valid_tos": [memory.valid_to for memory in memories],
            "categories": [memory.category for memory in memories],
            "replaces": [list(memory.replaces) for memory in memories],
        }

    def _time(self, what: str, session: int, seconds: float) -> None:
        self._rows["timings"].append({"position": self._position, "session": session, "what": what, "seconds": seconds})


def is_finished(folder: Path, user: UserId) -> bool:
    """Whether the user's trace is in place."""
    return (folder / "traces" / f"{file_safe(user)}.parquet").exists()


def write_parquet(table: pa.Table, path: Path) -> None:
    """Writes a table under a temporary name and renames it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(table, draft, compression="zstd", dictionary_pagesize_limit=64 << 20)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def file_safe(name: str) -> str:
    """`name` as a file name: itself where it is plain, else its plain characters and a hash.

    >>> file_safe("conv-26")
    'conv-26'
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80]
    return name if plain == name and name else f"{plain}.{sha256(name.encode()).hexdigest()[:8]}"


def read_rows(folder: Path, name: str, user: UserId) -> list[dict[str, Any]]:
    """The user's rows of one of the four folders, as written.

    Raises:
        FileNotFoundError: The user is not finished.
    """
    return pq.read_table(folder / name / f"{file_safe(user)}.parquet", schema=FOLDERS[name]).to_pylist()


def read_feedback(folder: Path, user: UserId) -> list[dict[str, Any]]:
    """What the user made of the replies, row by row as written; empty where the user does not react."""
    path = folder / "feedback" / f"{file_safe(user)}.parquet"
    return pq.read_table(path, schema=FEEDBACK).to_pylist() if path.exists() else []


def _details(event: Observed) -> str:
    """What an event without text says beyond its time, as JSON: a consent's category, an outcome's success …"""
    named = {f.name: getattr(event, f.name) for f in fields(event) if f.name not in ("at", "session", "turns")}
    return json.dumps(named, default=sorted, sort_keys=True)


def _gold_row(query: Query, gold: Gold) -> dict[str, Any]:
    return {
        "query": query.id,
        "kind": gold.kind,
        "answers": list(gold.answers),
        "choices": list(gold.choices),
        "answerable": gold.answerable,
        "evidence": [{"turns": sorted(nugget.turns), "values": list(nugget.values)} for nugget in gold.evidence],
        "stale": sorted(gold.stale),
        "stale_values": list(gold.stale_values),
        "forbidden": sorted(gold.forbidden),
        "facets": [(name, json.dumps(value)) for name, value in sorted(gold.facets.items())],
    }
