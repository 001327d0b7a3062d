"""What sets in LoCoMo's layout share: numbered sessions, turn ids in many shapes, questions after the last turn."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from memlab.events import Attachment, Query, Turn, TurnId, UserId
from memlab.life import Gold, Life, recorded
from memlab.sources import SourceError
from memlab.sources.reading import no_labels, opaque, sittings, traced

SESSION = re.compile(r"session_(\d+)")
NUMBERS = r"\s*:?\s*(\d+)\s*[:;]\s*(\d+)"
TURN_IDS = re.compile(rf"D{NUMBERS}(?:\s*[-–]\s*(?:D{NUMBERS}|(\d+)(?!\s*[:;\d])))?", re.IGNORECASE)

Raw = Mapping[str, Any]


def session_numbers(conversation: Raw) -> list[int]:
    """The numbers of the sessions that have turns, in order; a date without a session is none."""
    found = ((SESSION.fullmatch(key), value) for key, value in conversation.items())
    return sorted(int(match[1]) for match, value in found if match and value is not None)


def check_turns(where: str, conversation: Raw, needs: Sequence[str]) -> None:
    """Holds every turn against what it must have.

    Raises:
        SourceError: A session is no list, or a turn lacks a text.
    """
    for number in session_numbers(conversation):
        turns = conversation[f"session_{number}"]
        if not isinstance(turns, list):
            raise SourceError(f"{where}, session_{number} must be a list of turns")
        for place, turn in enumerate(turns):
            if not isinstance(turn, dict) or not all(isinstance(turn.get(name), str) for name in needs):
                wanted = ", ".join(map(repr, needs))
                raise SourceError(f"{where}, session_{number}, turn {place}: it needs {wanted}")


def spoken(*, at: datetime, session: int, id: TurnId, speaker: str, text: str, image: str | None) -> Turn:
    """A turn, with the caption of its image behind its text; None for no image, or no caption wanted."""
    attachments = (Attachment(kind="image", text=image),) if image else ()
    text = f"{text} {image}" if image else text
    return Turn(at=at, session=session, id=id, speaker=speaker, text=text, attachments=attachments)


def asked_after(
    user: UserId, turns: Sequence[Turn], questions: Sequence[Raw | None], judge: Callable[[Raw, int], Gold]
) -> Life:
    """The turns, then the questions as probes at the time of the last turn; None is a question that was taken out.

    Questions are asked in the order of their ids: upstream's tells the category. `judge` is given a question and its
    place upstream.
    """
    queries: list[Query] = []
    gold: dict[str, Gold] = {}
    for index, question in enumerate(questions):
        if question is None:
            continue
        id = opaque(user, index, question["question"])
        gold[id] = judge(question, index)
        queries.append(Query(at=turns[-1].at, session=turns[-1].session, id=id, text=question["question"]))
    return recorded(user, [*sittings(turns), *sorted(queries, key=lambda query: query.id)], gold)


def named_ids(entry: object) -> list[str]:
    """The turn ids in a label, each once: `D:11:26` is D11:26, `D30:05` D30:5, `D17;39` D17:39, `D1:3-D1:5` three.

    A range that leaves its session is its two ends.
    """
    ids: list[str] = []
    for match in TURN_IDS.finditer(str(entry)):
        session, first = int(match[1]), int(match[2])
        other, last = int(match[3] or session), int(match[4] or match[5] or first)
        if other == session and last >= first:
            ids += [f"D{session}:{number}" for number in range(first, last + 1)]
        else:
            ids += [f"D{session}:{first}", f"D{other}:{last}"]
    return list(dict.fromkeys(ids))


def evidence_ids(question: Raw) -> list[str]:
    """The turn ids that a question names, in order, each once."""
    return list(dict.fromkeys(id for entry in question.get("evidence") or () for id in named_ids(entry)))


def label_counts(questions: Sequence[Raw], said: Collection[str], kinds: Mapping[int, str]) -> Counter[str]:
    """How many questions there are, how many keep evidence, and how their labels were read.

    A label is repaired if it is no turn's id as it is written, and dangles once per id that is no turn's; a label
    without an id, and numbers of a label that are in no id, count as one label that dangles.
    """
    counts = no_labels()
    counts["questions"] = len(questions)
    counts["questions_with_evidence"] = sum(any(id in said for id in evidence_ids(q)) for q in questions)
    counts.update(kinds[question["category"]] for question in questions)
    for question in questions:
        entries = question.get("evidence") or ()
        counts.update(traced((id for entry in entries for id in named_ids(entry)), said))
        for entry in entries:
            named, unread = named_ids(entry), re.search(r"\d", TURN_IDS.sub("", str(entry)))
            counts["labels_repaired"] += entry not in said and any(id in said for id in named)
            no_id = int(not named or unread is not None)
            counts.update(labels=no_id, labels_dangling=no_id)
    return counts
