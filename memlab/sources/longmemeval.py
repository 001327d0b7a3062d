"""LongMemEval (Wu et al., 2025): 500 questions, each asked after a history of its own between a user and an assistant.

Read from the native layout, which the S, M and oracle files share. Each question is a life. Its sessions are ordered
by their dates (the oracle file is not), and a session's turns are all said at its date. The question is a probe after
the last turn, at its own date or, where that precedes the last session, at that session's.

Evidence is one nugget per evidence session: the turns marked `has_answer` or, where none is marked, all its turns.

The benchmark's own recall_any@k, recall_all@k and ndcg_any@k over sessions are `session_any@k`, `session_all@k` and
`session_ndcg_jk@k` under `labels=published`, without the kind `abstention`, which it leaves out; it reports k 5 and 10.
Its sessions that are found turn by turn have the same any and all, but each further turn of an evidence session gains
in its NDCG. Over turns it asks for every marked turn, memlab for one in each evidence session, so that there only
recall_any and `turn_any@k` agree. It ranks what the user says alone and takes a session without a marked turn of the
user for no evidence; memlab ranks both speakers and keeps such a session.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from memlab.events import Query, Turn, TurnId, UserId
from memlab.life import Gold, Life, Nugget, Superseded, recorded
from memlab.sources import SourceError, find_data
from memlab.sources.reading import (
    checked_form,
    checked_sha256,
    no_labels,
    opaque,
    pinned,
    read_records,
    reads_as_judged,
    sittings,
    traced,
)
from memlab.text import contains

UPDATE, ABSTENTION = "knowledge-update", "abstention"
TYPES = (
    *("single-session-user", "single-session-assistant", "single-session-preference"),
    *("multi-session", "temporal-reasoning", UPDATE),
)
KEYS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("question_id", "question_type", "question", "question_date"), str),
    **dict.fromkeys(("haystack_dates", "haystack_session_ids", "haystack_sessions", "answer_session_ids"), list),
    "answer": (str, int, float),
}
DATE = re.compile(r"(\d{4}/\d\d/\d\d) \([A-Z][a-z]{2}\) (\d\d:\d\d)")
NOT_OF_THE_PRESENT = re.compile(
    r"\b(previous(ly)?|initial(ly)?|original(ly)?|former(ly)?|used to|before|at first|chang(e|es|ed|ing)|"
    r"switch(ed)?|increas(e|ed)|decreas(e|ed))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session in its place; `name` is the published id, which leaks whether it is evidence and is never shown."""

    number: int
    at: datetime
    name: str
    turns: Sequence[Mapping[str, Any]]

    def ids(self) -> list[TurnId]:
        """The ids of its turns, which tell their place and nothing else."""
        return [f"S{self.number}:{place}" for place in range(1, len(self.turns) + 1)]

    def marked(self) -> list[TurnId]:
        """The ids of the turns that are marked to hold the answer."""
        return [id for id, turn in zip(self.ids(), self.turns, strict=True) if turn.get("has_answer")]


