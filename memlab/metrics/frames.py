"""What a metric sees of a run: the files of finished users, read back as records, with rankings ready to judge."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from memlab.events import MemoryId, TurnId, UserId
from memlab.life import Gold, Nugget
from memlab.metrics.uses import Use, read_uses
from memlab.text import count_tokens
from memlab.traces import read_feedback, read_rows

Nuggets = list[frozenset[str]]


@dataclass(frozen=True, slots=True)
class LivedTurn:
    """A turn as it was observed, with the judge's note by which turn it was superseded, if it was."""

    position: int
    id: TurnId
    session: int
    at: datetime
    speaker: str
    text: str
    superseded_by: TurnId | None


@dataclass(frozen=True, slots=True)
class Read:
    """The memories that a reader was given after a natural question."""

    position: int
    at: datetime
    memories: frozenset[MemoryId]


@dataclass(frozen=True)
class Lived:
    """What one user lived through: every turn in order, the positions at which turns were erased, what was read.

    Attributes:
        read: What the reader was given, memory by memory, each time that it was asked in the talk itself.
    """

    user: UserId
    turns: dict[TurnId, LivedTurn]
    erased: dict[TurnId, int]
    read: tuple[Read, ...] = ()

    def candidates(self, position: int) -> list[LivedTurn]:
        """The turns said and not erased before a position."""
        return [
            turn
            for turn in self.turns.values()
            if turn.position < position and self.erased.get(turn.id, position) >= position
        ]


@dataclass(frozen=True)
class Asked:
    """One query as it was answered, with its gold. Lists run over the recalled memories, best first.

    Attributes:
        reply: What a reader made of them; None without a reader.
        choice: What it chose; None without a reader, or where it abstained.
        uses: What the first memories did to it; empty where that was not measured.
    """

    life: Lived
    query: str
    position: int
    session: int
    at: datetime
    text: str
    ids: list[str]
    texts: list[str]
    scores: list[float]
    sources: list[list[TurnId]]
    valid_tos: list[datetime | None]
    tokens: list[int]
    limit: int | None
    confidence: float | None
    gold: Gold
    reply: str | None = None
    choice: str | None = None
    uses: tuple[Use, ...] = ()

    @cached_property
    def ranked(self) -> dict[str, list[str]]:
        """Distinct sources in order of first occurrence, as turns and as sessions; unknown ids keep a rank."""
        turns = list(dict.fromkeys(turn for sources in self.sources for turn in sources))
        sessions = dict.fromkeys(self._session(turn) for turn in turns)
        return {"turn": turns, "session": list(sessions)}

    @cached_property
    def nuggets(self) -> dict[str, Nuggets]:
        """The evidence as sets of turns, and as distinct sets of sessions."""
        turns = [nugget.turns for nugget in self.gold.evidence]
        sessions = [frozenset(self._session(turn) for turn in nugget) for nugget in turns]
        return {"turn": turns, "session": list(dict.fromkeys(sessions))}

    @cached_property
    def candidates(self) -> dict[str, int]:
        """How many turns, and how many sessions, there were to choose from."""
        turns = self.life.candidates(self.position)
        return {"turn": len(turns), "session": len({turn.session for turn in turns})}

    @cached_property
    def ideal(self) -> list[LivedTurn]:
        """What the oracle returns: the shortest turn of each nugget, shortest first."""
        turns = (
            min((self.life.turns[id] for id in nugget.turns), key=lambda turn: (len(turn.text), turn.id))
            for nugget in self.gold.evidence
        )
        return sorted(dict.fromkeys(turns), key=lambda turn: (len(turn.text), turn.id))[: self.limit]

    @cached_property
    def ideal_asked(self) -> "Asked":
        """The same query, answered by the oracle and not read: scoring it gives what is attainable."""
        ideal = self.ideal
        changed = {
            "ids": [turn.id for turn in ideal],
            "texts": [turn.text for turn in ideal],
            "scores": [1.0] * len(ideal),
            "sources": [[turn.id] for turn in ideal],
            "valid_tos": [None] * len(ideal),
            "tokens": [count_tokens(turn.text) for turn in ideal],
            "reply": None,
            "choice": None,
            "uses": (),
        }
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        return Asked(**kept | changed)

    @cached_property
    def age_days(self) -> float | None:
        """Days since the newest turn that states any of the evidence; None without evidence."""
        ats = [self.life.turns[turn].at for turn in self.gold.evidence_turns]
        return (self.at - max(ats)).total_seconds() / 86_400 if ats else None

    def _session(self, turn: TurnId) -> str:
        known = self.life.turns.get(turn)
        return f"session {known.session}" if known else f"unknown {turn}"


