"""A world told: sessions of user and assistant turns with what happens between them, and a note of what each states."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from heapq import merge
from itertools import count
from operator import itemgetter

from memlab.events import Turn, TurnId
from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank
from memlab.sources.simulated.facts import Fact
from memlab.sources.simulated.habits import Followed, Task
from memlab.sources.simulated.marks import Erased, Mark, Withdrawn
from memlab.sources.simulated.missing import as_told
from memlab.sources.simulated.patterns import LASTING, Patterns
from memlab.sources.simulated.remarks import Key, Line, States, Teller
from memlab.sources.simulated.wording import Voice, drawn, in_turn
from memlab.sources.simulated.world import Acquaintance, World
from memlab.text import contains

OPENING_PERMILLE = 400
CLOSING_PERMILLE = 250
SHORTEST_PAUSE, LONGEST_PAUSE = 8, 95
WORDS = re.compile(r"[^\W_]+")
LONGEST_SESSION = 7_000  # seconds: one that begins before ten in the evening ends on its day, whose date is told
Block = list[Line]
Render = Callable[[], Block]


@dataclass(frozen=True, slots=True)
class Statement:
    """A turn states something, in these words; `speaker` says it, `place` counts the turns before it."""

    turn: TurnId
    place: int
    speaker: str
    form: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark with the turn that it follows, and how many turns had been said with that one."""

    mark: Mark
    turn: TurnId
    until: int


@dataclass(frozen=True, slots=True)
class Manner:
    """How a life is told.

    Attributes:
        chatter: Least and most chatter exchanges in a session.
        elaboration: How readily both sides say more than the point.
        form: The text form of a turn, with `{speaker}` and `{text}`.
    """

    chatter: tuple[int, int]
    elaboration: float
    form: str


@dataclass
class Talk:
    """What a judge must remember of the talk so far: what was stated by which turn, and those turns.

    Attributes:
        stated: By key, in order.
        turns: Those that state something, or name a value for the first time.
        said: How many turns there have been.
        named: The first turn in which each value of interest stands.
        unnamed: The values of interest that no turn has named yet, by their longest word.
        unallowed: What a judge last found that must not be used.
        missed: Sessions that the user did not hold: nothing that was planned for them is told.
    """

    stated: dict[Key, list[Statement]] = field(default_factory=lambda: defaultdict(list))
    turns: dict[TurnId, Turn] = field(default_factory=dict)
    said: int = 0
    named: dict[str, Turn] = field(default_factory=dict)
    unnamed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unallowed: frozenset[TurnId] = frozenset()
    missed: set[int] = field(default_factory=set)

    def hear(self, turn: Turn, states: States) -> None:
        """Takes note of a turn that states something, or nothing."""
        for key, words in states:
            self.stated[key].append(Statement(turn.id, self.said, turn.speaker, words))
        likely = self.unnamed.keys() & set(WORDS.findall(turn.text.casefold()))
        found = {value for word in likely for value in self.unnamed[word] if contains(turn.text, value)}
        for value in found:
            self.unnamed[_longest_word(value)].remove(value)
            self.named[value] = turn
        if states or found:
            self.turns[turn.id] = turn
        self.said += 1


def names(text: str, value: str) -> bool:
    """Whether a value stands in a text; that its letters do is seen at less cost."""
    folded = text.casefold()
    return all(word in folded for word in _words(value)) and contains(text, value)


@lru_cache(maxsize=10_000)
def _words(value: str) -> tuple[str, ...]:
    return tuple(WORDS.findall(value.casefold()))


def _longest_word(value: str) -> str:
    """Of a value: fewer turns hold it than hold `my` or `the`, with which many begin."""
    return max(_words(value), key=len)


def told(
    talk: Talk, bank: Bank, world: World, voice: Voice, manner: Manner, seed: int
) -> Iterator[list[Turn | Marked]]:
    """Renders a world, one session at a time; each is noted in `talk`, empty at first, before it is yielded.

    A session that is among `talk.missed` when its turn comes is yielded without a word.
    """
    teller = Teller(bank, voice, world.acquaintances, manner.elaboration, seed)
    coming = merge(*_threads(teller, world, talk.missed, seed), key=itemgetter(0))
    block = next(coming, None)
    for value in _of_interest(world):
        talk.unnamed[_longest_word(value)].add(value)
    greeted, parted = count(), count()
    unused = Draw(seed, "chatter").shuffled(bank.exchanges)
    for session, start in enumerate(world.starts):
        places = (
            session * manner.chatter[1] + n for n in range(Draw(seed, "chatters", session).between(*manner.chatter))
        )
        due = []
        while block is not None and block[0] == session:
            due.append(block[1])
            block = next(coming, None)
        opened, closed = (Draw(seed, what, session) for what in ("opened", "closed"))
        opens, closes = opened.chance(OPENING_PERMILLE), closed.chance(CLOSING_PERMILLE)
        if session in talk.missed:
            _ = opens and next(greeted), closes and next(parted)  # the others open and close as they would have
            yield []
            continue
        blocks = [block for block in (render() for render in due) if block]
        said = [
            *(block for block in blocks if not _is_closing(block)),
            *(_chatter(bank, voice, unused[place % len(unused)], Draw(seed, "exchange", place)) for place in places),
        ]
        ends = [block for block in blocks if _is_closing(block)]
        lines = [line for block in [*_in_order(said, Draw(seed, "order", session)), *ends] for line in block]
        if opens or not lines:
            lines = _pair(voice, voice.openings, bank.assistant.greetings, next(greeted), seed, "open") + lines
        if closes:
            lines += _pair(voice, voice.closings, bank.assistant.farewells, next(parted), seed, "close")
        yield list(_turns(talk, lines, session, start, manner.form, Draw(seed, "pauses", session)))


