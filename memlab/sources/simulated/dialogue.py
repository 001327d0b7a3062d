"""From truth to talk: sessions of user and assistant turns, and a note of what each turn states."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from memlab.events import Turn, TurnId
from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank, filled
from memlab.sources.simulated.world import Acquaintance, Fact, Said, World

ECHO_PERMILLE = 650
CHANGE_WORDED_PERMILLE = 500
OPENING_PERMILLE = 650
CLOSING_PERMILLE = 550
EXPLICIT_DATE_PERMILLE = 450
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
COUNTS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
States = tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A turn states something: `key` names it (attribute and version, or person and what of them)."""

    turn: TurnId
    session: int
    key: tuple[str, ...]
    form: str


@dataclass
class Talk:
    """All turns of a life in order, by session, and what they state."""

    sessions: list[list[Turn]] = field(default_factory=list)
    stated: dict[tuple[str, ...], list[Statement]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class _Line:
    """One turn to be: who says what, and the keys it states with the words that state them."""

    speaker: str
    text: str
    states: States = ()


def write_talk(bank: Bank, world: World, form: str, chatter: tuple[int, int], seed: int) -> Talk:
    """Renders a world.

    Args:
        form: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        chatter: Least and most chatter exchanges in a session.
    """
    talk = Talk()
    remarks: dict[int, list[list[_Line]]] = defaultdict(list)
    for fact in world.facts:
        for place, said in enumerate(fact.said):
            draw = Draw(seed, "remark", fact.attribute.name, place)
            remarks[said.session].append(_remark(bank, fact, said, world.starts[said.session], draw))
    for person in world.acquaintances:
        for session, lines in _person_remarks(bank, person, seed):
            remarks[session].append(lines)
    unused = Draw(seed, "chatter").shuffled(bank.exchanges)
    for session, start in enumerate(world.starts):
        draw = Draw(seed, "session", session)
        exchanges = [unused[draw.below(len(unused))] for _ in range(draw.between(*chatter))]
        blocks = remarks[session] + [_chatter(bank, exchange, draw) for exchange in exchanges]
        lines = [line for block in draw.shuffled(blocks) for line in block]
        if draw.chance(OPENING_PERMILLE) or not lines:
            lines = _pair(bank, bank.openings, bank.greetings, draw) + lines
        if draw.chance(CLOSING_PERMILLE):
            lines += _pair(bank, bank.closings, bank.farewells, draw)
        talk.sessions.append(list(_turns(talk, lines, session, start, form, draw)))
    return talk


def date_forms(day: date) -> tuple[str, ...]:
    """A date as an answer states it, with and without the year: `14 March 2024`, `14 March`."""
    short = f"{day.day} {MONTHS[day.month - 1]}"
    return f"{short} {day.year}", short


def fact_key(fact: Fact, version: int) -> tuple[str, ...]:
    """What a turn states when it states a value of a fact."""
    return ("fact", fact.attribute.name, str(version))


def _turns(talk: Talk, lines: Sequence[_Line], session: int, start: datetime, form: str, draw: Draw) -> Iterator[Turn]:
    at = start
    for place, line in enumerate(lines):
        id = f"s{session:03d}t{place:02d}"
        for key, words in line.states:
            talk.stated[key].append(Statement(id, session, key, words))
        text = form.format(at=at, speaker=line.speaker, text=line.text)
        yield Turn(at=at, session=session, id=id, speaker=line.speaker, text=text)
        at += timedelta(seconds=draw.between(8, 95))


def _remark(bank: Bank, fact: Fact, said: Said, start: datetime, draw: Draw) -> list[_Line]:
    attribute, value = fact.attribute, fact.values[said.version]
    states = [(fact_key(fact, said.version), value)]
    if said.happened is not None:
        words = _when(said.happened, start.date(), draw)
        sentence = draw.choice(attribute.say).format(value=value, when=words)
        states.append((("date", attribute.name, str(said.version)), words))
    elif said.changed and draw.chance(CHANGE_WORDED_PERMILLE):
        pattern, old = draw.choice(attribute.change), fact.values[said.version - 1]
        sentence = pattern.format(value=value, old=old)
        if "{old}" in pattern:
            states.append((fact_key(fact, said.version - 1), old))
    else:
        sentence = draw.choice(attribute.say).format(value=value)
    echo = (_capital(draw.choice(attribute.echo).format(value=value)), (states[0],))
    return _told(bank, sentence, states, echo, draw)


def _person_remarks(bank: Bank, person: Acquaintance, seed: int) -> Iterator[tuple[int, list[_Line]]]:
    relation = person.relation
    for session in person.introduced:
        draw = Draw(seed, "introduce", relation.name, session)
        sentence = draw.choice(relation.introduce).format(name=person.name)
        echo: tuple[str, States] = (draw.choice(relation.echo).format(name=person.name), ())
        yield session, _told(bank, sentence, [(("person", relation.name), person.name)], echo, draw)
    for about, value, sessions in person.facts:
        for session in sessions:
            draw = Draw(seed, "about", relation.name, about.name, session)
            states = [(("about", relation.name, about.name), value)]
            sentence = draw.choice(about.say).format(name=person.name, value=value)
            reply = (draw.choice(about.echo).format(name=person.name, value=value), tuple(states))
            yield session, _told(bank, sentence, states, reply, draw)


def _told(bank: Bank, sentence: str, states: Sequence, echo: tuple[str, States], draw: Draw) -> list[_Line]:
    said = draw.choice(bank.frames).format(said=_capital(sentence))
    reply = _Line("assistant", *echo) if draw.chance(ECHO_PERMILLE) else _Line("assistant", draw.choice(bank.acks))
    return [_Line("user", said, tuple(states)), reply]


def _chatter(bank: Bank, exchange: Sequence[str], draw: Draw) -> list[_Line]:
    turns = filled("\x00".join(exchange), bank.words, draw).split("\x00")
    return [_Line(("user", "assistant")[place % 2], _capital(text)) for place, text in enumerate(turns)]


def _pair(bank: Bank, first: Sequence[str], second: Sequence[str], draw: Draw) -> list[_Line]:
    return [
        _Line("user", filled(draw.choice(first), bank.words, draw)),
        _Line("assistant", filled(draw.choice(second), bank.words, draw)),
    ]


def _when(day: date, today: date, draw: Draw) -> str:
    ago = (today - day).days
    if draw.chance(EXPLICIT_DATE_PERMILLE):
        return f"on {date_forms(day)[1]}"
    if ago == 1:
        return "yesterday"
    if 2 <= ago <= 7 and draw.chance(500):
        return f"last {WEEKDAYS[day.weekday()]}"
    return f"{COUNTS[ago]} days ago"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
