"""What is true of a user and when, and how and when they tell it: two times for every fact.

A version of a fact is true from a day on; a telling says it, or something like it, in a session. What is said may be
late, wrong and put right, hinted at, taken back, or about somebody else. Draws are keyed by the attribute, so another
attribute in the bank leaves the others as they were.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from memlab.seeds import Draw
from memlab.sources.simulated.patterns import Attribute

Mode = Literal[
    "say", "late", "again", "change", "hint", "confirm", "hint_off", "wrong", "correct", "retract", "hearsay",
    "hypothetical", "quoted", "ironic", "cleared", "assistant_wrong", "forget", "add", "remove", "happened",
]  # fmt: skip
TOLD_PERMILLE = {"high": 950, "normal": 850, "low": 650}
RESTATED_PER_YEAR = 0.5
LATE_PERMILLE = 150
WRONG_PERMILLE = 110
HINT_PERMILLE = 200
ASSISTANT_WRONG_PERMILLE = 60
RETRACT_PERMILLE = 50
ASIDE_PERMILLE = 130
EPHEMERAL_PERMILLE = 45
AGO_DAYS = 12
FIRST_MEMBERS = 2
ASIDES: tuple[Mode, ...] = ("hearsay", "hypothetical", "quoted", "ironic")


@dataclass(frozen=True, slots=True)
class Version:
    """A value and the day from which it is true, up to the next version's."""

    value: str
    since: date


