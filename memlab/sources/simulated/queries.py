"""What is asked of a life, and exactly which turns answer it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from memlab.events import TurnId
from memlab.life import Gold, Nugget
from memlab.seeds import Draw
from memlab.sources.simulated.dialogue import Statement, Talk, date_forms, fact_key
from memlab.sources.simulated.world import Fact, World

KINDS = ("current_value", "past_value", "when", "preference", "two_hop", "never_said")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold; `subject` tells apart questions about different things."""

    subject: tuple[str, ...]
    text: str
    gold: Gold


class Asker:
    """Finds the questions that can be asked after a session, from what has been said until then."""

    def __init__(self, world: World, talk: Talk) -> None:
        self._world, self._talk = world, talk
        self._unallowed = [
            statement
            for fact in world.facts
            if fact.forbidden
            for version in range(len(fact.values))
            for statement in talk.stated.get(fact_key(fact, version), ())
        ]
        self._ats: dict[TurnId, datetime] = {turn.id: turn.at for turns in talk.sessions for turn in turns}

    def ask(self, kind: str, session: int, asked: set[tuple[str, ...]], draw: Draw) -> Question | None:
        """One question of a kind; None where all that can be asked has been.

        Every age of the evidence is equally likely, in octaves of days, and so are updated and never updated values.
        """
        groups: dict[tuple[bool, int], list[Question]] = defaultdict(list)
        for question in self._finders()[kind](session, draw):
            if (kind, *question.subject) not in asked:
                groups[bool(question.gold.stale), self._octave(question.gold, session)].append(question)
        return draw.choice(groups[draw.choice(sorted(groups))]) if groups else None

    def forbidden(self, session: int) -> frozenset[TurnId]:
        """Turns until a session that state what the user has not allowed to be kept."""
        return frozenset(statement.turn for statement in self._unallowed if statement.session <= session)

    def _finders(self) -> dict[str, Callable[[int, Draw], Iterator[Question]]]:
        return {
            "current_value": self._current,
            "past_value": self._past,
            "when": self._when,
            "preference": self._preference,
            "two_hop": self._two_hop,
            "never_said": self._never_said,
        }

    def _current(self, session: int, draw: Draw) -> Iterator[Question]:
        for fact in self._open(session):
            yield self._of_now("current_value", fact, fact.attribute.ask_current, session, draw)

    def _preference(self, session: int, draw: Draw) -> Iterator[Question]:
        for fact in self._open(session):
            if fact.attribute.ask_preference:
                yield self._of_now("preference", fact, fact.attribute.ask_preference, session, draw)

    def _past(self, session: int, draw: Draw) -> Iterator[Question]:
        for fact in self._open(session):
            for version in range(1, self._version(fact, session) + 1):
                value, before = fact.values[version], fact.values[version - 1]
                text = draw.choice(fact.attribute.ask_past).format(value=value)
                gold = Gold(
                    kind="past_value",
                    answers=(before,),
                    evidence=(self._nugget(self._said(fact, version - 1, session), before),),
                    forbidden=self.forbidden(session),
                )
                yield Question((fact.attribute.name, str(version)), text, gold)

    def _when(self, session: int, draw: Draw) -> Iterator[Question]:
        for fact in self._world.facts:
            for said in fact.said:
                if said.happened is None or said.session > session or fact.forbidden:
                    continue
                stated = self._until(("date", fact.attribute.name, str(said.version)), session)
                forms = date_forms(said.happened)
                gold = Gold(
                    kind="when",
                    answers=forms,
                    evidence=(self._nugget(stated, *forms, *(s.form for s in stated)),),
                    forbidden=self.forbidden(session),
                )
                text = draw.choice(fact.attribute.ask_when).format(value=fact.values[said.version])
                yield Question((fact.attribute.name, str(said.version)), text, gold)

    def _two_hop(self, session: int, draw: Draw) -> Iterator[Question]:
        for person in self._world.acquaintances:
            introduced = self._until(("person", person.relation.name), session)
            for about, value, _ in person.facts:
                stated = self._until(("about", person.relation.name, about.name), session)
                if introduced and stated:
                    evidence = (self._nugget(introduced, person.name), self._nugget(stated, value))
                    gold = Gold(kind="two_hop", answers=(value,), evidence=evidence, forbidden=self.forbidden(session))
                    yield Question((person.relation.name, about.name), draw.choice(about.ask), gold)

    def _never_said(self, session: int, draw: Draw) -> Iterator[Question]:
        for fact in self._world.facts:
            if fact.attribute.ask_current and not fact.told:
                gold = Gold(kind="never_said", answerable=False, forbidden=self.forbidden(session))
                yield Question((fact.attribute.name,), draw.choice(fact.attribute.ask_current), gold)

    def _of_now(self, kind: str, fact: Fact, patterns: Sequence[str], session: int, draw: Draw) -> Question:
        version = self._version(fact, session)
        current = self._nugget(self._said(fact, version, session), fact.values[version])
        older = [s.turn for v in range(version) for s in self._said(fact, v, session)]
        gold = Gold(
            kind=kind,
            answers=(fact.values[version],),
            evidence=(current,),
            stale=frozenset(older) - current.turns,
            stale_values=fact.values[:version],
            forbidden=self.forbidden(session),
            facets={"updates": version},
        )
        return Question((fact.attribute.name, str(version)), draw.choice(patterns), gold)

    def _open(self, session: int) -> Iterator[Fact]:
        """Lasting facts that may be kept and have been spoken of."""
        for fact in self._world.facts:
            if fact.attribute.ask_current and not fact.forbidden and any(said.session <= session for said in fact.said):
                yield fact

    def _version(self, fact: Fact, session: int) -> int:
        return max(said.version for said in fact.said if said.session <= session)

    def _said(self, fact: Fact, version: int, session: int) -> list[Statement]:
        return self._until(fact_key(fact, version), session)

    def _until(self, key: tuple[str, ...], session: int) -> list[Statement]:
        return [statement for statement in self._talk.stated.get(key, ()) if statement.session <= session]

    def _nugget(self, statements: Sequence[Statement], *values: str) -> Nugget:
        return Nugget(turns=frozenset(s.turn for s in statements), values=tuple(dict.fromkeys(values)))

    def _octave(self, gold: Gold, session: int) -> int:
        ats = [max(self._ats[turn] for turn in nugget.turns) for nugget in gold.evidence]
        if not ats:
            return 0
        return int((self._talk.sessions[session][-1].at - max(ats)).days).bit_length()
