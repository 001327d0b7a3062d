"""A user's world: what is true of them and when, what they let be kept, and in which session they speak of it.

Everything here is truth; no words are chosen yet. Draws are keyed by what they are for, so one more attribute in the
bank or one more session leaves the others as they were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from memlab.seeds import Draw
from memlab.sources.simulated.bank import About, Attribute, Bank, Relation

START = datetime(2023, 1, 2, tzinfo=UTC)
TOLD_PERMILLE = 700
RELATION_PERMILLE = 850
RESTATED_PERMILLE = 50
EPHEMERAL_PERMILLE = 45
CONSENT_PERMILLE = 600
EVENT_AGO_DAYS = 12


@dataclass(frozen=True, slots=True)
class Said:
    """One time at which a fact is spoken of: in which session, and which version of it, counted from 0."""

    session: int
    version: int
    changed: bool = False
    happened: date | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of a user under one attribute: its values in order, and when each is spoken of."""

    attribute: Attribute
    values: tuple[str, ...]
    said: tuple[Said, ...]
    forbidden: bool = False

    @property
    def told(self) -> bool:
        """Whether the user ever speaks of it."""
        return bool(self.said)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A person in the user's life: introduced in one session, spoken of in others."""

    relation: Relation
    name: str
    introduced: tuple[int, ...]
    facts: tuple[tuple[About, str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class World:
    """All that is true of one user, and the times of their sessions."""

    starts: tuple[datetime, ...]
    consents: dict[str, bool]
    facts: tuple[Fact, ...]
    acquaintances: tuple[Acquaintance, ...]


def build_world(bank: Bank, sessions: int, months: int, seed: int) -> World:
    """Draws a world: the same seed gives the same world."""
    starts = tuple(_starts(sessions, months, Draw(seed, "starts")))
    sensitive = sorted({a.sensitivity for a in bank.attributes} - {"none"})
    consents = {category: Draw(seed, "consent", category).chance(CONSENT_PERMILLE) for category in sensitive}
    facts = []
    for attribute in bank.attributes:
        draw = Draw(seed, "fact", attribute.name)
        values = tuple(draw.shuffled(attribute.values))
        said = tuple(_SCHEDULES[attribute.process](attribute, starts, draw))
        forbidden = not consents.get(attribute.sensitivity, True)
        facts.append(Fact(attribute, values, said, forbidden))
    people = (_acquaintance(relation, sessions, Draw(seed, "relation", relation.name)) for relation in bank.relations)
    return World(starts, consents, tuple(facts), tuple(person for person in people if person))


def _starts(sessions: int, months: int, draw: Draw) -> Iterator[datetime]:
    gap_minutes = months * 30 * 24 * 60 // max(1, sessions)
    day = START
    for _ in range(sessions):
        evening = day.replace(hour=7 + draw.below(15), minute=draw.below(60), second=draw.below(60))
        yield evening
        day = evening + timedelta(minutes=draw.between(gap_minutes // 6, gap_minutes * 11 // 6))
        day = day.replace(hour=0, minute=0, second=0) + timedelta(days=1)


def _lasting(attribute: Attribute, starts: tuple[datetime, ...], draw: Draw) -> Iterator[Said]:
    """Said first in the earlier half, then again now and then, and whenever it has changed."""
    first = draw.below(max(1, len(starts) // 2))
    if not draw.chance(TOLD_PERMILLE):
        return
    yield Said(first, 0)
    version = 0
    rate_permille = round(attribute.changes_per_year * 1000)
    for session in range(first + 1, len(starts)):
        days = (starts[session] - starts[session - 1]).days
        if version + 1 < len(attribute.values) and draw.below(365_000) < rate_permille * days:
            version += 1
            yield Said(session, version, changed=True)
        elif draw.chance(RESTATED_PERMILLE):
            yield Said(session, version)


def _happening(attribute: Attribute, starts: tuple[datetime, ...], draw: Draw) -> Iterator[Said]:
    """One or two things of the kind, each told once, some days after it happened."""
    for version in range(draw.between(1, 2)):
        session, ago = draw.below(len(starts)), draw.between(1, EVENT_AGO_DAYS)
        if draw.chance(TOLD_PERMILLE):
            yield Said(session, version, happened=(starts[session] - timedelta(days=ago)).date())


def _passing(attribute: Attribute, starts: tuple[datetime, ...], draw: Draw) -> Iterator[Said]:
    """True for the moment, another value each time."""
    version = 0
    for session in range(len(starts)):
        if draw.chance(EPHEMERAL_PERMILLE) and version < len(attribute.values):
            yield Said(session, version)
            version += 1


_SCHEDULES = {"static": _lasting, "drifting": _lasting, "event": _happening, "ephemeral": _passing}


def _acquaintance(relation: Relation, sessions: int, draw: Draw) -> Acquaintance | None:
    name = draw.choice(relation.names)
    if not draw.chance(RELATION_PERMILLE) or sessions < 2:
        return None
    introduced = draw.below(sessions * 2 // 3)
    elsewhere = [session for session in range(sessions) if session != introduced]
    facts = []
    for about in relation.about:
        times = tuple(sorted(draw.shuffled(elsewhere)[: draw.between(1, 2)]))
        facts.append((about, draw.choice(about.values), times))
    return Acquaintance(relation, name, (introduced,), tuple(facts))
