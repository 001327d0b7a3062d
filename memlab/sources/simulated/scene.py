"""What a judge knows of a life at one moment: who said what, what holds, and what must not be used."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from memlab.events import TurnId
from memlab.life import Gold, Nugget
from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank
from memlab.sources.simulated.dialogue import Statement, Talk, names
from memlab.sources.simulated.facts import Fact, Telling
from memlab.sources.simulated.missing import as_told
from memlab.sources.simulated.options import options
from memlab.sources.simulated.patterns import LASTING
from memlab.sources.simulated.remarks import TRUE, Key, fact_key
from memlab.sources.simulated.wording import Voice
from memlab.sources.simulated.world import World
from memlab.text import stems

WORDINGS = 8
NAMING = ("fact", "wrong", "corrected", "aside", "joke", "cleared", "gone", "retract", "date", "when")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold.

    Attributes:
        subject: Tells apart questions of one kind about different things.
        named: The value that its wording gives away; empty where it gives none away.
        natural: Which of those that the user asks in the course of the talk, from 1; 0 where somebody only measures.
    """

    subject: tuple[str, ...]
    text: str
    gold: Gold
    named: str = ""
    natural: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be asked: what it is about, what must be known for it, and how it is put.

    Attributes:
        subject: Tells apart questions of one kind about different things.
        pose: Puts it into words; None where every wording would give an answer away.
    """

    subject: tuple[str, ...]
    evidence: tuple[Nugget, ...]
    is_updated: bool
    pose: Callable[[Draw], Question | None]


Found = Iterator[Candidate]


@dataclass(frozen=True)
class Scene:
    """One life up to a turn of a session.

    Attributes:
        until: How many turns have been said.
        overlap: Which of eight ways to ask is taken, from 0, the one that shares the fewest words with the evidence, to
            1, the one that shares most; None takes any of all.
    """

    bank: Bank
    world: World
    talk: Talk
    voice: Voice
    session: int
    until: int
    overlap: float | None = None

    @property
    def now(self) -> datetime:
        """When the session began."""
        return self.world.starts[self.session]

    def said(self, key: Key) -> Sequence[Statement]:
        """Everything until now that states a thing."""
        stated = self.talk.stated.get(key, [])
        if not stated or stated[-1].place < self.until:
            return stated
        return [statement for statement in stated if statement.place < self.until]

    def about(self, name: str) -> frozenset[TurnId]:
        """Every turn until now that names a value of an attribute, true or not."""
        keys = (key for key in self.talk.stated if key[0] in NAMING and key[1] == name)
        return frozenset(statement.turn for key in keys for statement in self.said(key))

    def is_of_session(self, statement: Statement) -> bool:
        """Whether something was said in this session."""
        return self.talk.turns[statement.turn].session == self.session

    def named(self, name: str, *, lately: bool = False) -> set[str]:
        """The values of an attribute that have been named by now, or in this session, true or not."""
        keys = (key for key in self.talk.stated if key[0] in NAMING and key[1] == name)
        return {s.form for key in keys for s in self.said(key) if not lately or self.is_of_session(s)}

    def comes_up(self, event: str) -> bool:
        """Whether an episode that might be taken for an event is part of this life: an `exam` for a `driving_test`."""
        return any(event in episode.kind.like for episode in self.world.habits.episodes)

    @cached_property
    def unallowed(self) -> frozenset[TurnId]:
        """Turns that state what the user has not allowed to be kept, or has had erased by now."""
        gone = (f for f in self.world.facts if self.is_forbidden(f) or self.is_erased(f))
        turns = frozenset[TurnId]().union(*(self.about(fact.attribute.name) for fact in gone))
        if turns != self.talk.unallowed:
            self.talk.unallowed = turns
        return self.talk.unallowed  # the very same set for every question until one more turn is in it

    def is_forbidden(self, fact: Fact) -> bool:
        """Whether the user has not allowed a fact to be kept, or no longer allows it."""
        return fact.forbidden or bool(self.said(("withdrawn", fact.attribute.sensitivity)))

    def is_erased(self, fact: Fact) -> bool:
        """Whether the user has had a fact erased by now."""
        return bool(self.said(("forget", fact.attribute.name)))

    @cached_property
    def open_facts(self) -> Sequence[tuple[Fact, int]]:
        """Lasting facts that have been told and can be asked for, each with its newest version."""
        lasting = (fact for fact in self.world.facts if fact.attribute.process in LASTING and self.is_open(fact))
        told = ((fact, self.told_version(fact)) for fact in lasting)
        return [(fact, version) for fact, version in told if version is not None]

    def is_open(self, fact: Fact) -> bool:
        """Whether a fact may be kept, was neither erased nor taken back, and no joke about it waits to be cleared.

        Until it is cleared nobody can tell a joke from news.
        """
        name = fact.attribute.name
        jokes = len(self.said(("joke", name))) - len(self.said(("cleared", name)))
        return not (self.is_forbidden(fact) or self.is_erased(fact) or self.said(("retract", name)) or jokes)

    def told_version(self, fact: Fact) -> int | None:
        """The newest version that has been told to hold; None where none has."""
        return max((t.version for t in self.tellings(fact) if t.mode in TRUE), default=None)

    def tellings(self, fact: Fact) -> list[Telling]:
        """How a fact has been told until now, what belongs to sessions that were not held left out."""
        missed = self.talk.missed
        whole = [told for _, told in as_told(fact.tellings, missed)] if missed else fact.tellings
        return [telling for telling in whole if telling.session <= self.session]

    def version(self, fact: Fact, version: int) -> Sequence[Statement]:
        """Everything until now that states a version of a fact."""
        return self.said(fact_key(fact.attribute.name, version))

    def ats(self, nugget: Nugget) -> list[datetime]:
        """When the turns of a nugget were said."""
        return [self.talk.turns[turn].at for turn in nugget.turns]

    def ask(
        self,
        kind: str,
        subject: Sequence[str],
        patterns: Sequence[str],
        slots: dict[str, str],
        answers: Sequence[str] = (),
        evidence: Sequence[Nugget] = (),
        stale: frozenset[TurnId] = frozenset(),
        stale_values: Sequence[str] = (),
        choices: Sequence[str] = (),
        updates: int | None = None,
        rivals: Sequence[str] = (),
    ) -> Candidate:
        """A question of a kind that can be put in this user's words.

        Args:
            choices: What it offers; where it is empty, the answer is offered among rivals.
            updates: How often what it asks for has changed since, or by now; None where the kind knows no change.
            rivals: Other values than the answer, those that must be offered first.
        """
        facets = {} if updates is None else {"updates": updates}

        def pose(draw: Draw) -> Question | None:
            pattern = self._wording(patterns, slots, () if choices else answers, evidence, draw)
            if pattern is None:
                return None
            text = self.voice.asks(pattern, slots, draw)
            gold = Gold(
                kind=kind,
                answers=tuple(answers),
                choices=tuple(choices) or options(answers, rivals, text),
                answerable=bool(evidence),
                evidence=tuple(evidence),
                stale=stale,
                stale_values=tuple(dict.fromkeys(stale_values)),
                forbidden=self.unallowed,
                facets=facets | {"overlap": round(self._shared(pattern.format(**slots), evidence), 3)},
            )
            named = slots["value"] if "{value}" in pattern else ""
            return Question(tuple(subject), text, gold, named)

        return Candidate(tuple(subject), tuple(evidence), bool(stale), pose)

    def _wording(
        self,
        patterns: Sequence[str],
        slots: dict[str, str],
        answers: Sequence[str],
        evidence: Sequence[Nugget],
        draw: Draw,
    ) -> str | None:
        """A pattern that names no answer, of some of them that of the wanted overlap; None where all name one."""
        fit = [p for p in patterns if not any(names(p.format(**slots), answer) for answer in answers)]
        if not fit or self.overlap is None:
            return draw.choice(fit) if fit else None
        some = draw.some(fit, WORDINGS)
        ranked = sorted(some, key=lambda p: (self._shared(p.format(**slots), evidence), p))
        return ranked[round(self.overlap * (len(ranked) - 1))]

    def _shared(self, question: str, evidence: Sequence[Nugget]) -> float:
        """The largest share of the question's content words that a turn of the evidence has; 0 without evidence."""
        wanted = set(stems(question))
        turns = [turn for nugget in evidence for turn in nugget.turns]
        if not wanted or not turns:
            return 0.0
        return max(len(wanted & set(stems(self.talk.turns[turn].text))) for turn in turns) / len(wanted)


def nugget(statements: Sequence[Statement], *values: str) -> Nugget:
    """One thing to be known, stated by any of these, in one of these forms."""
    return Nugget(turns=frozenset(s.turn for s in statements), values=tuple(dict.fromkeys(values)))
