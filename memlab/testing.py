"""Small real things for tests of strategies, readers and sources: a life by hand, a reader that quotes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from memlab.events import Event, Memory, Query, QueryId, Reply, SessionEnd, Turn
from memlab.life import Gold, Life, Nugget, recorded

START = datetime(2024, 1, 1, 9, tzinfo=UTC)


def turn(place: int, text: str, session: int = 0, speaker: str = "user") -> Turn:
    """A turn said `place` minutes into the life, with the id `t<place>`."""
    return Turn(at=START + timedelta(minutes=place), session=session, id=f"t{place}", speaker=speaker, text=text)


def ask(place: int, text: str, session: int = 0, probe: bool = True, limit: int | None = 10) -> Query:
    """A query `place` minutes into the life, with the id `q<place>`."""
    at = START + timedelta(minutes=place)
    return Query(at=at, session=session, id=f"q{place}", text=text, limit=limit, budget_tokens=512, probe=probe)


def end(place: int, session: int = 0) -> SessionEnd:
    """The end of a session, `place` minutes into the life."""
    return SessionEnd(at=START + timedelta(minutes=place), session=session)


def gold(*turns: str, values: Sequence[str] = (), stale: Sequence[str] = (), kind: str = "current_value") -> Gold:
    """Gold with one nugget per turn id, all stating any of `values`."""
    return Gold(
        kind=kind,
        answers=tuple(values),
        answerable=bool(turns),
        evidence=tuple(Nugget(turns=frozenset([id]), values=tuple(values)) for id in turns),
        stale=frozenset(stale),
    )


def life(events: Sequence[Event], golds: Mapping[QueryId, Gold] | None = None, user: str = "u") -> Life:
    """A recorded life; queries without gold are unanswerable."""
    asked = {event.id: gold() for event in events if isinstance(event, Query)}
    return recorded(user, events, asked | dict(golds or {}))


class QuotingReader:
    """Answers with the text of the first memory, and abstains without one."""

    def answer(self, query: Query, memories: Sequence[Memory]) -> Reply:
        """The first memory's text as text and choice."""
        text = memories[0].text if memories else ""
        return Reply(text=text, choice=text or None, used=tuple(memory.id for memory in memories[:1]))
