"""A world told: sessions of user and assistant turns with what happens between them, and a note of what each states."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import count

from memlab.events import Turn, TurnId
from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank
from memlab.sources.simulated.patterns import Patterns
from memlab.sources.simulated.remarks import Key, Line, Mark, Teller
from memlab.sources.simulated.wording import Voice, drawn, in_turn
from memlab.sources.simulated.world import World
from memlab.text import contains

OPENING_PERMILLE = 400
CLOSING_PERMILLE = 250
SHORTEST_PAUSE, LONGEST_PAUSE = 8, 95
LONGEST_SESSION = 7_000  # seconds: one that begins before ten in the evening ends on its day, whose date is told
Block = list[Line]


@dataclass(frozen=True, slots=True)
class Statement:
    """A turn states something, in these words; `speaker` says it, `place` counts the turns before it."""

    turn: TurnId
    place: int
    speaker: str
    form: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark with the turn that it follows."""

    mark: Mark
    turn: TurnId


@dataclass
class Talk:
    """All turns and marks of a life in order, by session; the turns by id, and what they state, by key."""

    sessions: list[list[Turn | Marked]] = field(default_factory=list)
    stated: dict[Key, list[Statement]] = field(default_factory=lambda: defaultdict(list))
    turns: dict[TurnId, Turn] = field(default_factory=dict)
    _named: dict[str, Turn | None] = field(default_factory=dict)

    @cached_property
    def _folded(self) -> list[str]:
        return [turn.text.casefold() for turn in self.turns.values()]

    def first_naming(self, value: str) -> Turn | None:
        """The first turn in which a value stands."""
        if value not in self._named:
            known = value.casefold()
            found = (t for folded, t in zip(self._folded, self.turns.values(), strict=True) if known in folded)
            self._named[value] = next((turn for turn in found if contains(turn.text, value)), None)
        return self._named[value]


def names(text: str, value: str) -> bool:
    """Whether a value stands in a text; that its letters do is seen at less cost."""
    folded = text.casefold()
    return all(word in folded for word in _words(value)) and contains(text, value)


