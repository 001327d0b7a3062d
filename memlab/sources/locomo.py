"""LoCoMo (Maharana et al., 2024): ten conversations of two people over months, with questions about them.

Read from the public `locomo10.json` layout. A session has a time, a turn has none: every turn is said at its session's
time. Questions are probes after the last turn, at its time, in the order of their ids. Upstream's categories by number
are 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop, 5 adversarial.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from memlab.events import Turn, TurnId, UserId
from memlab.life import Gold, Life, Nugget
from memlab.sources import MissingData, SourceError, find_data
from memlab.sources.audit import corrected, read_audit
from memlab.sources.locomo_layout import (
    asked_after,
    check_turns,
    evidence_ids,
    label_counts,
    session_numbers,
    spoken,
)
from memlab.sources.reading import checked_form, checked_sha256, pinned, read_json, reads_as_judged

AUDITED = (
    *("audit_entries", "audit_used", "audit_left_out_ambiguous", "audit_of_other_questions"),
    *("audit_answers", "audit_evidence", "audit_labels_dangling"),
)
TURN_ID = re.compile(r"D(\d+):(\d+)")
KINDS = {1: "multi_hop", 2: "temporal", 3: "open_domain", 4: "single_hop", 5: "adversarial"}


class Locomo:
    """The LoCoMo conversations as lives, one per conversation.

    Args:
        path: A file or folder; None looks in the data folders.
        labels: `published`, as upstream with malformed ids repaired; `judged`, where adversarial questions are not
            answerable and carry no evidence; or `audited`, which is `judged` with the corrections of `audit`.
        audit: The file of a public audit of the labels (`memlab.sources.audit`), for `audited`; None looks for one in
            the data folders.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        caption: Whether the caption of a shared image is appended to the text.
        sha256: What the file's checksum must be; None takes any file and says whether the card knows it.

    Raises:
        MissingData: There is no such file.
        SourceError: The file is not LoCoMo, is damaged, or is not the one that is asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        caption: bool = False,
        sha256: str | None = None,
        audit: str | Path | None = None,
    ) -> None:
        self._judged, self._caption = reads_as_judged("locomo", labels), caption
        self._form = checked_form("locomo", text)
        if audit is not None and labels != "audited":
            raise SourceError(
                f"source locomo: audit is {audit}, but labels is {labels!r}; it serves labels=audited only"
            )
        self._samples: dict[UserId, dict[str, Any]] = {}
        self.facts: dict[str, int | str] = {}
        files = [file for file in find_data("locomo", path) if path is not None or _looks_right(file)]
        if not files:
            raise SourceError("source locomo: none of the files in the data folder is in LoCoMo's layout")
        self.digest = "+".join(self._read(file, sha256) for file in files)
        if labels == "audited":
            self._correct(_audit_at_hand() if audit is None else Path(audit))

    def users(self) -> Sequence[UserId]:
        """The conversations' ids in the order of the file, `conv-26` first."""
        return tuple(self._samples)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One conversation, then its questions; the seed changes nothing, the data are recorded."""
        sample = self._samples[user]
        turns = _turns(sample["conversation"], self._form, self._caption, user)
        said = {turn.id: turn for turn in turns}
        return asked_after(user, turns, sample["qa"], lambda question, index: self._gold(question, index, said))

    def _gold(self, question: Mapping[str, Any], index: int, said: Mapping[TurnId, Turn]) -> Gold:
        kind = KINDS[question["category"]]
        unanswerable = kind == "adversarial" and self._judged
        ids = () if unanswerable else [id for id in evidence_ids(question) if id in said]
        answer = question.get("answer")
        return Gold(
            kind=kind,
            answers=() if answer is None or kind == "adversarial" else (str(answer),),
            answerable=not unanswerable,
            evidence=tuple(Nugget(turns=frozenset([id])) for id in ids),
            facets={"index": index, "category": question["category"]},
        )

    def _correct(self, audit: Path) -> None:
        if not audit.is_file():
            raise SourceError(f"source locomo: no file at {audit.absolute()}, which source.audit names")
        corrections = read_audit(audit)
        counts = Counter(dict.fromkeys(AUDITED, 0))
        counts["audit_entries"] = len(corrections)
        for user, sample in self._samples.items():
            questions = corrected(sample, corrections, counts)
            about = [question for index, question in enumerate(questions) if question and (user, index) in corrections]
            counts["audit_used"] += len(about)
            counts["audit_labels_dangling"] += label_counts(about, _turn_ids(sample), KINDS)["labels_dangling"]
            self._samples[user] = sample | {"qa": questions}
        counts["audit_of_other_questions"] = (
            len(corrections) - counts["audit_used"] - counts["audit_left_out_ambiguous"]
        )
        self.digest += "+" + checked_sha256("locomo", audit, None)
        self.facts |= counts

    def _read(self, file: Path, wanted: str | None) -> str:
        found = checked_sha256("locomo", file, wanted)
        samples = _parse(file)
        for sample in samples:
            if sample["sample_id"] in self._samples:
                raise SourceError(
                    f"source locomo: conversation {sample['sample_id']} occurs twice, the second time in {file}; "
                    "pass one file with source.path=FILE"
                )
            self._samples[sample["sample_id"]] = sample
        self.facts |= pinned("locomo", file, found, _counts(samples))
        return found


def _looks_right(file: Path) -> bool:
    return b'"qa"' in _head(file)


def _audit_at_hand() -> Path:
    """The first file in the data folders that looks like an audit."""
    files = find_data("locomo", None)
    found = next((file for file in files if b'"question_id"' in _head(file) and b'"error_type"' in _head(file)), None)
    if found is None:
        raise MissingData(
            f"source locomo: no audit of the labels beside {files[0]}, which labels=audited needs; "
            "put the audit's errors.json there or pass source.audit=FILE"
        )
    return found


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(4096)


def _parse(file: Path) -> list[dict[str, Any]]:
    samples = read_json("locomo", file)
    if not isinstance(samples, list) or not samples:
        raise SourceError(f"source locomo: {file} must hold a list of conversations")
    for place, sample in enumerate(samples):
        missing = {"sample_id", "conversation", "qa"} - (sample.keys() if isinstance(sample, dict) else set())
        if missing:
            raise SourceError(
                f"source locomo: {file}, conversation {place}: no {sorted(missing)[0]!r}; not LoCoMo's layout"
            )
        for index, question in enumerate(_checked_parts(file, sample)):
            if question.get("category") not in KINDS or "question" not in question:
                raise SourceError(
                    f"source locomo: {file}, {sample['sample_id']}, question {index}: "
                    f"category is {question.get('category')!r}; it must be 1 to 5, with a question"
                )
    return samples


def _checked_parts(file: Path, sample: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions of a conversation whose parts are of the right kind."""
    where = f"source locomo: {file}, {sample['sample_id']}"
    conversation, questions = sample["conversation"], sample["qa"]
    if not isinstance(conversation, dict) or not isinstance(questions, list):
        raise SourceError(f"{where}: 'conversation' must be a mapping and 'qa' a list")
    check_turns(where, conversation, ("speaker", "dia_id", "text"))
    _check_order(where, conversation)
    return questions