@dataclass(frozen=True, slots=True)
class Held:
    """What a strategy could still say at the end of a session, and what its store's records took up."""

    life: Lived
    position: int
    session: int
    at: datetime
    ids: list[str]
    sources: list[list[TurnId]]
    valid_tos: list[datetime | None]
    active_bytes: int | None = None
    archived_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Felt:
    """What a user who reacts made of one reply, or of one scheduled session; see `memlab.life.Feedback`."""

    user: UserId
    session: int
    at: datetime
    query: str | None
    attempt: int
    allowed: int
    held: bool
    is_due: bool
    goal: str
    reaction: str
    noticed: list[str]
    thumbs: int
    mood: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class RunFrames:
    """The finished users of one run, or some of them: everything that a metric may look at.

    Equal to itself only, so that what several metrics need can be found once per frames and remembered.
    """

    asked: Sequence[Asked]
    held: Sequence[Held]
    felt: Sequence[Felt] = ()


def read_frames(folder: Path, users: Sequence[UserId]) -> RunFrames:
    """The frames of `users` from a run's folder.

    Raises:
        FileNotFoundError: One of them is not finished.
    """
    asked: list[Asked] = []
    held: list[Held] = []
    felt: list[Felt] = []
    for user in users:
        felt += [_pick(Felt, row | {"user": user}) for row in read_feedback(folder, user)]
        life = _lived(user, read_rows(folder, "lived", user))
        golds = {row["query"]: _gold(row) for row in read_rows(folder, "gold", user)}
        uses = read_uses(folder, user)
        for row in read_rows(folder, "traces", user):
            if row["query"] is None:
                held.append(_pick(Held, row | {"life": life}))
            else:
                query = row["query"]
                asked.append(_pick(Asked, row | {"life": life, "gold": golds[query], "uses": uses.get(query, ())}))
    return RunFrames(asked, held, felt)


def _lived(user: UserId, rows: Sequence[dict[str, Any]]) -> Lived:
    turns = {row["id"]: _pick(LivedTurn, row) for row in rows if row["event"] == "Turn"}
    erased: dict[TurnId, int] = {}
    for row in rows:
        if row["event"] == "Erasure":
            said = (id for id, turn in turns.items() if turn.position < row["position"])
            erased = dict.fromkeys(said if row["turns"] is None else row["turns"], row["position"]) | erased
    read = (
        Read(row["position"], row["at"], frozenset(json.loads(row["details"])["memories"]))
        for row in rows
        if row["event"] == "Recalled"
    )
    return Lived(user, turns, erased, tuple(read))


def _pick(kind, row: dict[str, Any]):
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def _gold(row: dict[str, Any]) -> Gold:
    return Gold(
        kind=row["kind"],
        answers=tuple(row["answers"]),
        choices=tuple(row["choices"]),
        answerable=row["answerable"],
        evidence=tuple(Nugget(turns=frozenset(n["turns"]), values=tuple(n["values"])) for n in row["evidence"]),
        stale=frozenset(row["stale"]),
        stale_values=tuple(row["stale_values"]),
        forbidden=frozenset(row["forbidden"]),
        facets={name: json.loads(value) for name, value in row["facets"]},
    )
