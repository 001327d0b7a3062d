"""A public audit of LoCoMo's labels, laid over them: corrected answers and evidence, and questions left out.

The audit names a question by the place of its conversation in the published file and its place in the conversation. It
was made by a model and looked over by people: score with and without it rather than take it for the truth.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memlab.sources import SourceError
from memlab.sources.reading import read_json

CONVERSATIONS = ("26", "30", "41", "42", "43", "44", "47", "48", "49", "50")
NAME = re.compile(r"locomo_(\d)_qa(\d+)")
NEEDED = ("question_id", "question", "error_type", "correct_answer", "correct_evidence")
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an audit says of one question.

    Attributes:
        question: Its text, by which it is known that the audit is about this file.
        evidence: The right evidence, as the audit writes it.
        ambiguous: Whether the question has no one answer and is left out.
    """

    question: str
    answer: str
    evidence: tuple[str, ...]
    ambiguous: bool


def read_audit(file: Path) -> dict[Key, Correction]:
    """An audit's corrections by (conversation id, place of the question).

    Raises:
        SourceError: The file is not whole, or not an audit in the published form.
    """
    entries = read_json("locomo", file)
    if not isinstance(entries, list):
        raise SourceError(f"source locomo: {file} must hold a list of corrections, which source.audit names")
    found: dict[Key, Correction] = {}
    for place, entry in enumerate(entries):
        missing = [name for name in NEEDED if not isinstance(entry, dict) or name not in entry]
        if missing:
            raise SourceError(f"source locomo: {file}, entry {place}: no {missing[0]!r}; not an audit of LoCoMo")
        named = NAME.fullmatch(str(entry["question_id"]))
        if named is None:
            raise SourceError(
                f"source locomo: {file}, entry {place}: question_id is {entry['question_id']!r}; "
                "expected a form like 'locomo_0_qa12'"
            )
        found[f"conv-{CONVERSATIONS[int(named[1])]}", int(named[2])] = Correction(
            question=str(entry["question"]),
            answer=str(entry["correct_answer"]),
            evidence=tuple(map(str, entry["correct_evidence"])),
            ambiguous=entry["error_type"] == "AMBIGUOUS",
        )
    return found


def corrected(
    sample: Mapping[str, Any], corrections: Mapping[Key, Correction], counts: Counter[str]
) -> list[dict[str, Any] | None]:
    """A conversation's questions with the audit's answers and evidence, None for one that is left out.

    Args:
        counts: Is added to: answers and evidence that were corrected, questions that were left out.

    Raises:
        SourceError: The audit means another question at one of the places.
    """
    questions: list[dict[str, Any] | None] = []
    for index, question in enumerate(sample["qa"]):
        correction = corrections.get((sample["sample_id"], index))
        if correction is None:
            questions.append(question)
            continue
        if correction.question != question["question"]:
            raise SourceError(
                f"source locomo: the audit's question {index} of {sample['sample_id']} is {correction.question!r}, "
                f"the file's {question['question']!r}; an audit of this file is needed"
            )
        if correction.ambiguous:
            counts["audit_left_out_ambiguous"] += 1
            questions.append(None)
            continue
        counts["audit_answers"] += correction.answer != str(question.get("answer"))
        counts["audit_evidence"] += set(correction.evidence) != set(question.get("evidence") or ())
        questions.append({**question, "answer": correction.answer, "evidence": list(correction.evidence)})
    return questions
