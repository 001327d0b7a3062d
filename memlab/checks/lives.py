"""What the checks live through: small simulated lives, and scripts of erasures and forgetting made from them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from memlab.events import (
    Erasure,
    Event,
    Forget,
    Memory,
    MemoryId,
    Observed,
    Outcome,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
    TurnId,
)
from memlab.life import Life, recorded
from memlab.seeds import Draw
from memlab.sources.simulated import Simulated
from memlab.sources.trials import Trials
from memlab.strategies.base import Strategy

LIMIT, BUDGET_TOKENS = 100, 512
NATURAL_EVERY = 3
READ = 3
NEIGHBOURS = 6
START = datetime(2024, 1, 1, 9, tzinfo=UTC)
NAMES = ("Ada", "Bela", "Cleo", "Dov", "Elif", "Femi", "Gus", "Hana", "Ines", "Jiro", "Kaya", "Lior", "Mina")
DID = ("painted", "sold", "repaired", "borrowed", "lost", "found", "photographed", "wrapped", "insured")
THINGS = ("kettle", "bicycle", "lantern", "violin", "compass", "ladder", "teapot", "rug", "telescope", "anvil", "kayak")
TURNS_PER_SESSION = 50


@cache
def lives(law: str, n: int = 1) -> tuple[Life, ...]:
    """Small simulated lives that no other check lives, so that what one check left behind cannot hide from another.

    Every third question is natural, the others are probes; limit and budget are set as the loop sets them.
    """
    source = Simulated(users=n, sessions=8, months=12, chatter=(0, 1), queries=16, ask_from=0.2)
    return tuple(_prepared(source.life(f"{law}-{place}", seed=0)) for place in range(n))


def tried(n: int) -> Life:
    """A small life of nothing but approaches to tasks, tried again and again, and questions about them."""
    source = Trials(users=1, tasks=5, approaches=2, gap=0.3, outcomes=(2, 4, 6), neglect=0.0, text="{speaker}: {text}")
    return _prepared(source.life("trier-000", seed=n))


def _prepared(life: Life) -> Life:
    events, asked = [], 0
    for event in life.stream():
        if isinstance(event, Query):
            asked += 1
            probe = asked % NATURAL_EVERY != 0
            event = replace(event, limit=LIMIT, budget_tokens=BUDGET_TOKENS, probe=probe)
        events.append(event)
    return recorded(life.user, events, life.gold, life.superseded)


def events_of(life: Life) -> list[Event]:
    """All events of a recorded life."""
    return list(life.stream())


def queries_of(events: Sequence[Event]) -> list[Query]:
    """The questions among events."""
    return [event for event in events if isinstance(event, Query)]


def turns_of(events: Sequence[Event]) -> dict[TurnId, Turn]:
    """The turns among events, by id."""
    return {event.id: event for event in events if isinstance(event, Turn)}


def of_events(life: Life, events: Sequence[Event]) -> Life:
    """The same user with other events."""
    return recorded(life.user, events, life.gold, life.superseded)


def tell(strategy: Strategy, events: Sequence[Event]) -> Strategy:
    """The strategy after it has observed events; questions are left out."""
    for event in events:
        if not isinstance(event, Query):
            strategy.observe(event)
    return strategy


def notes(n: int) -> Iterator[Turn | SessionEnd]:
    """`n` short turns, in sessions of fifty, a minute apart; no two are the same."""
    for place in range(n):
        at, session = START + timedelta(minutes=place), place // TURNS_PER_SESSION
        words = (names[place % len(names)] for names in (NAMES, DID, THINGS))
        yield Turn(at=at, session=session, id=f"n{place}", speaker="user", text=f"user: {' '.join(words)} {place}")
        if place % TURNS_PER_SESSION == TURNS_PER_SESSION - 1:
            yield SessionEnd(at=at, session=session)


def written(n: int, strategy: Strategy) -> Iterator[Observed]:
    """`notes(n)`, and now and then, ever more rarely, a memory that the strategy lists is forgotten and a turn erased.

    Two strategies that hold the same are told the same. One memory and one turn at a time: who is killed in the middle
    has done all of it or nothing.

    Args:
        n: Turns; the last forgetting is after 3/16 of them.
        strategy: Observes each event before it asks for the next.
    """
    places = {place for halved in range(4, n.bit_length() + 2) if (place := 3 * n >> halved)}
    said = 0
    for event in notes(n):
        yield event
        said += isinstance(event, Turn)
        if isinstance(event, Turn) and said in places:
            when: dict[str, Any] = {"at": event.at, "session": event.session}
            if ids := sorted(memory.id for memory in strategy.memories()):
                yield Forget(**when, memories=frozenset({ids[said % len(ids)]}))
            yield Erasure(**when, turns=frozenset({f"n{said // 3}"}))


def with_erasures(events: Sequence[Event], seed: int, shares: Sequence[float] = (0.2, 0.4, 0.6)) -> list[Event]:
    """The events with erasures of said turns strewn in: neighbours, one from anywhere and the newest turn each time.

    Args:
        shares: After which shares of the events something is erased, over 0, up to 1.
    """
    draw, script, erased = Draw(seed, "erasures"), list[Event](), set[TurnId]()
    places = {int(share * len(events)) - 1 for share in shares}
    for place, event in enumerate(events):
        script.append(event)
        said = [id for id in turns_of(script) if id not in erased]
        if place in places and said:
            first = draw.below(len(said))
            going = {*said[first : first + 1 + draw.below(NEIGHBOURS)], draw.choice(said), said[-1]}
            erased |= going
            script.append(Erasure(at=event.at, session=event.session, turns=frozenset(going)))
    return script


def disguised(events: Sequence[Event], user: Sequence[Event]) -> list[Event]:
    """What one lives, as if by another user: under the turn ids of that user's turns, asked that user's questions."""
    turns = dict(zip(turns_of(events), turns_of(user), strict=False))
    questions, script = iter(queries_of(user)), list[Event]()
    for event in events:
        match event:
            case Turn(id=id):
                script.append(replace(event, id=turns.get(id, id)))
            case Outcome(turn=id):
                script.append(replace(event, turn=turns.get(id, id)))
            case Erasure(turns=named) if named is not None:
                script.append(replace(event, turns=frozenset(turns.get(id, id) for id in named)))
            case Query():
                script += [replace(query, at=event.at, session=event.session) for query in islice(questions, 1)]
            case _:
                script.append(event)
    last = events[-1]
    return script + [replace(query, at=last.at, session=last.session) for query in questions]


def with_everything_erased(events: Sequence[Event]) -> list[Event]:
    """The events with everything erased at the first session end past the middle."""
    place = next(i for i, e in enumerate(events) if i >= len(events) // 2 and isinstance(e, SessionEnd))
    at = Erasure(at=events[place].at, session=events[place].session, turns=None)
    return [*events[: place + 1], at, *events[place + 1 :]]


def lived(
    strategy: Strategy, script: Sequence[Event], forget_at: Collection[int] = (5,), derived: bool = False
) -> Iterator[tuple[Event, Recall | None]]:
    """Takes a strategy through a script and yields what it observed, and its recalls; what is read comes back to it.

    Args:
        forget_at: After these questions the second memory of the recall is forgotten, as an owner would have it.
        derived: Whether the best that cites several turns is forgotten with it, and one of these turns erased later.
    """
    asked, going = 0, list[TurnId]()
    for event in script:
        if not isinstance(event, Query):
            strategy.observe(event)
            yield event, None
            if going and isinstance(event, SessionEnd):
                erasure = Erasure(at=event.at, session=event.session, turns=frozenset(going))
                strategy.observe(erasure)
                yield erasure, None
                going = []
            continue
        asked += 1
        recall = strategy.recall(event)
        yield event, recall
        ids = [memory.id for memory in recall.memories]
        when: dict[str, Any] = {"at": event.at, "session": event.session}
        if not event.probe:
            read = Recalled(**when, query=event.id, memories=tuple(ids[:READ]))
            strategy.observe(read)
            yield read, None
        if asked in forget_at and len(ids) > 1:
            several = [memory for memory in recall.memories if len({*memory.sources, *memory.replaces}) > 1]
            several = sorted(several, key=lambda memory: not memory.replaces)[:derived]
            going += [(*memory.sources, *memory.replaces)[-(asked % 4 == 1)] for memory in several]
            forget = Forget(**when, memories=frozenset([*ids[1:2], *(memory.id for memory in several)]))
            strategy.observe(forget)
            yield forget, None


def without(event: Observed, gone: set[TurnId], known: Mapping[MemoryId, Memory]) -> Observed | None:
    """The event as a user would have lived it who never said the turns `gone`; None if it is gone with them.

    What was read is less all that came of these turns. What was forgotten is less that which is theirs: a memory that
    only replaced what they said has its name from the turns that are left, and under it stays forgotten.

    Args:
        known: The memories that were recalled, by id.
    """
    match event:
        case Turn(id=id) | Outcome(turn=id) if id in gone:
            return None
        case Erasure():
            return None
        case Recalled(memories=ids):
            cited = {id: {*known[id].sources, *known[id].replaces} for id in ids if id in known}
            return replace(event, memories=tuple(id for id in ids if gone.isdisjoint(cited.get(id, ()))))
        case Forget(memories=ids):
            left = frozenset(id for id in ids if id not in known or gone.isdisjoint(known[id].sources))
            return replace(event, memories=left) if left else None
    return event
