"""What data owe besides whose gold is exact by construction, as the simulator's: questions, evidence, truth agree."""

from collections import Counter
from collections.abc import Iterator

from memlab.checks import CheckFailed, NotApplicable
from memlab.data.laws import Law
from memlab.data.survey import Asked, LivedThrough, Survey
from memlab.events import Erasure, Query, TurnId
from memlab.text import contains

UNBALANCED = 0.2
UNRATED = ("session_reference",)  # asked when the talk itself gives occasion, so at no rate


def no_answer_stands_in_its_question(data: Survey) -> str:
    """No question names its answer; one that offers alternatives by name names them all."""
    for life, asked in _asked(data):
        text, gold = asked.query.text, asked.gold
        named = [choice for choice in gold.choices if contains(text, choice)]
        if named and len(named) < len(gold.choices):
            raise CheckFailed(f"{_shown(life, asked)} names {named[0]!r} alone", "name all alternatives, or none")
        given = [answer for answer in gold.answers if answer not in gold.choices and contains(text, answer)]
        if given:
            raise CheckFailed(f"{_shown(life, asked)} names its answer {given[0]!r}", "ask in other words")
    return ""


def evidence_states_its_values(data: Survey) -> str:
    """Every turn of evidence holds a value of its nugget, where the nugget has values."""
    for life, asked in _asked(data):
        for nugget in asked.gold.evidence:
            silent = [t for t in nugget.turns if not any(contains(life.turns[t].text, v) for v in nugget.values)]
            if nugget.values and silent:
                raise CheckFailed(
                    f"{_shown(life, asked)}: {silent[0]} holds none of {list(nugget.values)}",
                    "label the words that the turn says",
                )
    return ""


def stale_turns_state_what_no_longer_holds(data: Survey) -> str:
    """Every stale turn holds a stale value, and some turn of the evidence comes after it."""
    for life, asked in _asked(data):
        place = {turn: n for n, turn in enumerate(life.turns)}
        last = max((place[turn] for turn in asked.gold.evidence_turns), default=len(place))
        for turn in asked.gold.stale:
            if not any(contains(life.turns[turn].text, value) for value in asked.gold.stale_values):
                raise CheckFailed(f"{_shown(life, asked)}: stale turn {turn} holds no stale value", "label its words")
            if place[turn] > last and asked.gold.kind not in ("list", "count"):  # what has left may be named last
                raise CheckFailed(
                    f"{_shown(life, asked)}: {turn} is stale and newer than all evidence", "mend the order"
                )
    return ""


def nothing_erased_or_forbidden_is_evidence(data: Survey) -> str:
    """No turn of evidence had been erased when it was asked for, or must not be used."""
    for life in data.lives:
        gone = _erased_before(life)
        for asked in life.asked:
            lost = asked.gold.evidence_turns & (gone[asked.query.id] | asked.gold.forbidden)
            if lost:
                raise CheckFailed(f"{_shown(life, asked)}: evidence {min(lost)} is erased or forbidden", "drop it")
    return ""


def kinds_are_balanced(data: Survey) -> str:
    """Each kind is asked as often as its rate says, give or take a fifth of the mean over kinds."""
    if data.rates is None:
        raise NotApplicable("the source does not say how often each kind is to be asked")
    asked = Counter(asked.gold.kind for asked in data.asked)
    rates = {
        kind: data.rates.get(kind, 1.0) for kind in sorted(asked.keys() | data.rates.keys()) if kind not in UNRATED
    }
    never = [f"{kind} {asked[kind]}" for kind, rate in rates.items() if not rate and asked[kind]]
    if never:
        raise CheckFailed(f"asked at rate 0: {', '.join(never)}", "ask none of them, or declare their rate")
    counts = {kind: asked[kind] / rate for kind, rate in rates.items() if rate}
    if not counts:
        raise NotApplicable("no kind has a rate")
    mean = sum(counts.values()) / len(counts)
    if outside := [kind for kind, n in counts.items() if abs(n - mean) > UNBALANCED * mean]:
        told = (f"{k} {asked[k]}" + (f" at rate {rates[k]:g}" if rates[k] != 1 else "") for k in outside)
        raise CheckFailed(
            f"{len(outside)} of {len(counts)} kinds are not asked {mean:.0f} times at rate 1, give or take 20 %: "
            + ", ".join(told),
            "ask them as often as the others, or declare their rates",
        )
    return f"{min(counts.values()):.0f} to {max(counts.values()):.0f} questions of each kind at rate 1"


def _asked(data: Survey) -> Iterator[tuple[LivedThrough, Asked]]:
    return ((life, asked) for life in data.lives for asked in life.asked)


def _erased_before(life: LivedThrough) -> dict[str, frozenset[TurnId]]:
    gone, found = frozenset[TurnId](), {}
    for event in life.events:
        if isinstance(event, Erasure):
            gone |= frozenset(life.turns) if event.turns is None else event.turns
        if isinstance(event, Query):
            found[event.id] = gone
    return found


def _shown(life: LivedThrough, asked: Asked) -> str:
    return f"life {life.user}: question {asked.query.id}, {asked.gold.kind}, {asked.query.text!r}"


EXACT_LAWS: tuple[Law, ...] = (
    no_answer_stands_in_its_question,
    evidence_states_its_values,
    stale_turns_state_what_no_longer_holds,
    nothing_erased_or_forbidden_is_evidence,
    kinds_are_balanced,
)
