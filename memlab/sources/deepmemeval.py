"""DeepMemEval: short scenarios in which a developer's choices of tools change, each with one question at the end.

Each scenario is a life: sessions of a user's turn and an assistant's in the order of their numbers, with dates alone,
so a session is at midnight. The question is a probe after the last turn, at its time.

Labels name facts and sessions. A fact is stated by the turns of its session that hold it word for word, and the
assistant's echo of a fact is stale when the fact is. Scenarios of the type `delta-efficiency` have no gold answer, so
nothing can be judged and they are left out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from memlab.events import Query, Turn, UserId
from memlab.life import Gold, Life, Nugget, Superseded, recorded
from memlab.sources import SourceError, find_data
from memlab.sources.deepmemeval_labels import CHANGE, REASON, Told, told, turn_ids
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

UNJUDGED, ABSTENTION = "delta-efficiency", "uncertainty-abstention"
NEEDED = {  # what a scenario's type must tell in its metadata
    "belief-update": ("belief_timeline", "stale_answers"),
    "cascade-propagation": ("root_change", "old_dependent"),
    "noise-resistance": ("signal_sessions",),
    "temporal-belief": ("belief_at_timestamp", "current_belief"),
    ABSTENTION: ("uncertainty_reason",),
    UNJUDGED: (),
}
KEYS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("scenario_id", "scenario_type", "question", "expected_answer"), str),
    "conversation_history": list,
    "metadata": dict,
}
DATE = re.compile(r"\d{4}-\d\d-\d\d")


class DeepMemEval:
    """The DeepMemEval scenarios as lives, one per scenario that can be judged.

    Args:
        path: A file or folder; None looks in the data folders.
        labels: `published`, where nothing is stale, or `judged`, where what held once is, and a question that cannot
            be answered carries no evidence.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        sha256: What the file's checksum must be; None takes any file and says whether the card knows it.

    Raises:
        MissingData: There is no such file.
        SourceError: The file is not DeepMemEval, is damaged, or is not the one that is asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        sha256: str | None = None,
    ) -> None:
        self._judged, self._form = reads_as_judged("deepmemeval", labels), checked_form("deepmemeval", text)
        self._scenarios: dict[UserId, tuple[int, dict[str, Any]]] = {}
        self.facts: dict[str, int | str] = {}
        files = [file for file in find_data("deepmemeval", path) if path is not None or _looks_right(file)]
        if not files:
            raise SourceError("source deepmemeval: none of the files in the data folder is in DeepMemEval's layout")
        self.digest = "+".join(self._read(file, sha256) for file in files)

    def users(self) -> Sequence[UserId]:
        """One name per scenario, in the order of the file: a hash, as the published id tells the type."""
        return tuple(self._scenarios)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One scenario, then its question; the seed changes nothing, the data are recorded."""
        place, scenario = self._scenarios[user]
        history = scenario["conversation_history"]
        turns = [
            Turn(
                at=at,
                session=number,
                id=id,
                speaker=turn["role"],
                text=self._form.format(at=at, speaker=turn["role"], text=turn["content"]),
            )
            for number, (at, session) in enumerate(zip(_times(history), history, strict=True), start=1)
            for id, turn in zip(turn_ids(number, session), session["turns"], strict=True)
        ]
        id = opaque(user, 0, scenario["question"])
        query = Query(at=turns[-1].at, session=turns[-1].session, id=id, text=scenario["question"])
        labels = told(scenario)
        notes = [
            Superseded(turn=turn, by=newer.turns[0])
            for older, newer in (labels.replaced if self._judged else ())
            for turn in (older.turns if newer.turns else ())
        ]
        return recorded(user, [*sittings(turns), query], {id: self._gold(place, scenario, labels)}, notes)

    def _gold(self, place: int, scenario: Mapping[str, Any], labels: Told) -> Gold:
        answerable = scenario["scenario_type"] != ABSTENTION
        shown = labels.needed if answerable or not self._judged else ()
        stale = [fact for fact in labels.stale if fact.turns] if self._judged else []
        metadata = scenario["metadata"]
        about = {name: metadata[name] for name in ("difficulty", "sub_category", "update_count") if name in metadata}
        return Gold(
            kind=_kind(scenario),
            answers=(scenario["expected_answer"],) if answerable else (),
            answerable=answerable,
            evidence=tuple(Nugget(turns=frozenset(fact.turns), values=(fact.text,)) for fact in shown if fact.turns),
            stale=frozenset(turn for fact in stale for turn in fact.turns),
            stale_values=tuple(fact.text for fact in stale),
            facets={"index": place, "scenario_id": scenario["scenario_id"]} | about,
        )

    def _read(self, file: Path, wanted: str | None) -> str:
        found = checked_sha256("deepmemeval", file, wanted)
        scenarios = _parse(file)
        for place, scenario in enumerate(scenarios):
            user = opaque("deepmemeval", scenario["scenario_id"])
            if user in self._scenarios:
                raise SourceError(
                    f"source deepmemeval: scenario {scenario['scenario_id']} occurs twice, the second time in {file}; "
                    "pass one file with source.path=FILE"
                )
            if scenario["scenario_type"] != UNJUDGED:
                self._scenarios[user] = place, scenario
        self.facts |= pinned("deepmemeval", file, found, _counts(scenarios))
        return found


def _looks_right(file: Path) -> bool:
    with file.open("rb") as opened:
        return b'"scenario_id"' in opened.read(4096)


def _parse(file: Path) -> list[dict[str, Any]]:
    scenarios = read_records("deepmemeval", file, KEYS, "scenario")
    for place, scenario in enumerate(scenarios):
        if wrong := next(_damage(scenario), None):
            raise SourceError(f"source deepmemeval: {file}, scenario {place} ({scenario['scenario_id']}): {wrong}")
    return scenarios


def _damage(scenario: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a scenario whose parts are there, first things first."""
    kind, metadata, history = scenario["scenario_type"], scenario["metadata"], scenario["conversation_history"]
    if kind not in NEEDED:
        yield f"scenario_type is {kind!r}; it must be one of {', '.join(NEEDED)}"
    for name in NEEDED[kind]:
        if not metadata.get(name):
            yield f"its metadata has no {name!r}, which {kind} needs"
    names = [session.get("session_id") if isinstance(session, dict) else None for session in history]
    if not names or names != [f"s{number:03d}" for number in range(1, len(names) + 1)]:
        yield f"session ids are {', '.join(map(str, names)) or 'none'}; they must be s001, s002 and so on, in order"
    for session in history:
        if not _is_date(str(session.get("date"))):
            yield f"session {session['session_id']}: date is {session.get('date')!r}; expected a form like '2025-01-31'"
        for turn in session.get("turns") or [None]:
            right = isinstance(turn, dict) and turn.get("role") in ("user", "assistant")
            if not right or not isinstance(turn.get("content"), str):
                yield f"session {session['session_id']}: each turn needs a 'role' (user or assistant) and a 'content'"
        roles = [turn["role"] for turn in session["turns"]]
        if roles != (["user", "assistant"] * len(roles))[: len(roles)]:
            yield f"session {session['session_id']}: roles are {', '.join(roles)}; they must take turns, the user first"
    for belief in metadata["belief_timeline"] if kind == "belief-update" else ():
        if not isinstance(belief, dict) or not {"fact", "valid_until", "source_session"} <= belief.keys():
            yield f"belief {belief!r}: it needs 'fact', 'valid_until' and 'source_session'"
    if kind == ABSTENTION and not REASON.fullmatch(metadata["uncertainty_reason"]):
        yield "uncertainty_reason must read \"Root fact changed (… → …), dependent belief '…' was never …\""
    if kind == "cascade-propagation" and not CHANGE.fullmatch(metadata["root_change"]):
        yield f"root_change is {metadata['root_change']!r}; it must read '… → …'"


