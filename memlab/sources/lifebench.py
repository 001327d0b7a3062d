"""LifeBench (2026): a year of one person's phone and questions about it, asked at the ends of months.

Read from the public layout: a folder per person with one file per type of item (`sms.json`, `note.json`, …) and
`QA_clean.json`. Most of what happens is no dialogue: each message, note, calendar entry, call, notification and photo
is a turn of its own with its type as `channel`. A day's items are one session. A conversation with the assistant is
dated by its day alone, so it is a session of its own at that day's end.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from memlab.events import Attachment, Event, Query, Turn, TurnId, UserId
from memlab.life import Gold, Life, Nugget, recorded
from memlab.sources import SourceError, find_data
from memlab.sources.lifebench_items import CHAT_TIME, CHATS, ITEMS, Item, read_items
from memlab.sources.reading import (
    checked_files_sha256,
    checked_form,
    no_labels,
    opaque,
    pinned,
    read_json,
    reads_as_judged,
    sittings,
)

QUESTIONS = "QA_clean.json"
FILES = tuple(sorted([QUESTIONS, f"{CHATS}.json", *(f"{type}.json" for type in ITEMS)]))
UNANSWERABLE = "unanswerable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What one folder holds: turns in order, the turns of each item, and the questions as they are written."""

    turns: Sequence[Turn]
    turns_of: Mapping[tuple[str, str], tuple[TurnId, ...]]
    questions: Sequence[Mapping[str, Any]]


class LifeBench:
    """The persons of LifeBench as lives, one per folder.

    Every item that a question names is a nugget of its own, as published; items of one event often say the same, so
    few questions need all of theirs. A conversation is found with any of its turns.

    Args:
        path: A person's folder, its `QA_clean.json`, or a folder of folders; None looks in the data folders.
        labels: `published` or `judged`; they are equal here.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`;
            the phone's owner is `user`.
        sha256: What the checksum of a person's files must be; None takes any and says whether the card knows it.

    Raises:
        MissingData: There is no such folder.
        SourceError: The files are not LifeBench's, are damaged, or are not the ones that are asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        sha256: str | None = None,
    ) -> None:
        reads_as_judged("lifebench", labels)
        self._people: dict[UserId, Person] = {}
        self.facts: dict[str, int | str] = {}
        files = find_data("lifebench", path, f"**/{QUESTIONS}")
        form = checked_form("lifebench", text)
        self.digest = "+".join(self._read(file, form, sha256) for file in files)

    def users(self) -> Sequence[UserId]:
        """The names of the persons' folders, in order."""
        return tuple(self._people)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One person's year, each month's questions at its end; the seed changes nothing, the data are recorded."""
        person = self._people[user]
        gold: dict[str, Gold] = {}
        queries: list[Query] = []
        for index, question in enumerate(person.questions):
            at = _asked_at(question["ask_time"])
            query = Query(at=at, session=0, id=opaque(user, index, question["question"]), text=question["question"])
            queries.append(query)
            gold[query.id] = _gold(question, index, _named(question, person)[0])
        return recorded(user, _asked_among(sittings(person.turns), queries), gold)

    def _read(self, file: Path, form: str, wanted: str | None) -> str:
        folder = file.absolute().parent
        if file.name != QUESTIONS or (missing := [name for name in FILES if not (folder / name).is_file()]):
            lacking = f"there is no {missing[0]}" if file.name == QUESTIONS else f"{file.name} is not {QUESTIONS}"
            raise SourceError(f"source lifebench: {folder}: {lacking}; a person's folder holds {', '.join(FILES)}")
        if folder.name in self._people:
            raise SourceError(f"source lifebench: person {folder.name} occurs twice; the second time in {folder}")
        found = checked_files_sha256("lifebench", [folder / name for name in FILES], wanted)
        items, doubled = read_items(folder)
        questions = _checked_questions(folder / QUESTIONS)
        person = _person(items, questions, form)
        self._people[folder.name] = person
        self.facts |= pinned("lifebench", folder, found, {**_counts(person, items), "items_doubled": doubled})
        return found


def _checked_questions(file: Path) -> list[dict[str, Any]]:
    questions = read_json("lifebench", file)
    if not isinstance(questions, list) or not questions:
        raise SourceError(f"source lifebench: {file} must hold a list of questions")
    for index, question in enumerate(questions):
        where = f"source lifebench: {file}, question {index}"
        wanted = ("question", "question_type", "ask_time", "answer")
        missing = [n for n in wanted if not isinstance(question, dict) or not isinstance(question.get(n), str)]
        if missing:
            raise SourceError(f"{where}: {missing[0]!r} must be text; not LifeBench's layout")
        try:
            _asked_at(question["ask_time"])
        except ValueError as error:
            raise SourceError(
                f"{where}: ask_time is {question['ask_time']!r}; expected a form like '2025-05'"
            ) from error
        named = question.get("evidence") or []
        if not all(isinstance(entry, dict) and {"type", "id"} <= entry.keys() for entry in named):
            raise SourceError(f"{where}: 'evidence' must be a list of {{type, id}}")
        options = question.get("options") or []
        if not all(isinstance(option, dict) and {"option", "content"} <= option.keys() for option in options):
            raise SourceError(f"{where}: 'options' must be a list of {{option, content}}")
    return questions


def _asked_at(month: str) -> datetime:
    """The last second of a month: nothing of the month is later, nothing of the next is earlier."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    following = (first + timedelta(days=31)).replace(day=1)
    return datetime.combine(following - timedelta(days=1), CHAT_TIME, tzinfo=UTC)


