"""A user's world: who they are, what is true of them and when, and in which session they speak of it.

Everything here is truth and plan; no words are chosen yet. Draws are keyed by what they are for, so one more attribute
in the bank or one more session leaves the others as they were.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank
from memlab.sources.simulated.facts import Fact, draw_fact
from memlab.sources.simulated.habits import Habits, draw_habits
from memlab.sources.simulated.patterns import About, Attribute, Relation

START = datetime(2023, 1, 2, tzinfo=UTC)
CONSENT_PERMILLE = 450
WITHDRAWN_PERMILLE = 350
NAMESAKE_PERMILLE = 350


@dataclass(frozen=True, slots=True)
class Shape:
    """How much there is in a life: of each user, sessions over months, and of what each user has how many.

    Attributes:
        drift: How often what holds changes, 1 as often as the bank says.
        slips: How often what is said is not the plain truth, likewise; corrections: how often it is put right.
        sensitive: How much more readily than others a sensitive attribute is among a user's.
    """

    sessions: int
    months: int
    attributes: int
    people: int
    homonyms: int
    routines: int
    tasks: int
    episodes: int
    erasures: int
    drift: float = 1.0
    slips: float = 1.0
    corrections: float = 1.0
    sensitive: float = 1.0


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A person in the user's life: introduced in one session, spoken of in others.

    Attributes:
        namesake: Whether somebody else in this life has the same name, so that the relation is always said with it.
    """

    relation: Relation
    name: str
    introduced: int
    facts: tuple[tuple[About, str, tuple[int, ...]], ...]
    namesake: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """All that is true of one user, and the times of their sessions.

    Attributes:
        consents: Whether each category may be kept, at the beginning.
        withdrawn: In which session a category that could be kept no longer may.
    """

    register: str
    starts: tuple[datetime, ...]
    consents: dict[str, bool]
    withdrawn: dict[str, int]
    facts: tuple[Fact, ...]
    acquaintances: tuple[Acquaintance, ...]
    habits: Habits


def build_world(bank: Bank, shape: Shape, seed: int) -> World:
    """Draws a world: the same seed gives the same world."""
    starts = tuple(_starts(shape.sessions, shape.months, Draw(seed, "starts")))
    sensitive = sorted({a.sensitivity for a in bank.attributes} - {"none"})
    consents = {category: Draw(seed, "consent", category).chance(CONSENT_PERMILLE) for category in sensitive}
    withdrawn = {}
    for category in sensitive:
        draw = Draw(seed, "withdrawn", category)
        if consents[category] and shape.sessions > 1 and draw.chance(WITHDRAWN_PERMILLE):
            withdrawn[category] = draw.between(shape.sessions // 2, shape.sessions - 1)
    own = _attributes(bank, shape, seed)
    kept = [a for a in own if consents.get(a.sensitivity, True) and a.process not in ("event", "ephemeral")]
    by_lot = sorted(kept, key=lambda attribute: Draw(seed, "forgotten", attribute.name).below(1 << 60))
    forgotten = {attribute.name for attribute in by_lot[: shape.erasures]}
    facts = tuple(
        draw_fact(
            replace(attribute, per_year=attribute.per_year * shape.drift),
            starts,
            forbidden=not consents.get(attribute.sensitivity, True),
            forget=attribute.name in forgotten,
            slips=shape.slips,
            corrections=shape.corrections,
            seed=seed,
        )
        for attribute in own
    )
    said = {version.value for fact in facts for version in fact.versions}
    people = tuple(_people(bank, shape, said, seed)) if shape.sessions > 1 else ()
    counts = (shape.homonyms, shape.routines, shape.tasks, shape.episodes)
    habits = draw_habits(bank, counts, {attribute.name for attribute in own}, shape.sessions, seed)
    register = Draw(seed, "register").choice(sorted(bank.registers))
    return World(register, starts, consents, withdrawn, facts, people, habits)


def _attributes(bank: Bank, shape: Shape, seed: int) -> list[Attribute]:
    """Those that the user has at all, in the bank's order; whether one is among them does not hang on the others."""

    def late(attribute: Attribute) -> int:
        readily = 1000 if attribute.sensitivity == "none" else round(1000 * shape.sensitive)
        return Draw(seed, "has", attribute.name).below(1 << 60) // readily if readily else 1 << 60

    order = sorted(bank.attributes, key=late)
    names = {attribute.name for attribute in order[: shape.attributes] if late(attribute) < 1 << 60}
    return [attribute for attribute in bank.attributes if attribute.name in names]


def _starts(sessions: int, months: int, draw: Draw) -> Iterator[datetime]:
    """Waking hours; a gap is 1/6 to 11/6 of the mean, rounded up to the next day."""
    gap_minutes = months * 30 * 24 * 60 // sessions
    day = START
    for _ in range(sessions):
        begun = day.replace(hour=7 + draw.below(15), minute=draw.below(60), second=draw.below(60))
        yield begun
        day = begun + timedelta(minutes=draw.between(gap_minutes // 6, gap_minutes * 11 // 6))
        day = day.replace(hour=0, minute=0, second=0) + timedelta(days=1)


def _people(bank: Bank, shape: Shape, said: Set[str], seed: int) -> Iterator[Acquaintance]:
    """Some people, but never one of every relation; now and then the second has the name of the first.

    Args:
        said: Values of the user's facts: a person who is also one of them shares a name.
    """
    most = min(shape.people, len(bank.relations) - 1)  # what is heard of somebody else is of the relation left
    drawn: list[tuple[Relation, str, Draw]] = []
    for relation in Draw(seed, "people").some(bank.relations, most):
        draw = Draw(seed, "relation", relation.name)
        name = draw.choice(relation.names)
        if len(drawn) == 1 and draw.chance(NAMESAKE_PERMILLE):
            name = drawn[0][1]
        drawn.append((relation, name, draw))
    names = [name for _, name, _ in drawn]
    for relation, name, draw in drawn:
        introduced = draw.below(shape.sessions * 2 // 3)
        elsewhere = [session for session in range(shape.sessions) if session != introduced]
        facts = tuple(
            (about, draw.choice(about.values), tuple(sorted(draw.some(elsewhere, draw.between(1, 2)))))
            for about in relation.about
        )
        yield Acquaintance(relation, name, introduced, facts, namesake=names.count(name) > 1 or name in said)