def _of_interest(world: World) -> set[str]:
    """What may be asked for by who named it first."""
    lasting = (fact for fact in world.facts if fact.attribute.process in LASTING)
    values = {version.value for fact in lasting for version in fact.versions}
    return values | {attempt.approach for task in world.habits.tasks for attempt in task.attempts}


def _is_closing(block: Block) -> bool:
    """Whether it ends a session: what is said about a fact may not follow its erasure."""
    return any(isinstance(line.mark, Erased | Withdrawn) for line in block)


def _threads(teller: Teller, world: World, missed: Set[int], seed: int) -> Iterator[Iterable[tuple[int, Render]]]:
    """Everything that comes up, thread by thread: blocks of lines that belong together, each with its session.

    A thread is in order of sessions, and is put into words only when its session comes.
    """
    for fact in world.facts:
        yield _of_fact(teller, world, fact, missed, seed)
    for category, session in sorted(world.withdrawn.items(), key=itemgetter(1)):
        yield [(session, partial(teller.withdrawal, category, Draw(seed, "withdrawal", category)))]
    for person in world.acquaintances:
        yield _of_person(teller, person, seed)
    for word in world.habits.ambiguous:
        for which, sessions in enumerate(word.sessions):
            draws = (Draw(seed, "sense", word.homonym.word, which, session) for session in sessions)
            yield [(n, partial(teller.sense, word, which, draw)) for n, draw in zip(sessions, draws, strict=True)]
    for followed in world.habits.followed:
        yield _of_routine(teller, followed, seed)
    for task in world.habits.tasks:
        yield _of_task(teller, task, seed)
    for episode in world.habits.episodes:
        name = episode.kind.name
        yield [(episode.announced, partial(teller.announcement, episode, Draw(seed, "announce", name)))]
        if episode.ended is not None:
            yield [(episode.ended, partial(teller.ending, episode, Draw(seed, "ending", name)))]


def _of_fact(teller: Teller, world: World, fact: Fact, missed: Set[int], seed: int) -> Iterator[tuple[int, Render]]:
    withdrawn = world.withdrawn.get(fact.attribute.sensitivity, len(world.starts))

    def render(place: int, session: int) -> Block:
        telling = fact.tellings[place] if not missed else dict(as_told(fact.tellings, missed)).get(place)
        if telling is None:
            return []
        kept = not fact.forbidden and (session <= withdrawn or withdrawn in missed)  # a withdrawal ends its session
        draw = Draw(seed, "remark", fact.attribute.name, place)
        return teller.fact(fact, telling, world.starts[session], kept, draw)

    for place, telling in enumerate(fact.tellings):
        yield telling.session, partial(render, place, telling.session)


def _of_person(teller: Teller, person: Acquaintance, seed: int) -> list[tuple[int, Render]]:
    relation = person.relation.name
    blocks = [(person.introduced, partial(teller.introduction, person, Draw(seed, "introduce", relation)))]
    for place, (about, _, sessions) in enumerate(person.facts):
        for session in sessions:
            draw = Draw(seed, "about", relation, about.name, session)
            blocks.append((session, partial(teller.about, person, place, draw)))
    return sorted(blocks, key=itemgetter(0))


def _of_routine(teller: Teller, followed: Followed, seed: int) -> Iterator[tuple[int, Render]]:
    for nth, (session, follows) in enumerate(followed.times):
        draw = Draw(seed, "routine", followed.routine.name, session)
        yield session, partial(teller.routine, followed.routine, nth, follows, draw)


def _of_task(teller: Teller, task: Task, seed: int) -> Iterator[tuple[int, Render]]:
    for nth, attempt in enumerate(task.attempts):
        draw = Draw(seed, "attempt", task.kind.name, attempt.session)
        yield attempt.session, partial(teller.attempt, task, nth, draw)


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
    pause = max(SHORTEST_PAUSE, min(LONGEST_PAUSE, LONGEST_SESSION // len(lines)))
    for place, line in enumerate(lines):
        id = f"s{session:03d}t{place:02d}"
        text = form.format(speaker=line.speaker, text=line.text, at=at)
        turn = Turn(at=at, session=session, id=id, speaker=line.speaker, text=text)
        talk.hear(turn, line.states)
        yield turn
        if line.mark is not None:
            yield Marked(line.mark, id, talk.said)
        at += timedelta(seconds=draw.between(SHORTEST_PAUSE, pause))


def _chatter(bank: Bank, voice: Voice, exchange: Sequence[str], draw: Draw) -> Block:
    texts = drawn(exchange, bank.words, draw)
    return [
        Line("assistant", text) if place % 2 else Line("user", voice.plainly(text, draw))
        for place, text in enumerate(texts)
    ]


def _pair(voice: Voice, first: Patterns, second: Patterns, nth: int, seed: int, what: str) -> Block:
    said = voice.plainly(in_turn(first, nth, seed, what), Draw(seed, what, nth))
    return [Line("user", said), Line("assistant", in_turn(second, nth, seed, what, "answer"))]