def _person(items: Sequence[Item], questions: Sequence[Mapping[str, Any]], form: str) -> Person:
    """The items in the order of their times as turns, whose ids are their places in that order."""
    ordered = sorted(items, key=lambda item: item.place)
    turns: list[Turn] = []
    turns_of: dict[tuple[str, str], tuple[TurnId, ...]] = {}
    sittings = groupby(ordered, key=lambda item: (item.at.date(), item.key if item.type == CHATS else None))
    for session, (_, sitting) in enumerate(sittings):
        for item in sitting:
            said = [_turn(item, place, session, form, len(turns) + place) for place in range(len(item.said))]
            turns_of[item.key] = tuple(turn.id for turn in said)
            turns += said
    return Person(turns=turns, turns_of=turns_of, questions=questions)


def _turn(item: Item, place: int, session: int, form: str, number: int) -> Turn:
    """One of the things that are said in an item."""
    speaker, text = item.said[place]
    return Turn(
        at=item.at,
        session=session,
        id=f"t{number:04d}",
        speaker=speaker,
        text=form.format(at=item.at, speaker=speaker, text=text),
        channel="chat" if item.type == CHATS else item.type,
        attachments=(Attachment(kind="image", text=text),) if item.type == "photo" else (),
    )


def _asked_among(events: Sequence[Event], queries: Sequence[Query]) -> list[Event]:
    """The events with each question after all that is not later than it."""
    merged = sorted([*events, *queries], key=lambda event: (event.at, isinstance(event, Query)))
    session, lived = 0, list[Event]()
    for event in merged:
        session = max(session, event.session)
        lived.append(replace(event, session=session) if isinstance(event, Query) else event)
    return lived


def _named(question: Mapping[str, Any], person: Person) -> tuple[list[tuple[TurnId, ...]], Counter[str]]:
    """The turns of each item that a question names, in order and each once, and how its labels were read.

    Ids are compared as text. An item that is dated after the question is asked cannot be its evidence.
    """
    said_at = {turn.id: turn.at for turn in person.turns}
    found: dict[tuple[str, str], tuple[TurnId, ...]] = {}
    counts = no_labels()
    for entry in question.get("evidence") or []:
        key = (str(entry["type"]), str(entry["id"]).strip())
        turns = person.turns_of.get(key, ())
        late = bool(turns) and said_at[turns[-1]] > _asked_at(question["ask_time"])
        counts["labels"] += 1
        counts["labels_repaired"] += bool(turns) and not isinstance(entry["id"], int)
        counts["labels_repeated"] += key in found
        counts["labels_resolved"] += bool(turns) and not late and key not in found
        counts["labels_dangling"] += not turns
        counts["labels_late"] += late
        if turns and not late:
            found[key] = turns
    return list(found.values()), counts


def _gold(question: Mapping[str, Any], index: int, named: Sequence[tuple[TurnId, ...]]) -> Gold:
    options = {option["option"]: option["content"] for option in question.get("options") or []}
    answer = options.get(question["answer"].strip()) if options else question["answer"]
    kind = _kind(question)
    return Gold(
        kind=kind,
        answers=() if answer is None or kind == UNANSWERABLE else (answer,),
        choices=tuple(options.values()),
        answerable=kind != UNANSWERABLE,
        evidence=tuple(Nugget(turns=frozenset(turns)) for turns in named),
        facets={"index": index},
    )


def _kind(question: Mapping[str, Any]) -> str:
    return question["question_type"].strip().lower().replace(" ", "_").replace("-", "_")


def _counts(person: Person, items: Sequence[Item]) -> Counter[str]:
    counts = Counter(item.type for item in items)
    counts.update(sessions=len({turn.session for turn in person.turns}), turns=len(person.turns), times_lifted=0)
    counts.update(questions=len(person.questions), answers_not_among_options=0, questions_with_evidence=0)
    for index, question in enumerate(person.questions):
        named, labels = _named(question, person)
        gold = _gold(question, index, named)
        counts[gold.kind] += 1
        counts.update(labels)
        counts["questions_with_evidence"] += bool(named)
        counts["answers_not_among_options"] += bool(gold.choices) and not gold.answers
    return counts