@lru_cache(maxsize=10_000)
def _words(value: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", value.casefold()))


def write_talk(bank: Bank, world: World, voice: Voice, form: str, chatter: tuple[int, int], seed: int) -> Talk:
    """Renders a world.

    Args:
        form: The text form of a turn, with `{speaker}` and `{text}`.
        chatter: Least and most chatter exchanges in a session.
    """
    talk, last = Talk(), len(world.starts) - 1
    blocks: dict[int, list[Block]] = defaultdict(list)
    ends: dict[int, list[Block]] = defaultdict(list)
    for session, block in _blocks(Teller(bank, voice, world.acquaintances, seed), world, seed):
        closing = any(line.mark is not None and line.mark.kind in ("erase", "withdraw") for line in block)
        (ends if closing else blocks)[min(session, last)].append(block)
    greeted, parted = count(), count()
    unused = Draw(seed, "chatter").shuffled(bank.exchanges)
    for session, start in enumerate(world.starts):
        places = (session * chatter[1] + n for n in range(Draw(seed, "chatters", session).between(*chatter)))
        said = [
            *blocks[session],
            *(_chatter(bank, voice, unused[place % len(unused)], Draw(seed, "exchange", place)) for place in places),
        ]
        lines = [line for block in [*_in_order(said, Draw(seed, "order", session)), *ends[session]] for line in block]
        opened, closed = (Draw(seed, what, session) for what in ("opened", "closed"))
        if opened.chance(OPENING_PERMILLE) or not lines:
            lines = _pair(voice, voice.openings, bank.assistant.greetings, next(greeted), seed, "open") + lines
        if closed.chance(CLOSING_PERMILLE):
            lines += _pair(voice, voice.closings, bank.assistant.farewells, next(parted), seed, "close")
        talk.sessions.append(list(_turns(talk, lines, session, start, form, Draw(seed, "pauses", session))))
    return talk


def _blocks(teller: Teller, world: World, seed: int) -> Iterator[tuple[int, Block]]:
    """Everything that comes up, with its session; what belongs together is one block."""
    for fact in world.facts:
        for place, telling in enumerate(fact.tellings):
            draw = Draw(seed, "remark", fact.attribute.name, place)
            yield telling.session, teller.fact(fact, telling, world.starts[telling.session], draw)
    for category, session in world.withdrawn.items():
        yield session, teller.withdrawal(category, Draw(seed, "withdrawal", category))
    for person in world.acquaintances:
        relation = person.relation.name
        yield person.introduced, teller.introduction(person, Draw(seed, "introduce", relation))
        for place, (about, _, sessions) in enumerate(person.facts):
            for session in sessions:
                yield session, teller.about(person, place, Draw(seed, "about", relation, about.name, session))
    habits = world.habits
    for word in habits.ambiguous:
        for which, sessions in enumerate(word.sessions):
            for session in sessions:
                yield session, teller.sense(word, which, Draw(seed, "sense", word.homonym.word, which, session))
    for followed in habits.followed:
        for nth, (session, follows) in enumerate(followed.times):
            draw = Draw(seed, "routine", followed.routine.name, session)
            yield session, teller.routine(followed.routine, nth, follows, draw)
    for task in habits.tasks:
        for nth, attempt in enumerate(task.attempts):
            yield attempt.session, teller.attempt(task, nth, Draw(seed, "attempt", task.kind.name, attempt.session))
    for episode in habits.episodes:
        name = episode.kind.name
        yield episode.announced, teller.announcement(episode, Draw(seed, "announce", name))
        if episode.ended is not None:
            yield episode.ended, teller.ending(episode, Draw(seed, "ending", name))


def _in_order(blocks: Sequence[Block], draw: Draw) -> list[Block]:
    """Shuffled, but what is said of one fact in one session stays in its order."""
    order = draw.shuffled(range(len(blocks)))
    own: dict[str, list[int]] = defaultdict(list)
    for place, block in enumerate(blocks):
        for subject in dict.fromkeys(key[1] for line in block for key, _ in line.states):
            own[subject].append(place)
    for places in own.values():
        spots = sorted(order.index(place) for place in places)
        for spot, place in zip(spots, places, strict=True):
            order[spot] = place
    return [blocks[place] for place in order]


def _turns(
    talk: Talk, lines: Sequence[Line], session: int, start: datetime, form: str, draw: Draw
) -> Iterator[Turn | Marked]:
    at = start
    pause = max(SHORTEST_PAUSE, min(LONGEST_PAUSE, LONGEST_SESSION // max(1, len(lines))))
    for place, line in enumerate(lines):
        id = f"s{session:03d}t{place:02d}"
        for key, words in line.states:
            talk.stated[key].append(Statement(id, len(talk.turns), line.speaker, words))
        text = form.format(speaker=line.speaker, text=line.text, at=at)
        talk.turns[id] = Turn(at=at, session=session, id=id, speaker=line.speaker, text=text)
        yield talk.turns[id]
        if line.mark is not None:
            yield Marked(line.mark, id)
        at += timedelta(seconds=draw.between(SHORTEST_PAUSE, pause))


def _chatter(bank: Bank, voice: Voice, exchange: Sequence[str], draw: Draw) -> Block:
    texts = drawn(exchange, bank.words, draw)
    return [
        Line("assistant", text) if place % 2 else Line("user", voice.plainly(text, {}, draw))
        for place, text in enumerate(texts)
    ]


def _pair(voice: Voice, first: Patterns, second: Patterns, nth: int, seed: int, what: str) -> Block:
    said = voice.plainly(in_turn(first, nth, seed, what), {}, Draw(seed, what, nth))
    return [Line("user", said), Line("assistant", in_turn(second, nth, seed, what, "answer"))]
