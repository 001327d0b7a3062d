"""A strategy in another language or process, spoken to in lines of JSON; `docs/process.md` has the protocol."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from math import isfinite
from typing import Any

from memlab.events import (
    Consent,
    Forget,
    Memory,
    MemoryId,
    Observed,
    Outcome,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
    TurnId,
)
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept
from memlab.strategies.child import Child

VERSION = 1
KINDS: dict[type, str] = {
    **{Turn: "turn", Outcome: "outcome", Consent: "consent", Forget: "forget", Recalled: "recalled"},
    **{SessionEnd: "session_end", Query: "query"},
}
NEEDED, OPTIONAL = {"id", "text", "sources"}, {"score", "valid_to", "category", "replaces"}


class Process:
    """A program that is told events and asked queries, and need keep nothing on disk nor know how to erase.

    memlab keeps the events. When the strategy is reopened, when anything is erased and when a turn is said again, the
    program is ended, and a new one is told what is left, in order: so an erasure costs as much as all that was said
    before. What is forgotten is kept out of its recalls.

    Args:
        store: Where the events last.
        seed: Told to the program with the first line; whatever it draws must follow from it.
        command: The program and its arguments.
        timeout_seconds: How long it may take for one line, more than 0.

    Raises:
        ValueError: The command is empty, or the time is not positive.
        ProcessError: The program cannot be started or does not greet as it should.
    """

    def __init__(self, store: Store, seed: int, command: Sequence[str], timeout_seconds: float) -> None:
        if isinstance(command, str) or not command:
            raise ValueError(
                f"process: command is {command!r}; it must be a list of a program and its arguments, as in "
                "strategy.command=[python3,memory.py]"
            )
        if not timeout_seconds > 0:
            raise ValueError(f"process: timeout_seconds is {timeout_seconds}; it must be more than 0")
        self._told = _Told([str(word) for word in command], float(timeout_seconds), seed)
        try:
            self._log = EventLog(store, self._told.learn, self._told.unlearn, keeps=tuple(KINDS))
        except BaseException:
            self._told.child.end()
            raise

    def observe(self, event: Observed) -> None:
        """Keeps an event and tells the program; starts it anew where something is erased."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """What the program recalls, without what is forgotten."""
        told = self._told
        limit = None if query.limit is None else query.limit + len(told.forgotten)
        answer = told.child.ask(_message(replace(query, limit=limit)))
        memories = tuple(told.memories(answer, {"confidence", "complete"}))[: query.limit]
        confidence, complete = answer.get("confidence"), answer.get("complete", True)
        if not (confidence is None or _is_number(confidence)) or not isinstance(complete, bool):
            raise told.child.refuse(
                f"answered a query with confidence {confidence!r} and complete {complete!r}; "
                "they must be a finite number or null, and true or false"
            )
        return Recall(memories=memories, confidence=confidence, complete=complete)

    def memories(self) -> Iterator[Memory]:
        """What the program lists, without what is forgotten."""
        return iter(self._told.memories(self._told.child.ask({"kind": "list"}), set()))

    def close(self) -> None:
        """Ends the program and closes the store."""
        self._told.child.end()
        self._log.close()


class _Told:
    """The running program, with what it was told that memlab needs to know of its memories.

    It knows nothing of the log that feeds it, so that a strategy that is let go of is freed at once, program and all.
    """

    def __init__(self, command: Sequence[str], timeout_seconds: float, seed: int) -> None:
        self._command, self._timeout, self._seed = command, timeout_seconds, seed
        self._start()

    def _start(self) -> None:
        self.said: dict[TurnId, datetime] = {}
        self.forgotten: set[MemoryId] = set()
        self.child = Child(self._command, self._timeout)
        found = self.child.ask({"kind": "hello", "version": VERSION, "seed": self._seed})
        if found.get("version") != VERSION:
            raise self.child.refuse(
                f"answered hello with version {found.get('version')!r}; this memlab speaks version {VERSION}"
            )

    def learn(self, event: Kept, note: str | None) -> None:
        """Tells the program an event."""
        if isinstance(event, Turn):
            self.said[event.id] = event.at
        if isinstance(event, Forget):
            self.forgotten |= event.memories
        self.child.ask(_message(event))

    def unlearn(self, turns: Sequence[TurnId]) -> bool:
        """Starts over with a program that has been told nothing."""
        self.child.end()
        self._start()
        return False

    def memories(self, answer: Mapping[str, Any], besides: set[str]) -> list[Memory]:
        """The memories of an answer, in order, without those that are forgotten.

        Raises:
            ProcessError: The answer has another shape, or a memory cites no turn that was said.
        """
        found = answer.get("memories")
        if not isinstance(found, list) or answer.keys() - besides - {"memories"}:
            raise self.child.refuse(f"answered with the keys {sorted(answer)}; `memories` must be a list")
        memories = [self._memory(place, raw) for place, raw in enumerate(found)]
        return [memory for memory in memories if memory.id not in self.forgotten]

    def _memory(self, place: int, raw: Any) -> Memory:
        if wrong := _wrong(raw):
            raise self.child.refuse(f"gave as memory {place} {json.dumps(raw)[:200]}: {wrong}")
        ats = [self.said[id] for id in raw["sources"] if id in self.said]
        if not ats:
            raise self.child.refuse(f"gave as memory {place} {raw['id']!r}, none of whose sources has been said")
        valid_to = raw.get("valid_to")
        return Memory(
            id=raw["id"],
            text=raw["text"],
            score=float(raw.get("score", 0.0)),
            at=max(ats),
            valid_to=None if valid_to is None else datetime.fromisoformat(valid_to),
            category=raw.get("category"),
            sources=tuple(raw["sources"]),
            replaces=tuple(raw.get("replaces", ())),
        )


def _message(event: Kept | Query) -> dict[str, Any]:
    """An event or a query as the program is told it: flat, times in ISO 8601, sets sorted."""
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(event).items()}
    return {"kind": KINDS[type(event)]} | plain | {"at": event.at.isoformat()}


def _wrong(raw: Any) -> str | None:
    """What is wrong with the shape of a memory; None if nothing is."""
    if not isinstance(raw, dict) or not NEEDED <= raw.keys() <= NEEDED | OPTIONAL:
        return f"it must be an object with {sorted(NEEDED)}, and may have {sorted(OPTIONAL)}"
    if not all(isinstance(raw[name], str) for name in ("id", "text")):
        return "id and text must be texts"
    if not _is_whole(raw["id"] + raw["text"]):
        return "id and text must be whole Unicode, without half of a surrogate pair"
    if not all(_are_texts(raw.get(name, [])) for name in ("sources", "replaces")):
        return "sources and replaces must be lists of turn ids"
    score = raw.get("score", 0.0)
    if not _is_number(score) or score < 0:
        return "score must be a finite number of 0 or more"
    if not isinstance(raw.get("category"), str | None):
        return "category must be a text or null"
    try:
        dated = raw.get("valid_to") is None or datetime.fromisoformat(raw["valid_to"]).tzinfo is not None
    except (TypeError, ValueError):
        dated = False
    return None if dated else "valid_to must be null or a time like 2024-05-06T07:08:00+00:00"


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
