"""A BEAM chat as it lies in its files, read whole and checked."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from memlab.sources import SourceError, find_data
from memlab.sources.beam.labels import Labels, read_labels
from memlab.sources.reading import read_json
from memlab.text import count_tokens

SIZES = ("100K", "500K", "1M", "10M")
KINDS = (
    *("abstention", "contradiction_resolution", "event_ordering", "information_extraction", "instruction_following"),
    *("knowledge_update", "multi_session_reasoning", "preference_following", "summarization", "temporal_reasoning"),
)
QUESTIONS = "probing_questions.json"
MARKER = re.compile(r"\s*->->\s*\d+\s*,\s*(?:\d+|N/A)")
ENCODER_PIECES = 256
NEARLY_SURELY_LONGER = 8 * ENCODER_PIECES


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; `text` is without the marker of the plan that it was generated from, `marked` where it had one."""

    id: int
    role: str
    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it was read; `index` is its place in the list of its kind."""

    kind: str
    index: int
    raw: Mapping[str, Any]
    labels: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One chat: a list of messages and a time per session, what is asked, and what was counted on the way."""

    sessions: list[list[Message]]
    times: list[datetime]
    asked: list[Asked]
    counts: Counter[str]


def chat_files(path: str | Path | None, size: str) -> list[Path]:
    """The chat.json files of one size in the order of their numbers.

    Raises:
        MissingData: The data folders hold none.
        SourceError: There is none at `path`.
    """
    found = find_data("beam", path, f"**/{size}/*/chat.json" if path is None else "**/chat.json")
    of_size = [file for file in found if file.parent.parent.name not in set(SIZES) - {size}]
    if not of_size:
        there = ", ".join(sorted({file.parent.parent.name for file in found}))
        raise SourceError(f"source beam: no chats of size {size} at {path}; there are some of {there}")
    return sorted(of_size, key=lambda file: (len(file.parent.name), file.parent.name))


def questions_file(chat: Path) -> Path:
    """The file of a chat's questions, beside it or in a folder of its own.

    Raises:
        SourceError: There is none.
    """
    for file in (chat.parent / QUESTIONS, chat.parent / "probing_questions" / QUESTIONS):
        if file.is_file():
            return file
    raise SourceError(f"source beam: no {QUESTIONS} beside {chat}; a chat is read with its questions")


def read_chat(file: Path) -> Chat:
    """A chat with its questions; costs seconds for a chat of ten million tokens.

    Raises:
        SourceError: A file is not whole, not in BEAM's layout, or not in order.
    """
    batches = [_checked(f"source beam: {file}, batch {n}", batch) for n, batch in enumerate(_batches(file), start=1)]
    ids = [message["id"] for batch in batches for message in batch]
    for before, id in pairwise(ids):
        if id <= before:
            raise SourceError(
                f"source beam: {file}: message {id} follows message {before}; "
                "ids must increase, the order of an update's values hangs on it"
            )
    anchors = [batch[0].get("time_anchor") for batch in batches]
    times = [_time(file, number, anchor) for number, anchor in enumerate(anchors, start=1)]
    sessions = [[_message(raw) for raw in batch] for batch in batches]
    asked = list(_asked(questions_file(file), set(ids)))
    chat = Chat(sessions=sessions, times=_lifted(file, times), asked=asked, counts=Counter())
    _count(chat, times)
    return chat


def _batches(file: Path) -> list[Any]:
    """The batches of a chat in order; those of a 10M chat lie in plans, `plan-1` to `plan-10`."""
    raw = read_json("beam", file)
    if not isinstance(raw, list) or not raw or not all(isinstance(part, dict) for part in raw):
        raise SourceError(f"source beam: {file} must hold a list of batches; not the layout of a BEAM chat.json")
    plans = [(key, value) for part in raw for key, value in part.items() if re.fullmatch(r"plan-\d+", key) and value]
    if not plans:
        return raw
    return [batch for _, batches in sorted(plans, key=lambda plan: int(plan[0][5:])) for batch in batches]


