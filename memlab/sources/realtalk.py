"""REALTALK (Lee et al., 2025): ten pairs of people who wrote to each other for three weeks, with questions about them.

Read from the public layout, one `Chat_<n>_<A>_<B>.json` per pair, which is LoCoMo's but for its words and dates. Every
turn has a time of its own. Its `dia_id` was given before some turns were taken out: its D-number may differ from the
session that the turn stands in, and ids may be missing, so turns are numbered anew and labels are led through them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from memlab.events import Turn, TurnId, UserId
from memlab.life import Gold, Life, Nugget
from memlab.sources import SourceError, find_data
from memlab.sources.locomo_layout import (
    asked_after,
    check_turns,
    evidence_ids,
    label_counts,
    named_ids,
    session_numbers,
    spoken,
)
from memlab.sources.reading import checked_form, checked_sha256, pinned, read_json, reads_as_judged

KINDS = {1: "multi_hop", 2: "temporal", 3: "commonsense"}
FILES = "Chat_*.json"
OUT_OF_ORDER = "is by its time and by its id before the turn it follows; the turns are not in the published order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One chat: its turns, which turn each `dia_id` is, its questions, and what had to be mended."""

    turns: Sequence[Turn]
    said: Mapping[str, TurnId]
    questions: Sequence[Mapping[str, Any]]
    mended: Mapping[str, int]


class RealTalk:
    """The REALTALK chats as lives, one per file.

    Questions may call a speaker by another name or spelling than the turns do; nothing is renamed.

    Args:
        path: A file, or a folder of `Chat_*.json`; None looks in the data folders. The data are private chats without
            a licence: they are never fetched, copied or shown.
        labels: `published` or `judged`; they are equal here.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        caption: Whether the caption of a shared image is appended to the text.
        sha256: What the file's checksum must be; None takes any file and says whether the card knows it.

    Raises:
        MissingData: There is no such file.
        SourceError: The file is not REALTALK, is damaged, or is not the one that is asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        caption: bool = False,
        sha256: str | None = None,
    ) -> None:
        reads_as_judged("realtalk", labels)
        self._form, self._caption = checked_form("realtalk", text), caption
        self._pairs: dict[UserId, Pair] = {}
        self.facts: dict[str, int | str] = {}
        files = sorted(find_data("realtalk", path, FILES), key=lambda file: (_number(file) or 0, file.name))
        self.digest = "+".join(self._read(file, sha256) for file in files)

    def users(self) -> Sequence[UserId]:
        """`chat-1` for `Chat_1_….json`, in the order of the numbers; a file of another name goes by that name."""
        return tuple(self._pairs)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One chat, then its questions; the seed changes nothing, the data are recorded."""
        pair = self._pairs[user]
        return asked_after(user, pair.turns, pair.questions, lambda question, index: _gold(question, index, pair.said))

    def _read(self, file: Path, wanted: str | None) -> str:
        found = checked_sha256("realtalk", file, wanted)
        number = _number(file)
        user = file.stem if number is None else f"chat-{number}"
        if user in self._pairs:
            raise SourceError(f"source realtalk: {user} occurs twice, the second time in {file}")
        pair = _pair(file, self._form, self._caption)
        self._pairs[user] = pair
        counts = Counter(sessions=len({turn.session for turn in pair.turns}), turns=len(pair.turns), **pair.mended)
        counts.update(label_counts(pair.questions, pair.said, KINDS))
        self.facts |= pinned("realtalk", file, found, counts)
        return found


def _number(file: Path) -> int | None:
    match = re.match(r"Chat_(\d+)_", file.name)
    return int(match[1]) if match else None


def _pair(file: Path, form: str, caption: bool) -> Pair:
    where = f"source realtalk: {file}"
    raw = read_json("realtalk", file)
    if not isinstance(raw, dict) or not isinstance(raw.get("qa"), list) or not session_numbers(raw):
        raise SourceError(f"{where} must hold one chat, with 'session_N' and 'qa'; not REALTALK's layout")
    check_turns(where, raw, ("speaker", "dia_id", "clean_text"))
    for index, question in enumerate(raw["qa"]):
        right = isinstance(question, dict) and isinstance(question.get("question"), str)
        if not right or question.get("category") not in KINDS:
            raise SourceError(f"{where}, question {index}: it needs a 'question' and a 'category' of 1 to 3")
    turns, said, mended = _turns(where, raw, form, caption)
    return Pair(turns=turns, said=said, questions=raw["qa"], mended=mended)


def _turns(
    where: str, raw: Mapping[str, Any], form: str, caption: bool
) -> tuple[list[Turn], dict[str, TurnId], Mapping[str, int]]:
    """The turns in the order of the file, the turn of each `dia_id` (the first if doubled), and what was mended."""
    turns: list[Turn] = []
    said: dict[str, TurnId] = {}
    latest = ""
    mended = Counter(times_lifted=0, times_of_session=0, ids_doubled=0, ids_of_another_session=0)
    for session in session_numbers(raw):
        opened = _time(raw.get(f"session_{session}_date_time"))
        if opened is None:
            time = raw.get(f"session_{session}_date_time")
            raise SourceError(
                f"{where}, session_{session}: time is {time!r}; expected a form like '29.12.2023, 22:42:04'"
            )
        for part in raw[f"session_{session}"]:
            own = _time(part.get("date_time"))
            at, before = own or opened, turns[-1].at if turns else opened
            turn = spoken(
                at=max(at, before),
                session=session,
                id=f"t{len(turns):04d}",
                speaker=part["speaker"],
                text=form.format(at=max(at, before), speaker=part["speaker"], text=part["clean_text"]),
                image=part.get("blip_caption") if caption else None,
            )
            turns.append(turn)
            id = next(iter(named_ids(part["dia_id"])), part["dia_id"])
            if own is not None and own < before and _numbers(id) < _numbers(latest):
                raise SourceError(f"{where}, session_{session}: turn {part['dia_id']} {OUT_OF_ORDER}")
            latest = id
            mended["times_lifted"] += at < before
            mended["times_of_session"] += own is None
            mended["ids_doubled"] += id in said
            mended["ids_of_another_session"] += not id.startswith(f"D{session}:")
            said.setdefault(id, turn.id)
    if not turns:
        raise SourceError(f"{where}: no session has a turn")
    return turns, said, mended


def _numbers(id: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", id)]


def _time(text: object) -> datetime | None:
    """A day-first time, or None where there is none."""
    try:
        return datetime.strptime(str(text).strip(), "%d.%m.%Y, %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _gold(question: Mapping[str, Any], index: int, said: Mapping[str, TurnId]) -> Gold:
    answer = question.get("answer")
    turns = dict.fromkeys(said[id] for id in evidence_ids(question) if id in said)
    return Gold(
        kind=KINDS[question["category"]],
        answers=() if answer is None else (str(answer),),
        evidence=tuple(Nugget(turns=frozenset([id])) for id in turns),
        facets={"index": index, "category": question["category"]},
    )
