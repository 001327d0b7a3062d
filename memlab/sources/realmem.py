"""RealMem (Bian et al., 2026): people who pursue projects with an assistant, asking for what was said inside the talk.

Read from the public `<Name>_dialogues_256k.json`, one file and one life per person. A session has a date, a turn has
none. A query is a turn of the user: it is asked before that turn is observed and after every turn before it, and is
natural: the turn and the assistant's recorded answer follow. Its gold stands on that answer, and names sessions.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from memlab.events import Event, Query, SessionEnd, Turn, UserId
from memlab.life import Gold, Life, Nugget, recorded
from memlab.sources import SourceError, find_data
from memlab.sources.reading import (
    Facts,
    checked_form,
    checked_sha256,
    no_labels,
    opaque,
    pinned,
    read_json,
    reads_as_judged,
    traced,
)

KINDS = {
    "Dynamic Incremental": "dynamic_incremental",
    "Dynamic Updating": "dynamic_updating",
    "Implicit Preference": "implicit_preference",
    "Temporal-reasoning": "temporal_reasoning",
}
SPEAKERS = {"User": "user", "Assistant": "assistant"}
GOLD = "memory_session_uuids"
PROJECT_SESSION = re.compile(r"(?!Enhanced)(\w+):(S\d+_\d+)")
QUERY = re.compile(r"Q-\d+")
COUNTED = (
    *("turns", "questions", *KINDS.values(), "questions_with_evidence", "queries_without_answer"),
    *("labels_of_own_session", "times_lifted"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One file: its sessions in order, when each was, and the gold of each query by the places of session and turn."""

    sessions: list[dict[str, Any]]
    times: list[datetime]
    gold: Mapping[tuple[int, int], Gold]


class RealMem:
    """The RealMem people as lives, one per file.

    The evidence of a query is one nugget per session that its answer used, and any turn of that session will do: the
    labels name no turns. A query whose own session is named has what was said of it before.

    Args:
        path: A file or folder; None looks in the data folders.
        labels: `published` or `judged`: equal, for nothing is labelled as stale or as not answerable.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        sha256: What the file's checksum must be; None takes any file and says whether the card knows it.

    Raises:
        MissingData: There is no such file.
        SourceError: The file is not RealMem's, is damaged or out of order, or is not the one that is asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        sha256: str | None = None,
    ) -> None:
        reads_as_judged("realmem", labels)
        self._form = checked_form("realmem", text)
        self._people: dict[UserId, Person] = {}
        self.facts: Facts = {}
        files = [file for file in find_data("realmem", path) if path is not None or _looks_right(file)]
        if not files:
            raise SourceError("source realmem: none of the files in the data folder is in RealMem's layout")
        self.digest = "+".join(self._read(file, sha256) for file in files)

    def users(self) -> Sequence[UserId]:
        """The names of the people in the order of the files."""
        return tuple(self._people)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One person's sessions, each query just before the turn that says it; the seed changes nothing."""
        person = self._people[user]
        events: list[Event] = []
        gold: dict[str, Gold] = {}
        for session, (at, raw) in enumerate(zip(person.times, person.sessions, strict=True)):
            for place, turn in enumerate(raw["dialogue_turns"]):
                said, speaker = turn["content"], SPEAKERS[turn["speaker"]]
                if turn["is_query"]:
                    id = opaque(user, session, place, said)
                    gold[id] = person.gold[session, place]
                    events.append(Query(at=at, session=session + 1, id=id, text=said, probe=False))
                text = self._form.format(at=at, speaker=speaker, text=said)
                id = _turn_id(session, place)
                events.append(Turn(at=at, session=session + 1, id=id, speaker=speaker, text=text))
            events.append(SessionEnd(at=at, session=session + 1))
        return recorded(user, events, gold)

    def _read(self, file: Path, wanted: str | None) -> str:
        found = checked_sha256("realmem", file, wanted)
        user, sessions = _parse(file)
        if user in self._people:
            raise SourceError(
                f"source realmem: {user} occurs twice, the second time in {file}; pass one file with source.path=FILE"
            )
        counts = no_labels()
        counts.update(dict.fromkeys(COUNTED, 0), sessions=len(sessions))
        counts["turns"] = sum(len(session["dialogue_turns"]) for session in sessions)
        dated = [_time(file, session) for session in sessions]
        times = list(accumulate(dated, max))
        counts["times_lifted"] = sum(at < lifted for at, lifted in zip(dated, times, strict=True))
        self._people[user] = Person(sessions=sessions, times=times, gold=_judged(file, sessions, counts))
        self.facts |= pinned("realmem", file, found, counts)
        return found


def _looks_right(file: Path) -> bool:
    with file.open("rb") as opened:
        return b'"dialogues"' in opened.read(4096)


def _turn_id(session: int, place: int) -> str:
    return f"S{session + 1}:{place + 1}"


def _parse(file: Path) -> tuple[UserId, list[dict[str, Any]]]:
    raw = read_json("realmem", file)
    known = raw if isinstance(raw, dict) else {}
    about, sessions = known.get("_metadata"), known.get("dialogues")
    if not isinstance(about, dict) or not about.get("person_name") or not isinstance(sessions, list) or not sessions:
        raise SourceError(
            f"source realmem: {file} needs '_metadata' with 'person_name' and a list of 'dialogues'; "
            "not RealMem's layout"
        )
    if about.get("total_sessions", len(sessions)) != len(sessions):
        raise SourceError(
            f"source realmem: {file} has {len(sessions)} dialogues, but its _metadata says "
            f"{about['total_sessions']}; it is not whole: fetch it again and compare sha256"
        )
    for place, session in enumerate(sessions):
        _check_session(f"source realmem: {file}, dialogue {place}", session)
    _check_order(file, sessions)
    return str(about["person_name"]), sessions