def _check_order(where: str, conversation: Mapping[str, Any]) -> None:
    """Holds the turns against their ids, which name session and place: numbers may be left out, and never go back."""
    if not any(conversation[f"session_{session}"] for session in session_numbers(conversation)):
        raise SourceError(f"{where}: no session_N has a turn; not LoCoMo's layout")
    for session in session_numbers(conversation):
        before = 0
        for place, turn in enumerate(conversation[f"session_{session}"]):
            named = TURN_ID.fullmatch(turn["dia_id"])
            if named is None or int(named[1]) != session or int(named[2]) <= before:
                raise SourceError(
                    f"{where}, session_{session}, turn {place}: dia_id is {turn['dia_id']!r}; it must be "
                    f"D{session}:{before + 1} or a later one of this session; the turns are not in the published order"
                )
            before = int(named[2])


def _turns(conversation: Mapping[str, Any], form: str, caption: bool, user: UserId) -> list[Turn]:
    turns: list[Turn] = []
    for session in session_numbers(conversation):
        at = _time(conversation.get(f"session_{session}_date_time"), user, session)
        at = max(at, turns[-1].at) if turns else at
        for raw in conversation[f"session_{session}"]:
            turns.append(
                spoken(
                    at=at,
                    session=session,
                    id=raw["dia_id"],
                    speaker=raw["speaker"],
                    text=form.format(at=at, speaker=raw["speaker"], text=raw["text"]),
                    image=raw.get("blip_caption") if caption else None,
                )
            )
    return turns


def _times_lifted(sample: Mapping[str, Any]) -> int:
    """How many sessions are dated before the one that precedes them, and are taken to be at its time."""
    conversation = sample["conversation"]
    ats = [
        _time(conversation.get(f"session_{number}_date_time"), sample["sample_id"], number)
        for number in session_numbers(conversation)
    ]
    return sum(at < latest for at, latest in zip(ats[1:], accumulate(ats, max), strict=False))


def _time(text: str | None, user: UserId, session: int) -> datetime:
    try:
        return datetime.strptime(str(text), "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
    except ValueError as error:
        raise SourceError(
            f"source locomo: {user}, session {session}: time is {text!r}; expected a form like '1:56 pm on 8 May, 2023'"
        ) from error


def _turn_ids(sample: Mapping[str, Any]) -> set[TurnId]:
    conversation = sample["conversation"]
    return {turn["dia_id"] for number in session_numbers(conversation) for turn in conversation[f"session_{number}"]}


def _counts(samples: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter(conversations=len(samples))
    counts["times_lifted"] = sum(map(_times_lifted, samples))
    for sample in samples:
        conversation = sample["conversation"]
        sessions = [conversation[f"session_{number}"] for number in session_numbers(conversation)]
        counts.update(sessions=len(sessions), turns=sum(map(len, sessions)))
        counts.update(label_counts(sample["qa"], _turn_ids(sample), KINDS))
    return counts
