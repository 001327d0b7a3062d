"""What DeepMemEval's labels say, as turns: which facts a question rests on, and which of them no longer hold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from memlab.events import TurnId
from memlab.text import contains

CHANGE = re.compile(r".+ → .+")
REASON = re.compile(r"Root fact changed \((?P<root>.+ → .+)\), dependent belief '(?P<dependent>.+)' was never .+")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in the data set's words, and the turns that state it, in order.

    Attributes:
        whole: No turn of its session holds its words, so all of them count as stating it.
    """

    text: str
    turns: tuple[TurnId, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a scenario's labels say.

    Attributes:
        needed: What the answer rests on.
        stale: What answered the question once.
        replaced: What ceased to hold, each with what took its place.
        odd: How many labels contradict each other.
    """

    needed: Sequence[Fact]
    stale: Sequence[Fact] = ()
    replaced: Sequence[tuple[Fact, Fact]] = ()
    odd: int = 0


def told(scenario: Mapping[str, Any]) -> Told:
    """What the labels of a scenario say; its type must be one that is judged."""
    metadata, answer = scenario["metadata"], scenario["expected_answer"]
    match scenario["scenario_type"]:
        case "belief-update":
            return _beliefs(scenario)
        case "noise-resistance":
            signal = [_stated(scenario, answer, session) for session in metadata["signal_sessions"]]
            return Told(signal)
        case "temporal-belief":
            once, now = (_found(scenario, metadata[name]) for name in ("belief_at_timestamp", "current_belief"))
            return Told([once], replaced=[(once, now)], odd=int(answer != once.text))
        case "cascade-propagation":
            return _change(scenario, metadata["root_change"], metadata["old_dependent"])
        case _:
            reason = REASON.fullmatch(metadata["uncertainty_reason"])
            return _change(scenario, reason["root"], reason["dependent"]) if reason else Told(())


def _beliefs(scenario: Mapping[str, Any]) -> Told:
    """What holds is the belief without an end; what had an end is stale, and the next belief took its place."""
    timeline = scenario["metadata"]["belief_timeline"]
    facts = [_stated(scenario, belief["fact"], belief["source_session"]) for belief in timeline]
    held = [fact for fact, belief in zip(facts, timeline, strict=True) if belief["valid_until"] is None]
    past = [fact for fact, belief in zip(facts, timeline, strict=True) if belief["valid_until"] is not None]
    current, once = [fact.text for fact in held], {fact.text for fact in past}
    odd = (current != [scenario["expected_answer"]]) + (once != set(scenario["metadata"]["stale_answers"]))
    return Told(held, past, list(pairwise(facts)), odd)


def _change(scenario: Mapping[str, Any], root: str, dependent: str) -> Told:
    """What was chosen because of a fact is in doubt once that changes: to say so needs all three statements."""
    old, _, new = root.partition(" → ")
    older, newer = _found(scenario, old), _found(scenario, new)
    return Told([_found(scenario, dependent), older, newer], replaced=[(older, newer)])


def _stated(scenario: Mapping[str, Any], fact: str, name: str) -> Fact:
    """A fact of a named session: the turns that hold its words, or all where none does."""
    for number, session in enumerate(scenario["conversation_history"], start=1):
        if session["session_id"] == name:
            holding = _holding(number, session, fact)
            return Fact(fact, holding) if holding else Fact(fact, tuple(turn_ids(number, session)), whole=True)
    return Fact(fact, ())


def _found(scenario: Mapping[str, Any], fact: str) -> Fact:
    """A fact of an unnamed session: that in which a turn is the fact, or begins with it as a sentence."""
    found = [
        turn
        for number, session in enumerate(scenario["conversation_history"], start=1)
        if any(f"{turn['content']}.".startswith(f"{fact}.") for turn in session["turns"])
        for turn in _holding(number, session, fact)
    ]
    return Fact(fact, tuple(found))


def _holding(number: int, session: Mapping[str, Any], fact: str) -> tuple[TurnId, ...]:
    ids = zip(turn_ids(number, session), session["turns"], strict=True)
    return tuple(id for id, turn in ids if contains(turn["content"], fact))


def turn_ids(number: int, session: Mapping[str, Any]) -> list[TurnId]:
    """The ids of a session's turns, which tell their place and nothing else."""
    return [f"S{number}:{place}" for place in range(1, len(session["turns"]) + 1)]
