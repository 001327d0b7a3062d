"""Logs in memlab's own line format, so that anyone can bring theirs; `docs/jsonl.md` describes it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from memlab.events import Erasure, Event, Outcome, Query, QueryId, SessionEnd, Turn, TurnId, UserId
from memlab.life import Gold, Life, Superseded, recorded
from memlab.sources import SourceError, find_data
from memlab.sources.jsonl_lines import FieldError, Start, read_line
from memlab.sources.reading import (
    RIGHT_FORM,
    checked_form,
    checked_sha256,
    is_text_form,
    no_labels,
    pinned,
    reads_as_judged,
    traced,
)


@dataclass(slots=True, kw_only=True)
class Log:
    """One life as it is read, line by line."""

    start: Start
    events: list[Event] = field(default_factory=list)
    gold: dict[QueryId, Gold] = field(default_factory=dict)
    superseded: list[Superseded] = field(default_factory=list)
    said: set[TurnId] = field(default_factory=set)
    lifted: int = 0
    lines: int = 0

    def take(self, line: Event | Superseded, gold: Gold | None) -> None:
        """Adds what a line says.

        Raises:
            FieldError: It contradicts the lines above it.
        """
        self.lines += 1
        match line:
            case Superseded():
                self._refers("superseded.turn", [line.turn])
                self._refers("superseded.by", [line.by])
                self.superseded.append(line)
                return
            case Turn():
                if line.id in self.said:
                    raise FieldError(f"turn.id: {line.id!r} occurs twice; ids must be unique in a life")
                self.said.add(line.id)
            case Query():
                assert gold is not None
                self._judge(line, gold)
            case Outcome():
                self._refers("outcome.turn", [line.turn])
            case Erasure():
                self._refers("erasure.turns", line.turns or ())
        if self.events and line.at < self.events[-1].at:
            line = replace(line, at=self.events[-1].at)
            self.lifted += 1
        self.events.append(line)

    def _judge(self, query: Query, gold: Gold) -> None:
        if query.id in self.gold:
            raise FieldError(f"query.id: {query.id!r} occurs twice; ids must be unique in a life")
        for place, nugget in enumerate(gold.evidence):
            if not nugget.turns:
                raise FieldError(f"query.gold.evidence[{place}].turns is empty; name the turns that state it")
        self._refers("query.gold.evidence", gold.evidence_turns)
        self._refers("query.gold.stale", gold.stale)
        self._refers("query.gold.forbidden", gold.forbidden)
        if both := sorted(gold.evidence_turns & gold.stale):
            raise FieldError(f"query.gold.stale: turn {both[0]!r} is evidence too; it can be only one")
        self.gold[query.id] = gold

    def _refers(self, name: str, ids: Sequence[TurnId] | frozenset[TurnId]) -> None:
        for id in sorted(set(ids) - self.said):
            raise FieldError(f"{name}: no turn {id!r} stands above this line; name turns that have been said")


class Jsonl:
    """Lives from files in memlab's line format.

    Args:
        path: A file or a folder of `*.jsonl`; None looks in the data folders.
        labels: `judged`, as written, or `published`, where nothing is stale.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`,
            for lives that do not bring their own.
        caption: Whether the texts of attachments are appended to such a turn's text.
        sha256: What the file's checksum must be; None takes any file.

    Raises:
        MissingData: There is no such file.
        SourceError: A line is wrong; the message names the file, the line and the field.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        caption: bool = False,
        sha256: str | None = None,
    ) -> None:
        self._stale = reads_as_judged("jsonl", labels)
        self._form, self._caption = checked_form("jsonl", text), caption
        self._logs: dict[UserId, Log] = {}
        self.facts: dict[str, int | str] = {}
        self.digest = "+".join(self._read(file, sha256) for file in find_data("jsonl", path, "*.jsonl"))

    def users(self) -> Sequence[UserId]:
        """The users in the order of the files."""
        return tuple(self._logs)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's events as they are written; the seed changes nothing, the data are recorded."""
        log = self._logs[user]
        events = [self._formed(event, log.start) if isinstance(event, Turn) else event for event in log.events]
        if self._stale:
            return recorded(user, events, log.gold, log.superseded)
        return recorded(user, events, {id: _as_published(gold) for id, gold in log.gold.items()})

    def _formed(self, turn: Turn, start: Start) -> Turn:
        form = self._form if start.text_form is None else start.text_form
        text = form.format(at=turn.at, speaker=turn.speaker, text=turn.text)
        if self._caption and start.text_form is None:
            text = " ".join([text, *(attachment.text for attachment in turn.attachments)])
        return replace(turn, text=text)

    def _read(self, file: Path, wanted: str | None) -> str:
        found = checked_sha256("jsonl", file, wanted)
        logs = _logs(file)
        if twice := self._logs.keys() & logs.keys():
            raise SourceError(f"source jsonl: life {sorted(twice)[0]!r} is in two files, the second time in {file}")
        self._logs |= logs
        self.facts |= pinned("jsonl", file, found, _counts(list(logs.values())))
        return found


def _logs(file: Path) -> Mapping[UserId, Log]:
    logs: dict[UserId, Log] = {}
    log: Log | None = None
    for number, text in enumerate(file.read_bytes().split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            line, gold = read_line(text, log.events[-1] if log and log.events else None)
            if isinstance(line, Start):
                if line.user in logs:
                    raise FieldError(f"life.user: {line.user!r} occurs twice; keep a life's lines together")
                if line.text_form is not None and not is_text_form(line.text_form):
                    raise FieldError(f"life.text_form is {line.text_form!r}; {RIGHT_FORM}")
                log = logs[line.user] = Log(start=line)
            elif log is None:
                raise FieldError('the first line must begin a life: {"type": "life", "user": …}')
            else:
                log.take(line, gold)
        except FieldError as error:
            raise SourceError(f"source jsonl: {file}, line {number}: {error}; docs/jsonl.md has the format") from error
        except ValueError as error:
            raise SourceError(
                f"source jsonl: {file}, line {number} is not one whole JSON object ({error}); the file may be cut off, "
                "or is not in memlab's line format"
            ) from error
    if not logs:
        raise SourceError(f"source jsonl: {file} has no line; the first must begin a life")
    for user, log in logs.items():
        if log.start.lines not in (None, log.lines):
            raise SourceError(
                f"source jsonl: {file}, life {user!r}: its first line says that {log.start.lines} lines follow, there "
                f"are {log.lines}; the file is not whole"
            )
    return logs


def _as_published(gold: Gold) -> Gold:
    return replace(gold, stale=frozenset(), stale_values=())


def _counts(logs: Sequence[Log]) -> Counter[str]:
    counts = no_labels()
    counts.update(lives=len(logs), turns=0, questions=0, questions_with_evidence=0, times_lifted=0)
    for log in logs:
        events = Counter(type(event) for event in log.events)
        sessions = {event.session for event in log.events if isinstance(event, Turn)}
        ended = {event.session for event in log.events if isinstance(event, SessionEnd)}
        counts.update(sessions=len(sessions), sessions_without_end=len(sessions - ended), times_lifted=log.lifted)
        counts.update(turns=events[Turn], questions=events[Query], superseded=len(log.superseded))
        counts.update(f"kind {gold.kind}" for gold in log.gold.values())
        for gold in log.gold.values():
            counts.update(traced((turn for nugget in gold.evidence for turn in nugget.turns), log.said))
        counts["questions_with_evidence"] += sum(bool(gold.evidence) for gold in log.gold.values())
    return counts