@dataclass(frozen=True, slots=True)
class Telling:
    """One time at which a fact comes up.

    Attributes:
        version: Which version it is about, counted from 0; of a set, which of its values.
        other: The wrong or foreign value that is said instead of, or beside, the true one.
    """

    session: int
    mode: Mode
    version: int
    other: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of a user under one attribute, in order, and when each is spoken of.

    Attributes:
        forbidden: Whether the user has not allowed it to be kept.
        forgotten: The session in which the user has it erased; None for never.
    """

    attribute: Attribute
    versions: tuple[Version, ...]
    tellings: tuple[Telling, ...]
    forbidden: bool = False
    forgotten: int | None = None


def draw_fact(
    attribute: Attribute,
    starts: Sequence[datetime],
    forbidden: bool,
    forget: bool,
    slips: float,
    corrections: float,
    seed: int,
) -> Fact:
    """A fact with its tellings in order of session.

    Slips are drawn apart from what is true, so more of them leave the first value as it is.

    Args:
        attribute: With the `per_year` at which it is to change.
        starts: Of the sessions; at least one.
        forbidden: Whether the user has not allowed it to be kept; noted with the fact, it changes no draw.
        forget: Whether the user has it erased between the first third and the last session but one, if it has been
            told before then; never in lives of fewer than three sessions.
        slips: How often what is said is not the plain truth, 1 as often as the rates here say.
        corrections: How often something wrong is said and put right, likewise.
        seed: Of the user.
    """
    draw, slipping = Draw(seed, "fact", attribute.name), Draw(seed, "slips", attribute.name)
    values = draw.shuffled(attribute.values)
    versions, tellings = _PLANS[attribute.process](
        attribute, values, starts, _Chances(draw, slipping, slips, corrections)
    )
    forgotten = None
    if forget and len(starts) >= 3:
        at = slipping.between(len(starts) // 3, len(starts) - 2)  # the last session comes after it
        told = [telling for telling in tellings if telling.session < at]
        if told:
            forgotten, tellings = at, [*told, Telling(at, "forget", 0)]
    order = {mode: place for place, mode in enumerate(_ORDER)}
    tellings.sort(key=lambda telling: (telling.session, order.get(telling.mode, 0)))
    return Fact(attribute, tuple(versions), tuple(tellings), forbidden, forgotten)


@dataclass(frozen=True, slots=True)
class _Chances:
    """Draws of one fact; slips have draws of their own and come as often as they are wanted."""

    draw: Draw
    slipping: Draw
    slips: float
    corrections: float

    def comes(self, per_year: float, days: int) -> bool:
        """Whether something that comes so often comes within so many days."""
        return self.draw.below(365_000) < round(per_year * 1000) * days

    def correct(self, permille: int) -> bool:
        """Whether something wrong is said, to be put right."""
        return self.slipping.chance(min(1000, round(permille * self.corrections)))

    def slip(self, permille: int) -> bool:
        """Whether something is said that is not the plain truth."""
        return self.slipping.chance(min(1000, round(permille * self.slips)))


_ORDER = ("wrong", "say", "late", "change", "confirm", "again", "correct", "retract", "forget")
Course = tuple[list[Version], list[Telling]]


def _lasting(attribute: Attribute, values: Sequence[str], starts: Sequence[datetime], chances: _Chances) -> Course:
    """Said first in the earlier half, again now and then, and when it has changed.

    What is only said takes its values from the first half of the list, what is true from the second.
    """
    others, rest = list(values[: len(values) // 2]), list(values[len(values) // 2 :])
    born = (starts[0] - timedelta(days=chances.draw.between(60, 1500))).date()
    versions, tellings = [Version(rest.pop(), born)], list[Telling]()
    if not chances.draw.chance(TOLD_PERMILLE[attribute.salience]):
        return versions, tellings
    first = chances.draw.below(max(1, len(starts) // 2))
    tellings += _first(attribute, first, others, starts, chances)
    hinted: str | None = None
    begun = tellings[-1].session
    for session in range(first + 1, len(starts)):
        changed = _changed(attribute, versions, starts, session, chances)
        ago = chances.draw.below(max(1, min(20, (starts[session] - starts[session - 1]).days))) if changed else 0
        is_restated, version = chances.comes(RESTATED_PER_YEAR, _days(starts, session)), len(versions) - 1
        if session <= begun:
            continue
        if changed:
            value = hinted or _next_value(attribute, versions, rest)
            versions.append(Version(value, starts[session].date() - timedelta(days=ago)))
            tellings.append(Telling(session, "confirm" if hinted else "change", version + 1))
            hinted = None
        elif attribute.process == "drifting" and hinted is None and others and chances.slip(HINT_PERMILLE // 8):
            hinted = others.pop()
            tellings.append(Telling(session, "hint", version, hinted))
        elif hinted and chances.slipping.chance(HINT_PERMILLE):
            tellings.append(Telling(session, "hint_off", version, hinted))
            hinted = None
        elif is_restated:
            tellings.append(_restated(versions, others, session, chances))
    tellings += _asides(first, others, starts, chances)
    last = max(telling.session for telling in tellings)
    if last + 1 < len(starts) and chances.slip(RETRACT_PERMILLE):
        tellings.append(Telling(chances.slipping.between(last + 1, len(starts) - 1), "retract", len(versions) - 1))
    return versions, tellings


def _first(
    attribute: Attribute, first: int, others: list[str], starts: Sequence[datetime], chances: _Chances
) -> Iterator[Telling]:
    """The first time a fact is told: plainly, as something long true, or wrong and put right within three sessions."""
    if others and first + 1 < len(starts) and chances.correct(WRONG_PERMILLE):
        wrong = others.pop()
        yield Telling(first, "wrong", 0, wrong)
        yield Telling(min(first + chances.slipping.between(1, 3), len(starts) - 1), "correct", 0, wrong)
    else:
        late = chances.slip(LATE_PERMILLE) and attribute.process != "static"  # what never began is not told late
        yield Telling(first, "late" if late else "say", 0)


def _changed(
    attribute: Attribute, versions: Sequence[Version], starts: Sequence[datetime], session: int, chances: _Chances
) -> bool:
    if attribute.process == "cyclic":
        return (starts[session].date() - versions[-1].since).days >= attribute.period_days
    return chances.comes(attribute.per_year, _days(starts, session))


def _days(starts: Sequence[datetime], session: int) -> int:
    """Since the session before; about a month before the first."""
    return (starts[session] - starts[session - 1]).days if session else 30


def _next_value(attribute: Attribute, versions: Sequence[Version], rest: list[str]) -> str:
    """A value never held before, or, where all have been, the first but this; a cyclic one goes back to the last."""
    if attribute.process == "cyclic" and len(versions) > 1:
        return versions[-2].value
    return rest.pop() if rest else next(v.value for v in versions if v.value != versions[-1].value)


def _restated(versions: Sequence[Version], others: list[str], session: int, chances: _Chances) -> Telling:
    """Said again; or the assistant gets it wrong, most often by what held before, and is put right."""
    version = len(versions) - 1
    if chances.correct(ASSISTANT_WRONG_PERMILLE * 4) and (version or others):
        held = versions[version - 1].value if version else others.pop()
        if held != versions[version].value:
            return Telling(session, "assistant_wrong", version, held)
    return Telling(session, "again", version)


def _asides(first: int, others: list[str], starts: Sequence[datetime], chances: _Chances) -> Iterator[Telling]:
    """What sounds like the fact and is not: of somebody else, imagined, quoted, or a joke that is cleared later."""
    for mode in ASIDES:
        if others and chances.slip(ASIDE_PERMILLE):
            session, value = chances.slipping.between(first, len(starts) - 1), others.pop()
            if mode == "ironic":
                later = min(session + chances.slipping.between(1, 2), len(starts) - 1)
                if later == session:
                    continue
                yield Telling(later, "cleared", 0, value)
            yield Telling(session, mode, 0, value)


def _happening(attribute: Attribute, values: Sequence[str], starts: Sequence[datetime], chances: _Chances) -> Course:
    """One or two things of the kind, each told once, some days after it happened."""
    versions, tellings = list[Version](), list[Telling]()
    for n in range(chances.draw.between(1, 2)):
        session, ago = chances.draw.below(len(starts)), chances.draw.between(1, AGO_DAYS)
        versions.append(Version(values[n], (starts[session] - timedelta(days=ago)).date()))
        if chances.draw.chance(TOLD_PERMILLE[attribute.salience]):
            tellings.append(Telling(session, "happened", n))
    return versions, tellings


def _passing(attribute: Attribute, values: Sequence[str], starts: Sequence[datetime], chances: _Chances) -> Course:
    """True for the day, another value each time."""
    versions, tellings = list[Version](), list[Telling]()
    for session, start in enumerate(starts):
        if chances.draw.chance(EPHEMERAL_PERMILLE) and len(versions) < len(values):
            tellings.append(Telling(session, "say", len(versions)))
            versions.append(Version(values[len(versions)], start.date()))
    return versions, tellings


def _several(attribute: Attribute, values: Sequence[str], starts: Sequence[datetime], chances: _Chances) -> Course:
    """A set: two members are told early, then members come and go; each value is a version of its own."""
    rest = list(values)
    versions, tellings, held = list[Version](), list[Telling](), list[int]()
    if not chances.draw.chance(TOLD_PERMILLE[attribute.salience]):
        return versions, tellings
    first = chances.draw.below(max(1, len(starts) // 2))
    for session in range(first, len(starts)):
        due = chances.comes(attribute.per_year, _days(starts, session))
        if len(versions) < FIRST_MEMBERS or (due and rest and (len(held) < 2 or chances.draw.chance(600))):
            held.append(len(versions))
            tellings.append(Telling(session, "say" if not versions else "add", len(versions)))
            versions.append(Version(rest.pop(), starts[session].date()))
        elif due and len(held) > 1:
            gone = held.pop(chances.draw.below(len(held)))
            tellings.append(Telling(session, "remove", gone))
        elif chances.comes(RESTATED_PER_YEAR, _days(starts, session)):
            tellings.append(Telling(session, "say", chances.draw.choice(held)))
    return versions, tellings


_PLANS = {
    "static": _lasting,
    "drifting": _lasting,
    "cyclic": _lasting,
    "event": _happening,
    "ephemeral": _passing,
    "set": _several,
}