class LongMemEval:
    """The LongMemEval questions as lives, one per question.

    Reading takes memory of two to three times the file's size, in each process.

    Args:
        path: A file or folder; None looks in the data folders. The S, M and oracle files hold the same questions, so
            only one of them can be read at a time.
        labels: `published`, as upstream, or `judged`: the earlier evidence session of a knowledge update is stale and
            the later one alone is evidence, unless the question asks for the past or the change; a question that
            cannot be answered carries no evidence.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        sha256: What the file's checksum must be; None takes any file and says whether the card knows it.

    Raises:
        MissingData: There is no such file.
        SourceError: The file is not LongMemEval, is damaged, or is not the one that is asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        sha256: str | None = None,
    ) -> None:
        self._judged, self._form = reads_as_judged("longmemeval", labels), checked_form("longmemeval", text)
        self._records: dict[UserId, tuple[int, dict[str, Any]]] = {}
        self.facts: dict[str, int | str] = {}
        files = [file for file in find_data("longmemeval", path) if path is not None or _looks_right(file)]
        if not files:
            raise SourceError("source longmemeval: none of the files in the data folder is in LongMemEval's layout")
        self.digest = "+".join(self._read(file, sha256) for file in files)

    def users(self) -> Sequence[UserId]:
        """One name per question, in the order of the file: a hash, as the published id tells what has no answer."""
        return tuple(self._records)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One question's history, then the question; the seed changes nothing, the data are recorded."""
        place, record = self._records[user]
        sat = _sat(record)
        turns = [
            Turn(
                at=sitting.at,
                session=sitting.number,
                id=id,
                speaker=turn["role"],
                text=self._form.format(at=sitting.at, speaker=turn["role"], text=turn["content"]),
            )
            for sitting in sat
            for id, turn in zip(sitting.ids(), sitting.turns, strict=True)
        ]
        id = opaque(user, 0, record["question"])
        at = max(_time(record["question_date"]), turns[-1].at)
        query = Query(at=at, session=turns[-1].session, id=id, text=record["question"])
        gold, superseded = self._gold(place, record, sat)
        return recorded(user, [*sittings(turns), query], {id: gold}, superseded)

    def _gold(
        self, place: int, record: Mapping[str, Any], sat: Sequence[Sitting]
    ) -> tuple[Gold, tuple[Superseded, ...]]:
        evidence = _evidence(record, sat)
        answerable = not _cannot_be_answered(record)
        old = evidence[:-1] if self._judged and _is_split(record, evidence) else []
        shown = evidence[len(old) :] if answerable or not self._judged else []
        levels = {"marked turns" if any(sitting.marked() for sitting in part) else "whole session" for part in evidence}
        stale = [id for part in old for id in _stating(part)]
        gold = Gold(
            kind=_kind(record),
            answers=(str(record["answer"]),) if answerable else (),
            answerable=answerable,
            evidence=tuple(Nugget(turns=frozenset(_stating(part))) for part in shown),
            stale=frozenset(stale),
            facets={
                "index": place,
                "question_id": record["question_id"],
                "type": record["question_type"],
                "evidence": " and ".join(sorted(levels)) if shown else "none",
            },
        )
        newer = _stating(shown[0])[0] if old and levels == {"marked turns"} else ""
        return gold, tuple(Superseded(turn=id, by=newer) for id in stale if newer)

    def _read(self, file: Path, wanted: str | None) -> str:
        found = checked_sha256("longmemeval", file, wanted)
        records = _parse(file)
        for place, record in enumerate(records):
            user = opaque("longmemeval", record["question_id"])
            if user in self._records:
                raise SourceError(
                    f"source longmemeval: question {record['question_id']} occurs twice, the second time in {file}; "
                    "pass one file with source.path=FILE"
                )
            self._records[user] = place, record
        self.facts |= pinned("longmemeval", file, found, _counts(records))
        return found


def _looks_right(file: Path) -> bool:
    with file.open("rb") as opened:
        return b'"haystack_' in opened.read(4096)


def _parse(file: Path) -> list[dict[str, Any]]:
    records = read_records("longmemeval", file, KEYS, "question")
    for place, record in enumerate(records):
        if wrong := next(_damage(record), None):
            raise SourceError(f"source longmemeval: {file}, question {place} ({record['question_id']}): {wrong}")
    return records


