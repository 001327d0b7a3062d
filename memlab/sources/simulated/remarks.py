"""From what comes up to the lines that say it, with a note of what each line states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank
from memlab.sources.simulated.elaborating import at_length, with_more
from memlab.sources.simulated.facts import Fact, Mode, Telling
from memlab.sources.simulated.habits import Ambiguous, Episode, Routine, Task
from memlab.sources.simulated.marks import Erased, Mark, Named, Tried, Withdrawn
from memlab.sources.simulated.patterns import LASTING, Attribute, Patterns
from memlab.sources.simulated.wording import Voice, filled, in_turn, since, when
from memlab.sources.simulated.world import Acquaintance

Key = tuple[str, ...]
States = tuple[tuple[Key, str], ...]
ECHO_PERMILLE = 600
OFFER_PERMILLE = 850
WORDED_PERMILLE = 600
GENERIC_PERMILLE = 350
FELT_PERMILLE = 600
COMING = ("on Friday", "next week", "on Tuesday", "this weekend", "in two weeks", "the day after tomorrow")
CATEGORIES = {"health": "health matters", "finance": "money"}  # in a user's words; the others are called what they are
TRUE: frozenset[Mode] = frozenset(
    ("say", "late", "again", "change", "confirm", "correct", "assistant_wrong", "happened", "add")
)
FOREIGN: frozenset[Mode] = frozenset(
    ("wrong", "hint", "hint_off", "hearsay", "hypothetical", "quoted", "ironic", "cleared")
)
_KINDS: dict[Mode, str] = {
    "wrong": "wrong",
    "remove": "gone",
    "retract": "retract",
    "ironic": "joke",
    "cleared": "cleared",
}
PLAIN: frozenset[Mode] = frozenset(("forget", "retract"))
NOT_ECHOED: frozenset[Mode] = (FOREIGN - {"wrong"}) | {"add", "remove", "retract"}


@dataclass(frozen=True, slots=True)
class Line:
    """One turn to be: who says what, what it states by key with the words that state it, and what follows."""

    speaker: str
    text: str
    states: States = ()
    mark: Mark | None = None


def fact_key(name: str, version: int) -> Key:
    """What a turn states when it states a version of a fact."""
    return ("fact", name, str(version))


class Teller:
    """Puts what comes up in one user's life into words.

    Args:
        people: Whom the user knows by name: what is heard of somebody else is never of one of them.
        elaboration: How readily both sides say more than the point, 1 as people here do, 0 never.
        seed: Of the user: what recurs is said in another way each time, in an order that hangs on it.
    """

    def __init__(self, bank: Bank, voice: Voice, people: Sequence[Acquaintance], elaboration: float, seed: int) -> None:
        self._bank, self._voice, self._elaboration, self._seed = bank, voice, elaboration, seed
        self._relations, self._names = {p.relation.name for p in people}, {p.name for p in people}

    def fact(self, fact: Fact, telling: Telling, at: datetime, kept: bool, draw: Draw) -> list[Line]:
        """A telling of a fact: what the user says, in some modes what the assistant said before, and its answer.

        Args:
            kept: Whether the assistant may keep it; otherwise it neither repeats it nor says that it has noted it.
        """
        attribute, mode = fact.attribute, telling.mode
        pattern = draw.choice(self._patterns(attribute, mode, draw))
        slots = self._slots(fact, telling, at, draw)
        states = _states(fact, telling, pattern, slots)
        lines = []
        if mode == "assistant_wrong":
            claimed = {"value": telling.other, "you": attribute.clause.you.format(value=telling.other)}
            said = filled(draw.choice(self._bank.modes["assistant_wrong"]), slots | claimed)
            lines.append(Line("user", self._voice.wants(draw.choice(self._bank.modes["assistant_asked"]), draw)))
            lines.append(Line("assistant", said, ((("wrong", attribute.name), telling.other),)))
        domain = None if mode in PLAIN else attribute.domain
        lines.append(Line("user", self._said(pattern, slots, domain, draw), states))
        if mode == "forget":
            answer = self._going_on(filled(draw.choice(self._bank.modes["forget_ack"]), slots), draw)
            return [*lines, Line("assistant", answer, mark=Erased(attribute.name))]
        lasting = attribute.process in LASTING and mode in TRUE
        mark = Named(attribute.name, telling.version) if lasting else None
        if not kept:
            return [*lines, self._unkept(domain, draw, mark)]
        echo = () if mode in NOT_ECHOED else attribute.echo
        return [*lines, self._answer(echo, {"value": slots["value"]}, states[:1], domain, draw, mark)]

    def withdrawal(self, category: str, draw: Draw) -> list[Line]:
        """A category of facts may no longer be kept."""
        modes, slots = self._bank.modes, {"category": CATEGORIES.get(category, category)}
        said = self._voice.says(draw.choice(modes["consent_withdrawn"]), slots, draw)
        states, mark = ((("withdrawn", category), ""),), Withdrawn(category)
        return [
            Line("user", said, states),
            Line("assistant", filled(draw.choice(modes["consent_ack"]), slots), mark=mark),
        ]

    def introduction(self, person: Acquaintance, draw: Draw) -> list[Line]:
        """Who somebody is."""
        states = ((("person", person.relation.name), person.name),)
        return self._told(
            person.relation.introduce, person.relation.echo, {"name": person.name}, states, "people", draw
        )

    def about(self, person: Acquaintance, place: int, draw: Draw) -> list[Line]:
        """Something about a person, said by name alone; of one of two namesakes with the relation."""
        about, value, _ = person.facts[place]
        who = person.relation.third.format(name=person.name) if person.namesake else person.name
        states = ((("about", person.relation.name, about.name), value),)
        return self._told(about.say, about.echo, {"name": who, "value": value}, states, "people", draw)

    def sense(self, word: Ambiguous, which: int, draw: Draw) -> list[Line]:
        """A word in one of its senses."""
        sense, value = word.homonym.senses[which], word.values[which]
        states = ((("sense", word.homonym.word, sense.name), value),)
        return self._told(sense.say, sense.echo, {"value": value}, states, "any", draw)

    def routine(self, routine: Routine, nth: int, follows: bool, draw: Draw) -> list[Line]:
        """A first request and its answer, and mostly the other that follows it; `nth` time of this routine."""

        def pick(part: str) -> str:
            return in_turn(getattr(routine, part), nth, self._seed, routine.name, part)

        lines = [Line("user", self._voice.wants(pick("before"), draw))]
        lines.append(Line("assistant", self._going_on(pick("reply"), draw)))
        if follows:
            said = self._voice.wants(pick("after"), draw)
            lines.append(Line("user", said, ((("follows", routine.name), routine.value),)))
            lines.append(Line("assistant", self._going_on(pick("after_reply"), draw)))
        return lines

    def attempt(self, task: Task, nth: int, draw: Draw) -> list[Line]:
        """A request, an approach that the assistant proposes, and how that went; the nth attempt."""
        kind, attempt = task.kind, task.attempts[nth]
        approach = attempt.approach

        def pick(part: str) -> str:
            return in_turn(getattr(kind, part), nth, self._seed, kind.name, part)

        asked = self._voice.wants(pick("request"), draw)
        proposal = self._at_length(filled(pick("propose"), {"approach": approach}), "any", draw)
        went = self._said(pick("success" if attempt.success else "failure"), {"approach": approach}, "any", draw)
        states = ((("worked" if attempt.success else "failed", kind.name, approach), approach),)
        mark = Tried(kind.name, approach, attempt.success)
        return [
            Line("user", asked),
            Line("assistant", proposal, ((("proposed", kind.name), approach),)),
            Line("user", went, states, mark),
            self._answer((), {}, (), "any", draw),
        ]

    def announcement(self, episode: Episode, draw: Draw) -> list[Line]:
        """Something is coming up, and at times how that feels."""
        slots = {"value": episode.value, "when": draw.choice(COMING)}
        said = draw.choice(episode.kind.announce)
        if draw.chance(FELT_PERMILLE):
            said = f"{said} {draw.choice(episode.kind.feeling_before)}"
        states = ((("announced", episode.kind.name), episode.value),)
        return self._told((said,), (), slots, states, "any", draw)

    def ending(self, episode: Episode, draw: Draw) -> list[Line]:
        """How it went."""
        states = ((("ended", episode.kind.name), episode.ending.outcome_value),)
        return self._told(episode.ending.say, episode.kind.echo, {"value": episode.value}, states, "any", draw)

    def _told(
        self, patterns: Patterns, echo: Patterns, slots: dict[str, str], states: States, domain: str, draw: Draw
    ) -> list[Line]:
        said = self._said(draw.choice(patterns), slots, domain, draw)
        echoes = any("{value}" in pattern for pattern in echo) and states[0][0][0] != "ended"
        heard = {name: re.sub(r"^my\b", "your", value) for name, value in slots.items()}
        echoed = tuple((key, heard["value"]) for key, _ in states) if echoes else ()
        return [Line("user", said, states), self._answer(echo, heard, echoed, domain, draw)]

    def _said(self, pattern: str, slots: dict[str, str], domain: str | None, draw: Draw) -> str:
        """A statement, at times with more about its domain; None for the bare statement."""
        if domain is not None:
            pattern = with_more(pattern, self._bank.talk[domain], self._elaboration, draw)
        return self._voice.says(pattern, slots, draw)

    def _answer(
        self,
        echo: Sequence[str],
        slots: dict[str, str],
        states: States,
        domain: str | None,
        draw: Draw,
        mark: Mark | None = None,
    ) -> Line:
        """The assistant's answer: it repeats what it heard or says nothing of it, and may go on about its domain."""
        if echo and draw.chance(ECHO_PERMILLE):
            return Line("assistant", self._at_length(filled(draw.choice(echo), slots), domain, draw), states, mark)
        length = self._length(domain, draw)
        return Line("assistant", length or self._going_on(draw.choice(self._bank.assistant.acks), draw), mark=mark)

    def _unkept(self, domain: str | None, draw: Draw, mark: Mark | None) -> Line:
        """The assistant's answer to what it must not keep."""
        return Line("assistant", self._at_length(draw.choice(self._bank.modes["unkept"]), domain, draw), mark=mark)

    def _at_length(self, text: str, domain: str | None, draw: Draw) -> str:
        """An answer that goes on about a domain, or else about what comes next."""
        length = self._length(domain, draw)
        return f"{text} {length}" if length else self._going_on(text, draw)

    def _length(self, domain: str | None, draw: Draw) -> str | None:
        return None if domain is None else at_length(self._bank.talk[domain], self._elaboration, draw)

    def _going_on(self, text: str, draw: Draw) -> str:
        """An answer, and mostly a word on what comes next."""
        return f"{text} {draw.choice(self._bank.assistant.offers)}" if draw.chance(OFFER_PERMILLE) else text

    def _patterns(self, attribute: Attribute, mode: Mode, draw: Draw) -> Patterns:
        modes = self._bank.modes
        match mode:
            case "say" | "wrong" | "happened":
                return attribute.say
            case "add" | "remove":
                return attribute.add if mode == "add" else attribute.remove
            case "again":
                return modes["again"] if draw.chance(GENERIC_PERMILLE) else attribute.say
            case "change":
                return attribute.change if draw.chance(WORDED_PERMILLE) else modes["update_plain"]
            case "assistant_wrong":
                return modes["assistant_corrected"]
            case _:
                return modes[mode]

    def _slots(self, fact: Fact, telling: Telling, at: datetime, draw: Draw) -> dict[str, str]:
        """Whatever a pattern may name of a fact: the value that is said, and the attribute's clauses with it."""
        attribute, clause = fact.attribute, fact.attribute.clause
        version = fact.versions[telling.version]
        value = telling.other if telling.mode in FOREIGN else version.value
        before = fact.versions[telling.version - 1].value if telling.version else ""
        slots = {"value": value, "topic": attribute.topic, "old": telling.other or before}
        slots |= {"i": clause.i.format(value=value), "you": clause.you.format(value=value)}
        slots |= {"if": clause.if_i.format(value=value)}
        slots |= {"was": clause.was.format(value=value), "since": since(version.since, at)}
        if telling.mode == "hearsay":
            slots["they"] = clause.they.format(value=value, who=self._somebody(attribute.name))
        if telling.mode == "happened":
            slots["when"] = when(version.since, at.date(), draw)
        return slots

    def _somebody(self, name: str) -> str:
        """Somebody of whom the user speaks in no other place: `my cousin Femi`."""
        draw = Draw(self._seed, "somebody", name)
        relation = next(r for r in draw.shuffled(self._bank.relations) if r.name not in self._relations)
        return relation.third.format(name=next(n for n in draw.shuffled(relation.names) if n not in self._names))


def _states(fact: Fact, telling: Telling, pattern: str, slots: dict[str, str]) -> States:
    """What a telling states, the main thing first."""
    name, version, value, mode = fact.attribute.name, telling.version, slots["value"], telling.mode
    if mode in TRUE:
        states = [(fact_key(name, version), value)]
        if mode == "happened":
            states.append((("date", name, str(version)), slots["when"]))
        if mode == "change" and "{old}" in pattern:
            states.append((fact_key(name, version - 1), slots["old"]))
        if mode == "correct" and "{old}" in pattern:
            states.append((("corrected", name), telling.other))
        if mode in ("correct", "assistant_wrong"):
            states.append((("righted", name), value))
        return tuple(states)
    if mode == "forget":
        return ((("forget", name), ""),)
    kind = _KINDS.get(mode, "aside")
    return (((kind, name, str(version)) if kind == "gone" else (kind, name), value),)
