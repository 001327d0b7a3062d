"""One user's life: a stream of events, with the judge's notes apart.

A life is a coroutine: after a query it is sent the reply, so a recorded conversation and a simulated user who reacts
pass the same loop. Whatever yields it, it is checked event by event on the way.
"""

from collections.abc import Callable, Generator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from memlab.events import Event, Query, QueryId, Reply, Turn, TurnId, UserId

Stream = Generator[Event, Reply | None, None]


class LifeError(ValueError):
    """A life contradicts itself; the message names the user, the event and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nugget:
    """One thing that must be known for the answer: any one of `turns` states it, in one of the forms `values`."""

    turns: frozenset[TurnId]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What only the judge sees of a query. All nuggets of `evidence` are needed; facets are for breakdowns only."""

    kind: str
    answers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    answerable: bool = True
    evidence: tuple[Nugget, ...] = ()
    stale: frozenset[TurnId] = frozenset()
    stale_values: tuple[str, ...] = ()
    forbidden: frozenset[TurnId] = frozenset()
    facets: Mapping[str, float | str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def evidence_turns(self) -> frozenset[TurnId]:
        """Every turn that states some nugget."""
        return frozenset().union(*(nugget.turns for nugget in self.evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """From the turn `by` on, what the turn `turn` states no longer holds."""

    turn: TurnId
    by: TurnId


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a user who reacts made of one reply, or of one scheduled session as a whole.

    Attributes:
        at: Of a reply, when it was asked for; of a session, when it was scheduled, held or not.
        query: The question that was replied to; None for a session as a whole.
        attempt: Which time in its session the user asks for the same, from 1; 0 for a session as a whole.
        allowed: How often the user would have asked at most.
        held: Whether the user came at all; a reply is heard only where they did.
        is_due: Whether the session counts, which its place in the schedule alone says: what a user heard before cannot.
        goal: What the user wanted: `answer`, `recommendation`, `task` or `company`; empty for nothing.
        reaction: What the user did: `thanks`, `repeat`, `correction`, `objection`, `leaving`; empty for nothing.
        noticed: What the user took note of in the reply, as `stale`, `intrusion`, `slow`.
        thumbs: The user's verdict on a session, -1, 0 or 1; 0 where they gave none.
        mood: How content the user was afterwards, 0 to 1.
        seconds: How long the reply took, as declared.
    """

    session: int
    at: datetime
    query: QueryId | None = None
    attempt: int = 0
    allowed: int = 1
    held: bool = True
    is_due: bool = True
    goal: str = ""
    reaction: str = ""
    noticed: tuple[str, ...] = ()
    thumbs: int = 0
    mood: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Life:
    """A user's events and the judge's notes on them.

    Attributes:
        start: Opens the stream of events anew; called once per living.
        gold: Filled before a query is yielded; for recorded lives, from the beginning.
        superseded: Turns that are out of date, and since when; filled by the end of the stream, likewise.
        feedback: What a user who reacts made of the replies, filled as they are heard; empty where nobody reacts.
    """

    user: UserId
    start: Callable[[], Stream]
    gold: Mapping[QueryId, Gold]
    superseded: Sequence[Superseded] = ()
    feedback: Sequence[Feedback] = ()

    def stream(self) -> Stream:
        """The events in order, each checked as it passes.

        Raises:
            LifeError: An event has no time zone or precedes the one before it, an id occurs twice, a query has no gold,
                gold names a turn that is not yet said, evidence is also stale, or a nugget names no turn.
        """
        events, reply, before = self.start(), None, None
        turns: set[TurnId] = set()
        asked: set[QueryId] = set()
        while True:
            try:
                event = events.send(reply)
            except StopIteration:
                return
            self._check_order(before, event)
            match event:
                case Turn():
                    if event.id in turns:
                        raise LifeError(f"life {self.user}: turn id {event.id} occurs twice; ids must be unique")
                    turns.add(event.id)
                case Query():
                    if event.id in asked:
                        raise LifeError(f"life {self.user}: query id {event.id} occurs twice; ids must be unique")
                    asked.add(event.id)
                    self._check_gold(event, turns)
            before = event
            reply = yield event

    def _check_order(self, before: Event | None, event: Event) -> None:
        if event.at.tzinfo is None:
            raise LifeError(f"life {self.user}: {_name(event)} has no time zone; times must be UTC")
        if before is not None and event.at < before.at:
            raise LifeError(
                f"life {self.user}: {_name(event)} at {event.at:%Y-%m-%d %H:%M:%S} precedes "
                f"{_name(before)} at {before.at:%Y-%m-%d %H:%M:%S}; time must never decrease"
            )

    def _check_gold(self, query: Query, turns: Set[TurnId]) -> None:
        where = f"life {self.user}: query {query.id}"
        gold = self.gold.get(query.id)
        if gold is None:
            raise LifeError(f"{where} has no gold; every query must be judged")
        for name, ids in (("evidence", gold.evidence_turns), ("stale", gold.stale), ("forbidden", gold.forbidden)):
            unsaid = sorted(ids - turns)
            if unsaid:
                raise LifeError(f"{where}: {name} {unsaid[0]} is not said before it is asked for")
        both = sorted(gold.evidence_turns & gold.stale)
        if both:
            raise LifeError(f"{where}: turn {both[0]} is both evidence and stale; it can be only one")
        if any(not nugget.turns for nugget in gold.evidence):
            raise LifeError(f"{where}: a nugget names no turn; drop it or make the query unanswerable")


def _name(event: Event) -> str:
    return f"{type(event).__name__.lower()} {event.id}" if isinstance(event, Turn | Query) else type(event).__name__


def recorded(
    user: UserId, events: Sequence[Event], gold: Mapping[QueryId, Gold], superseded: Sequence[Superseded] = ()
) -> Life:
    """A life whose events are all known beforehand and which ignores replies."""

    def start() -> Stream:
        for event in events:  # noqa: UP028 (a list takes no replies, so it cannot be delegated to)
            yield event

    return Life(user=user, start=start, gold=gold, superseded=superseded)


def limited(life: Life, sessions: int | None, queries: int | None) -> Life:
    """A life cut to its first sessions, and to the first queries whose gold is said in them; None is no bound.

    A session that was scheduled and not held counts as one: how many are left must not hang on the replies. Who reacts
    asks nothing in a session that is cut.
    """
    if sessions is None and queries is None:
        return life
    golds, feedback = dict[QueryId, Gold](), list[Feedback]()

    def start() -> Stream:
        events, reply = life.start(), None
        kept: set[int] = set()
        said: set[TurnId] = set()
        asked = 0
        feedback.clear()
        while True:
            try:
                event = events.send(reply)
            except StopIteration:
                kept |= _missed(life, kept, sessions, None)
                feedback.extend(f for f in life.feedback if f.session in kept and (f.query is None or f.query in golds))
                return
            reply = None
            if isinstance(event, Query):
                gold, strays = life.gold[event.id], bool(life.feedback) and event.session not in kept
                if gold.evidence_turns | gold.stale <= said and (queries is None or asked < queries) and not strays:
                    golds[event.id] = replace(gold, forbidden=gold.forbidden & said)
                    asked += 1
                    reply = yield event
                continue
            kept |= _missed(life, kept, sessions, event.session)
            if event.session in kept or sessions is None or len(kept) < sessions:
                kept.add(event.session)
                if isinstance(event, Turn):
                    said.add(event.id)
                reply = yield event

    return Life(user=life.user, start=start, gold=golds, superseded=life.superseded, feedback=feedback)


def _missed(life: Life, kept: set[int], sessions: int | None, before: int | None) -> set[int]:
    """The sessions until now that nobody held, as many as there is room for."""
    room = None if sessions is None else sessions - len(kept)
    if not life.feedback or before in kept:
        return set()
    found = {f.session for f in life.feedback if not f.held and f.session not in kept}
    return set(sorted(session for session in found if before is None or session < before)[:room])
