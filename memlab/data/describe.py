"""Data sets in numbers: what is in them, how long and how varied it is, how old evidence is, what reading mended."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from memlab.data.language import WINDOW, language
from memlab.data.survey import Asked, Survey, surveys
from memlab.events import TurnId
from memlab.sources import MissingData
from memlab.text import count_tokens, wordpiece

Description = dict[str, Any]
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
SECONDS_PER_DAY = 86_400
BATCH = 256
QUESTIONS = ("questions", "evidence", "stale", "no answer")
SIZES = ("users", "sessions", "turns", "questions", "with_evidence", "with_stale", "unanswerable")
LENGTHS = (
    *(("turn_tokens", "p50"), ("turn_tokens", "p95"), ("query_tokens", "p50"), ("query_tokens", "p95")),
    *(("evidence_age_days", "p50"), ("candidates", "p50")),
)


def describe(data: Survey) -> Description:
    """One data set's figures; a percentile of nothing is None.

    Lengths are counted in word pieces of the bundled tokenizer, which takes most of the time.
    """
    turns = [turn for life in data.lives for turn in life.turns.values()]
    asked, counted = data.asked, data.counted
    return {
        "source": data.name,
        "error": None,
        "at_hand": True,
        "licence": data.card.licence,
        "users": len(data.lives),
        "sessions": len({(life.user, turn.session) for life in data.lives for turn in life.turns.values()}),
        "turns": len(turns),
        **_questions(asked),
        "kinds": {
            kind: _questions([one for one in asked if one.gold.kind == kind])
            for kind, _ in sorted(Counter(one.gold.kind for one in asked).items())
        },
        "turn_tokens": _percentiles(lengths([turn.text for turn in turns])),
        "query_tokens": _percentiles(lengths([one.query.text for one in asked])),
        "evidence_age_days": _percentiles(_ages(data)),
        "candidates": _percentiles([one.candidates for one in asked]),
        "language": language(data),
        "superseded_turns": len({(life.user, note.turn) for life in data.lives for note in life.superseded}),
        "labels": {
            "repaired": _counted(counted, "repaired"),
            "dropped": _counted(counted, "dropped", "left_out"),
            "dangling": _counted(counted, "dangling"),
        },
        "lives_out_of_order": sum(life.error is not None for life in data.lives),
        "files": {file: "pinned" if known else "unpinned" for file, known in data.files.items()},
        "facts": dict(data.facts),
    }


def lengths(texts: Sequence[str]) -> list[int]:
    """Word pieces of each text, as `count_tokens` counts them, several times as fast.

    >>> lengths(["I moved to Denver.", ""])
    [5, 0]
    """
    tokenizer, found = wordpiece(), []
    unknown = tokenizer.token_to_id("[UNK]")
    for first in range(0, len(texts), BATCH):
        batch = list(texts[first : first + BATCH])
        for text, encoded in zip(batch, tokenizer.encode_batch_fast(batch, add_special_tokens=False), strict=True):
            found.append(count_tokens(text) if unknown in encoded.ids else len(encoded.ids))
    return found


def _questions(asked: Sequence[Asked]) -> dict[str, int]:
    return {
        "questions": len(asked),
        "with_evidence": sum(bool(one.gold.evidence) for one in asked),
        "with_stale": sum(bool(one.gold.stale) for one in asked),
        "unanswerable": sum(not one.gold.answerable for one in asked),
    }


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return {"p50": None, "p95": None}
    return {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}


def _ages(data: Survey) -> list[float]:
    """Days from the newest turn of a question's evidence to the question, as `evidence_age_days` has it."""
    ages = []
    for life in data.lives:
        ats = {turn.id: turn.at for turn in life.turns.values()}
        for one in life.asked:
            said: frozenset[TurnId] = one.gold.evidence_turns
            if said:
                ages.append((one.query.at - max(ats[id] for id in said)).total_seconds() / SECONDS_PER_DAY)
    return ages


def _counted(counted: dict[str, int], *words: str) -> int | None:
    """What was counted under names with one of these words; None where no such thing is counted."""
    found = [count for name, count in counted.items() if any(word in name for word in words)]
    return sum(found) if found else None


def describe_all(wanted: Sequence[str], path: Path | None = None) -> Iterator[Description]:
    """The figures of each data set; of one that cannot be read, its name, whether it is at hand, and why.

    Args:
        wanted: Names; none for all that have a card.
        path: Read instead of the data folder's; needs exactly one name.

    Raises:
        SourceError: What was asked for by name is unknown or cannot be read.
    """
    for name, found in surveys(wanted, path):
        if isinstance(found, Survey):
            yield describe(found)
        else:
            yield {"source": name, "error": str(found), "at_hand": not isinstance(found, MissingData)}


def tables(described: Sequence[Description]) -> Iterator[Table]:
    """Descriptions as tables of 80 columns: captions, columns and rows."""
    rows = [one for one in described if one["error"] is None]
    if not rows:
        return
    yield (
        "What is there",
        ("source", "users", "sessions", "turns", *QUESTIONS),
        [(row["source"], *(f"{row[name]:,}" for name in SIZES)) for row in rows],
    )
    yield (
        "Word pieces of a turn and a query, days since evidence was said, turns to choose from",
        ("source", "turn p50", "turn p95", "query p50", "query p95", "age p50", "turns p50"),
        [(row["source"], *(_shown(row[name][p]) for name, p in LENGTHS)) for row in rows],
    )
    yield (
        "Labels as they were read",
        ("source", "repaired", "dropped", "dangling", "files pinned", "lives out of order"),
        [(row["source"], *_labels(row)) for row in rows],
    )
    yield (
        "Language: distinct words of 1,000, % of turns that repeat one of their life or nearly do, words of a turn, "
        "share of a query's words in its best evidence, bits in an answer and the most there could be",
        ("source", "types", "same %", "near %", "p50", "p95", "overlap", "bits", "at most"),
        [(row["source"], *_language(row["language"])) for row in rows],
    )
    yield (
        "Kinds of questions",
        ("source: kind", *QUESTIONS),
        [
            (f"{row['source']}: {kind}", *(f"{counts[name]:,}" for name in SIZES[3:]))
            for row in rows
            for kind, counts in row["kinds"].items()
        ],
    )


def _labels(row: Description) -> tuple[str, ...]:
    pinned = sum(state == "pinned" for state in row["files"].values())
    files = f"{pinned} of {len(row['files'])}" if row["files"] else "–"
    return *(_shown(count) for count in row["labels"].values()), files, str(row["lives_out_of_order"])


def _language(found: dict[str, Any]) -> tuple[str, ...]:
    types = found["types_per_token"]
    return (
        _shown(None if types is None else types * WINDOW),
        *(_shown(None if found[name] is None else 100 * found[name], 1) for name in ("exact_repeats", "near_repeats")),
        *(_shown(found["turn_words"][p]) for p in ("p50", "p95")),
        _shown(found["query_overlap"], 2),
        *(_shown(found[name], 1) for name in ("answer_bits", "answer_bits_at_most")),
    )


def _shown(value: float | None, places: int = 0) -> str:
    return "–" if value is None else f"{value:,.{places}f}"