def _checked(where: str, batch: Any) -> list[dict[str, Any]]:
    """The messages of a batch, which lie in groups of a question and what follows it."""
    groups = batch.get("turns") if isinstance(batch, dict) else None
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups) or not any(groups):
        raise SourceError(f"{where}: no 'turns' with groups of messages; not the layout of a BEAM chat.json")
    messages = [message for group in groups for message in group]
    for place, message in enumerate(messages):
        fields = message if isinstance(message, dict) else {}
        whole = type(fields.get("id")) is int and isinstance(fields.get("content"), str)
        if not whole or fields.get("role") not in ("user", "assistant"):
            raise SourceError(f"{where}, message {place}: it needs 'id', 'content' and a 'role', user or assistant")
    return messages


def _message(raw: Mapping[str, Any]) -> Message:
    text, markers = MARKER.subn("", raw["content"])
    return Message(id=raw["id"], role=raw["role"], text=text, marked=markers > 0)


def _time(file: Path, number: int, anchor: str | None) -> datetime | None:
    try:
        return None if anchor is None else datetime.strptime(anchor, "%B-%d-%Y").replace(tzinfo=UTC)
    except ValueError as error:
        raise SourceError(
            f"source beam: {file}, batch {number}: time_anchor is {anchor!r}; expected a form like 'March-15-2024'"
        ) from error


def _lifted(file: Path, times: Sequence[datetime | None]) -> list[datetime]:
    """The times of sessions, none before the one that precedes it; a session without a time has that one's."""
    if times[0] is None:
        raise SourceError(f"source beam: {file}, batch 1: its first message has no 'time_anchor' like 'March-15-2024'")
    lifted = [times[0]]
    for at in times[1:]:
        lifted.append(max(at or lifted[-1], lifted[-1]))
    return lifted


def _asked(file: Path, said: set[int]) -> Iterator[Asked]:
    raw = read_json("beam", file)
    if not isinstance(raw, dict) or not raw:
        raise SourceError(f"source beam: {file} must hold a mapping of kinds to questions; not BEAM's layout")
    for kind, questions in raw.items():
        if kind not in KINDS or not isinstance(questions, list):
            raise SourceError(
                f"source beam: {file}: {kind!r} is no kind with a list; it must be one of {', '.join(KINDS)}"
            )
        for index, question in enumerate(questions):
            if not isinstance(question, dict) or not isinstance(question.get("question"), str):
                raise SourceError(f"source beam: {file}, {kind}, question {index}: no text under 'question'")
            yield Asked(kind=kind, index=index, raw=question, labels=read_labels(kind, question, said))


def _count(chat: Chat, times: Sequence[datetime | None]) -> None:
    messages = [message for session in chat.sessions for message in session]
    counts = chat.counts
    counts.update(chats=1, sessions=len(chat.sessions), messages=len(messages), questions=len(chat.asked))
    counts.update(dict.fromkeys(KINDS, 0))
    for asked in chat.asked:
        counts.update([asked.kind])
        counts.update(asked.labels.flaws)
        counts["questions_with_evidence"] += bool(asked.labels.named)
        counts["questions_with_stale"] += bool(asked.labels.old)
        counts["updates_dropped"] += asked.labels.dropped
    counts["markers_stripped"] = sum(message.marked for message in messages)
    counts["messages_over_256_word_pieces"] = sum(_is_cut_by_the_encoder(message.text) for message in messages)
    counts["times_lifted"] = sum(at is not None and at < held for at, held in zip(times, chat.times, strict=True))
    counts["times_missing"] = times.count(None)


def _is_cut_by_the_encoder(text: str) -> bool:
    """Whether a text has more than 256 word pieces; of a long one, its first whole words nearly always tell."""
    beginning = text[:NEARLY_SURELY_LONGER].rsplit(maxsplit=1)[:1]
    return any(count_tokens(part) > ENCODER_PIECES for part in (*beginning, text))