def _check_session(where: str, session: Any) -> None:
    fields = session if isinstance(session, dict) else {}
    missing = {"session_uuid", "current_time", "dialogue_turns"} - fields.keys()
    if missing or not isinstance(fields["dialogue_turns"], list) or not fields["dialogue_turns"]:
        raise SourceError(f"{where}: no {sorted(missing or {'dialogue_turns'})[0]!r}; not RealMem's layout")
    for place, turn in enumerate(session["dialogue_turns"]):
        known = turn if isinstance(turn, dict) else {}
        if known.get("speaker") not in SPEAKERS or not isinstance(known.get("content"), str):
            raise SourceError(f"{where}, turn {place}: it needs 'content' and a 'speaker', User or Assistant")
        if known["speaker"] != ("User", "Assistant")[place % 2]:
            raise SourceError(f"{where}, turn {place}: the {known['speaker']} speaks; they must take turns, User first")
        if not isinstance(known.get("is_query"), bool):
            raise SourceError(f"{where}, turn {place}: is_query is {known.get('is_query')!r}; it must be true or false")
        if known["is_query"] and (known["speaker"] != "User" or known.get("category_name") not in KINDS):
            raise SourceError(
                f"{where}, turn {place}: a query of {known['speaker']}, category_name {known.get('category_name')!r}; "
                f"it must be the User's, and one of {', '.join(KINDS)}"
            )


def _check_order(file: Path, sessions: Sequence[Mapping[str, Any]]) -> None:
    """Holds the dialogues against what is numbered in them: all queries, and the sessions of each project.

    Sessions called `Enhanced_…` or `Enhanced` belong to no project and are numbered at random: nothing tells theirs.
    """
    latest: dict[str, list[int]] = {}
    for place, session in enumerate(sessions):
        named = PROJECT_SESSION.fullmatch(str(session.get("session_identifier")))
        asked = (QUERY.fullmatch(str(turn.get("query_id"))) for turn in session["dialogue_turns"])
        for series, number in [*([(named[1], named[2])] if named else []), *(("queries", q[0]) for q in asked if q)]:
            order = [int(digits) for digits in re.findall(r"\d+", number)]
            if order < latest.get(series, []):
                raise SourceError(
                    f"source realmem: {file}, dialogue {place}: {number} of {series} comes after a later one; "
                    "the file is not in the published order"
                )
            latest[series] = order


def _time(file: Path, session: Mapping[str, Any]) -> datetime:
    try:
        return datetime.strptime(str(session["current_time"]), "%Y-%m-%d (%A)").replace(tzinfo=UTC)
    except ValueError as error:
        raise SourceError(
            f"source realmem: {file}, session {session['session_uuid']}: current_time is {session['current_time']!r}; "
            "expected a form like '2025-12-19 (Friday)'"
        ) from error


def _judged(file: Path, sessions: Sequence[Mapping[str, Any]], counts: Counter[str]) -> dict[tuple[int, int], Gold]:
    """The gold of each query by the places of its session and turn; what is read on the way is counted.

    Raises:
        SourceError: A query's answer used a session that comes only later.
    """
    places = {session["session_uuid"]: place for place, session in enumerate(sessions)}
    if len(places) < len(sessions):
        raise SourceError(f"source realmem: {file}: a session_uuid occurs twice; each names one session")
    gold: dict[tuple[int, int], Gold] = {}
    for session, raw in enumerate(sessions):
        turns = raw["dialogue_turns"]
        for place, (turn, answer) in enumerate(zip(turns, [*turns[1:], {}], strict=True)):
            if not turn["is_query"]:
                unasked = len(answer.get(GOLD) or ())
                counts.update(labels=unasked, labels_unasked=unasked)
                continue
            counts.update(traced(answer.get(GOLD) or (), places))
            named = [places.get(uuid) for uuid in dict.fromkeys(answer.get(GOLD) or ())]
            later = [one for one in named if one is not None and one > session]
            if later:
                raise SourceError(
                    f"source realmem: {file}: the answer to the query in dialogue {session} used dialogue {later[0]}, "
                    "which comes only later; the dialogues are not in the published order"
                )
            said = {
                one: place if one == session else len(sessions[one]["dialogue_turns"])
                for one in named
                if one is not None
            }
            gold[session, place] = _gold(turn, answer, place, said)
            counts.update([KINDS[turn["category_name"]]], questions=1, queries_without_answer=not answer)
            late = int(0 in said.values())
            counts.update(labels_late=late, labels_resolved=-late, labels_of_own_session=session in said)
            counts["questions_with_evidence"] += bool(gold[session, place].evidence)
    return gold


def _gold(turn: Mapping[str, Any], answer: Mapping[str, Any], place: int, said: Mapping[int, int]) -> Gold:
    """What the answer to a query needs: any turn of each session that it used; `said` has how many were said of it."""
    sessions = [frozenset(_turn_id(session, n) for n in range(turns)) for session, turns in said.items() if turns]
    return Gold(
        kind=KINDS[turn["category_name"]],
        answers=(answer["content"],) if answer else (),
        evidence=tuple(Nugget(turns=turns) for turns in sessions),
        facets={"topic": str(turn.get("topic")), "session_type": str(turn.get("session_type")), "place": place},
    )
