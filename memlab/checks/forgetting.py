"""Laws of what is gone: the text of erased turns, to the last byte, and memories that were forgotten."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memlab.checks.compare import shown
from memlab.checks.lives import events_of, lives, queries_of, tell, turns_of
from memlab.checks.subject import NO_STORE, CheckFailed, Subject
from memlab.events import Erasure, Event, Forget, Memory, Query, SessionEnd, Turn
from memlab.life import Life
from memlab.strategies.base import Strategy

SECRETS = ("quixelbramble", "vornathistle", "zephyrklompen")
OTHER_SECRETS = ("jaxomwhistler", "brimholdster", "yondergravitz")
SQLITE = b"SQLite format 3\0"
ROW_SHOWN = 200
SAID = (
    "user: The code of my bicycle lock is {}, please keep that to yourself.",
    "assistant: Understood, {} it is, and I will keep it to myself.",
    "user: I changed it, the bicycle lock now opens with {} instead of the old code.",
)
FORGOTTEN, OTHERS = 3, 2


def erased_text_is_gone(subject: Subject) -> str | None:
    """The text of erased turns is gone, not only their ids: from recalls, from the listing and from the files.

    Every file beside the store is searched for the secrets of the erased turns as UTF-8, UTF-16 and hex, in any case,
    and for the turns' vectors. Then the same is lived with other secrets of equal length, and after erasure and close
    the two SQLite files must hold the same rows: what is left of a text packed, encoded, stemmed or counted differs.
    """
    (life,) = lives("secrets")
    if not subject.lasts:
        _erase(subject, life, SECRETS, None)
        return f"what it recalls and lists was searched, no file: {NO_STORE}"
    with TemporaryDirectory() as folder:
        one, other, again = (Path(folder) / name / "memory.sqlite" for name in ("one", "other", "again"))
        for path, secrets in ((one, SECRETS), (other, OTHER_SECRETS)):
            _erase(subject, life, secrets, path)
        row, others = _first_apart(one, other)
        if row is None and others is None:
            return None if _is_sqlite(one) else "the store's file is no SQLite database: rows were not compared"
        _erase(subject, life, SECRETS, again)
        if _first_apart(one, again) != (None, None):
            return "the store's file differs from one life to the same life: rows were not compared"
    raise CheckFailed(
        f"the file depends on what erased turns said: it holds {_cut(row)}, with another secret {_cut(others)}",
        "keep no copy, code, stem or count of a text outside the records that cite the turn",
    )


def _erase(subject: Subject, life: Life, secrets: Sequence[str], path: Path | None) -> None:
    """Lives with secrets in one file as two users, of whom one erases the secrets and the other everything."""
    if path is not None:
        path.parent.mkdir()
    for everything in (False, True):
        store = subject.store(path, user=f"everything-{everything}") if path else None
        strategy = subject.fresh(life, store)
        events = _with_secrets(events_of(life), secrets)
        tell(strategy, events)
        last, turns = events[-1], frozenset(f"secret-{n}" for n in range(len(SAID)))
        when: dict[str, Any] = {"at": last.at + timedelta(minutes=1), "session": last.session}
        asked = [replace(query, **when) for query in queries_of(events)]
        for event in (Erasure(**when, turns=None if everything else turns), SessionEnd(**when)):
            strategy.observe(event)
            _hold_silence(strategy, asked, secrets)
            _hold_no_byte(subject, path, secrets)
        strategy.close()
        _hold_no_byte(subject, path, secrets)


def _first_apart(one: Path, other: Path) -> tuple[str | None, str | None]:
    """The first rows in which two SQLite files differ; None twice if they hold the same, or are something else."""
    if _is_sqlite(one) and _is_sqlite(other):
        for row, others in zip_longest(_dump(one), _dump(other)):
            if row != others:
                return row, others
    return None, None


def _is_sqlite(file: Path) -> bool:
    return file.is_file() and file.read_bytes()[: len(SQLITE)] == SQLITE


def _dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as opened:
        return list(opened.iterdump())


def _cut(row: str | None) -> str:
    return "no such row" if row is None else repr(row[:ROW_SHOWN])


def _with_secrets(events: Sequence[Event], secrets: Sequence[str]) -> list[Event]:
    """The events with three turns that tell a secret each, two in one session and one in a later, and who asks."""
    ends = [place for place, event in enumerate(events) if isinstance(event, SessionEnd)]
    script = list(events)
    for n, end in reversed(list(enumerate((ends[1], ends[1], ends[4])))):
        at, session = events[end].at, events[end].session
        text, speaker = SAID[n].format(secrets[n]), SAID[n].partition(":")[0]
        script.insert(end, Turn(at=at, session=session, id=f"secret-{n}", speaker=speaker, text=text))
        question = f"What is the code of my bicycle lock, {secrets[n]}?"
        script.append(Query(at=events[-1].at, session=session, id=f"secret-query-{n}", text=question, limit=100))
    turns = [id for id in turns_of(script) if id.startswith("secret")]
    return script if turns == sorted(turns) else sorted(script, key=lambda event: event.at)


def _hold_silence(strategy: Strategy, queries: Sequence[Query], secrets: Sequence[str]) -> None:
    recalled = [memory for query in queries for memory in strategy.recall(query).memories]
    for memory in (*recalled, *strategy.memories()):
        if secret := next((secret for secret in secrets if secret in repr(memory).lower()), None):
            raise CheckFailed(
                f"{shown(memory)} still says {secret!r}, of an erased turn",
                "rebuild summaries, profiles and facts without the erased turns, copies and echoes included",
            )


def _hold_no_byte(subject: Subject, path: Path | None, secrets: Sequence[str]) -> None:
    """Holds every file beside the store against the secrets and against the vectors of the erased turns."""
    texts = [text.format(secret) for text, secret in zip(SAID, secrets, strict=True)]
    vectors = [vector.tobytes() for vector in subject.encoder.encode(texts)]
    for file in sorted(file for file in path.parent.rglob("*") if file.is_file()) if path else ():
        body = file.read_bytes()
        for secret, vector in zip(secrets, vectors, strict=True):
            forms = secret.encode(), secret.encode("utf-16-le"), secret.encode().hex().encode()
            if vector in body or any(form in body.lower() for form in forms):
                what = "the vector" if vector in body else "the text"
                raise CheckFailed(
                    f"{file.name}, {len(body)} bytes, still holds {what} of the erased turn about {secret!r}",
                    "delete the record from the store, which overwrites its bytes, and keep no copy beside it",
                )


def forgotten_memories_do_not_come_back(subject: Subject) -> None:
    """A memory that a `Forget` names is gone for good: after sessions end, after more turns, after reopening.

    It is gone, too, after turns were erased that it did not come from, which lets derived state be made anew.
    """
    (life,) = lives("forgotten")
    events = events_of(life)
    half = next(i for i, e in enumerate(events) if i > 0.6 * len(events) and isinstance(e, SessionEnd))
    queries = queries_of(events)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite" if subject.lasts else None
        strategy = tell(subject.fresh(life, subject.store(path)), events[: half + 1])
        going = _to_forget(strategy, queries)
        when: dict[str, Any] = {"at": events[half].at, "session": events[half].session}
        strategy.observe(Forget(**when, memories=frozenset(memory.id for memory in going)))
        _hold_forgotten(strategy, queries, going, "at once")
        _hold_forgotten(tell(strategy, [SessionEnd(**when)]), queries, going, "after a session's end")
        _hold_forgotten(tell(strategy, events[half + 1 :]), queries, going, "after more sessions")
        cited = {turn for memory in going for turn in (*memory.sources, *memory.replaces)}
        others = [turn for turn in turns_of(events) if turn not in cited][::OTHERS]
        strategy.observe(Erasure(**when, turns=frozenset(others)))
        _hold_forgotten(strategy, queries, going, "after an erasure of other turns")
        strategy.close()
        if path is not None:
            _hold_forgotten(subject.fresh(life, subject.store(path)), queries, going, "after reopening")


def _to_forget(strategy: Strategy, queries: Sequence[Query]) -> list[Memory]:
    found = {memory.id: memory for query in queries for memory in strategy.recall(query).memories[:2]}
    return [*found.values(), *strategy.memories()][:FORGOTTEN]


def _hold_forgotten(strategy: Strategy, queries: Sequence[Query], going: Sequence[Memory], when: str) -> None:
    ids, told = {memory.id for memory in going}, {(memory.text, memory.sources) for memory in going}
    recalled = [memory for query in queries for memory in strategy.recall(query).memories]
    for memory in (*recalled, *strategy.memories()):
        if memory.id in ids or (memory.text, memory.sources) in told:
            raise CheckFailed(
                f"{shown(memory)} was forgotten and is there again {when}",
                "keep each `Forget` with the events and replay it, and name a memory by kind and sources",
            )