def _damage(record: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a question whose parts are there, first things first."""
    if record["question_type"] not in TYPES:
        yield f"question_type is {record['question_type']!r}; it must be one of {', '.join(TYPES)}"
    parts = ("haystack_sessions", "haystack_dates", "haystack_session_ids")
    if len({len(record[part]) for part in parts}) != 1:
        yield f"{' and '.join(f'{len(record[p])} {p}' for p in parts)}; they must be as many"
    for date in (record["question_date"], *record["haystack_dates"]):
        if not _is_date(str(date)):
            yield f"date is {date!r}; expected a form like '2023/05/30 (Tue) 23:40'"
    for number, session in enumerate(record["haystack_sessions"]):
        for place, turn in enumerate(session if isinstance(session, list) else [session]):
            right = isinstance(turn, dict) and turn.get("role") in ("user", "assistant")
            if not right or not isinstance(turn.get("content"), str):
                yield f"session {number}, turn {place}: it needs a 'role' (user or assistant) and a 'content'"
    sat = _sat(record)
    if not sat:
        yield "it has no session with turns"
    marked = {sitting.name for sitting in sat if sitting.marked()}
    named = set(record["answer_session_ids"]).intersection(sitting.name for sitting in sat)
    if marked and named and not marked & named:
        yield "its marked turns lie in none of its evidence sessions; the lists of the haystack are out of step"


def _sat(record: Mapping[str, Any]) -> list[Sitting]:
    """The sessions with turns by date, and by place where dates are the same, numbered from 1."""
    raw = zip(record["haystack_dates"], record["haystack_session_ids"], record["haystack_sessions"], strict=True)
    dated = sorted(((_time(date), name, turns) for date, name, turns in raw if turns), key=lambda session: session[0])
    return [Sitting(number, at, name, turns) for number, (at, name, turns) in enumerate(dated, start=1)]


def _is_date(text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text) and _time(text))
    except ValueError:
        return False


def _time(text: str) -> datetime:
    return datetime.strptime(DATE.sub(r"\1 \2", text), "%Y/%m/%d %H:%M").replace(tzinfo=UTC)


def _kind(record: Mapping[str, Any]) -> str:
    return ABSTENTION if _cannot_be_answered(record) else record["question_type"].replace("-", "_")


def _cannot_be_answered(record: Mapping[str, Any]) -> bool:
    return record["question_id"].endswith("_abs")


def _evidence(record: Mapping[str, Any], sat: Sequence[Sitting]) -> list[list[Sitting]]:
    """The evidence sessions in the order in which they were held; one that the history repeats is one."""
    named = [
        [sitting for sitting in sat if sitting.name == name] for name in dict.fromkeys(record["answer_session_ids"])
    ]
    return sorted((part for part in named if part), key=lambda part: part[-1].number)


def _stating(part: Sequence[Sitting]) -> list[TurnId]:
    """The turns of an evidence session that count as stating it."""
    return [id for sitting in part for id in sitting.marked()] or [id for sitting in part for id in sitting.ids()]


def _is_split(record: Mapping[str, Any], evidence: Sequence[Sequence[Sitting]]) -> bool:
    """Whether the question asks for the present value of something that was updated.

    Upstream does not say which knowledge updates ask for the earlier value, or for the change. Taken as such is a
    question that has a word for it, or whose answer is stated in earlier evidence and not in the last.
    """
    if record["question_type"] != UPDATE or _cannot_be_answered(record) or len(evidence) < 2:
        return False
    texts = [" ".join(turn["content"] for sitting in part for turn in sitting.turns) for part in evidence]
    said = [contains(text, str(record["answer"])) for text in texts]
    return not NOT_OF_THE_PRESENT.search(record["question"]) and (said[-1] or not any(said))


def _counts(records: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counts = no_labels()
    for record in records:
        sat, dates = _sat(record), [_time(date) for date in record["haystack_dates"]]
        evidence, asked = _evidence(record, sat), _time(record["question_date"])
        names = Counter(record["haystack_session_ids"])
        held = {sitting.name for part in evidence for sitting in part}
        counts["questions"] += 1
        counts[_kind(record)] += 1
        counts["sessions"] += len(sat)
        counts["turns"] += sum(len(sitting.turns) for sitting in sat)
        counts["sessions_dropped_empty"] += len(dates) - len(sat)
        counts["sessions_reordered"] += sum(later < at for at, later in pairwise(dates))
        counts["session_ids_repeated"] += sum(n > 1 for n in names.values())
        counts["turns_not_alternating"] += sum(a["role"] == b["role"] for s in sat for a, b in pairwise(s.turns))
        counts["turns_blank"] += sum(not turn["content"].strip() for sitting in sat for turn in sitting.turns)
        counts["times_lifted"] += asked < sat[-1].at
        counts["asked_before_evidence"] += any(asked < part[-1].at for part in evidence)
        counts["questions_with_evidence"] += bool(evidence)
        counts["questions_that_lost_all_evidence"] += bool(record["answer_session_ids"]) and not evidence
        counts["evidence_sessions_by_marked_turns"] += sum(any(s.marked() for s in part) for part in evidence)
        counts["evidence_sessions_whole"] += sum(not any(s.marked() for s in part) for part in evidence)
        counts.update(traced(record["answer_session_ids"], held))
        counts["marks_outside_evidence"] += sum(len(s.marked()) for s in sat if s.name not in held)
        counts["updates_with_stale"] += _is_split(record, evidence)
    return counts