def _is_date(text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _times(history: Sequence[Mapping[str, Any]]) -> list[datetime]:
    """When each session is held: at its date, or at the latest before it where that is later."""
    return list(accumulate((datetime.fromisoformat(session["date"]).replace(tzinfo=UTC) for session in history), max))


def _kind(scenario: Mapping[str, Any]) -> str:
    return scenario["scenario_type"].replace("-", "_")


def _counts(scenarios: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counts = no_labels()
    counts.update(scenarios=len(scenarios), questions=0, dropped_delta_efficiency=0)
    for scenario in scenarios:
        if scenario["scenario_type"] == UNJUDGED:
            counts["dropped_delta_efficiency"] += 1
            continue
        history, labels = scenario["conversation_history"], told(scenario)
        counts["questions"] += 1
        counts[_kind(scenario)] += 1
        counts["sessions"] += len(history)
        counts["turns"] += sum(len(session["turns"]) for session in history)
        dates = [f"{at:%Y-%m-%d}" for at in _times(history)]
        counts["times_lifted"] += sum(at != session["date"] for at, session in zip(dates, history, strict=True))
        counts["questions_with_evidence"] += any(fact.turns for fact in labels.needed)
        counts["questions_with_stale"] += any(fact.turns for fact in labels.stale)
        replaced = [fact for pair in labels.replaced for fact in pair]
        facts = {*labels.needed, *labels.stale, *replaced}
        counts.update(traced(facts, {fact for fact in facts if fact.turns}))
        counts["labels_repaired"] += sum(fact.whole for fact in facts)
        counts["labels_at_odds"] += labels.odd
    return counts
