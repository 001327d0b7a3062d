"""Small real things for tests: a life by hand, a reader that quotes, and strategies that cheat."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import assert_never

from memlab.events import (
    Consent,
    Erasure,
    Event,
    Forget,
    Memory,
    MemoryId,
    Observed,
    Outcome,
    Query,
    QueryId,
    Recall,
    Recalled,
    Reply,
    SessionEnd,
    Turn,
    TurnId,
)
from memlab.life import Gold, Life, Nugget, recorded
from memlab.llm import Message, Tool, ToolCall
from memlab.stores import Record, Store, StoreError

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
PLAUSIBLE = "The user told the assistant about their home, work, family, health and plans."
Claim = tuple[str, tuple[TurnId, ...]]


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

    def answer(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> Reply:
        """The first memory's text as text and choice, whatever is offered."""
        text = memories[0].text if memories else ""
        return Reply(text=text, choice=text or None, used=tuple(memory.id for memory in memories[:1]))


class Cheater:
    """A strategy that recalls the same whatever it is asked: what a cheat makes of the turns that it keeps.

    It obeys erasure, and drops every turn that a forgotten memory cites. `Cheater(whole_history)` is a strategy.

    Args:
        cheat: Makes texts with the turns that each cites, no two citing alike, of turns in order of being said.
    """

    def __init__(self, cheat: Callable[[Sequence[Turn]], Iterable[Claim]]) -> None:
        self._cheat = cheat
        self._turns: dict[TurnId, Turn] = {}
        self._memories: tuple[Memory, ...] = ()

    def observe(self, event: Observed) -> None:
        """Keeps turns, forgets what is erased or was cited by what is forgotten."""
        match event:
            case Turn():
                self._drop([event.id])
                self._turns[event.id] = event
            case Erasure(turns=named):
                self._drop(self._turns if named is None else named)
            case Forget(memories=forgotten):
                self._drop({id for memory in self.memories() if memory.id in forgotten for id in memory.sources})
            case Outcome() | Consent() | Recalled() | SessionEnd():
                pass
            case _:
                assert_never(event)

    def recall(self, query: Query) -> Recall:
        """The same memories for every query; scores fall by position."""
        return Recall(memories=tuple(self.memories())[: query.limit])

    def memories(self) -> Iterator[Memory]:
        """All that the cheat makes of the turns."""
        if self._turns and not self._memories:
            turns = list(self._turns.values())
            self._memories = tuple(
                Memory(id=_name(cited), text=text, score=1 / (1 + place), at=turns[-1].at, sources=cited)
                for place, (text, cited) in enumerate(self._cheat(turns))
            )
        return iter(self._memories)

    def close(self) -> None:
        """Holds nothing open."""

    def _drop(self, ids: Container[TurnId]) -> None:
        self._turns, self._memories = {id: turn for id, turn in self._turns.items() if id not in ids}, ()


def empty_texts(turns: Sequence[Turn]) -> Iterator[Claim]:
    """For every turn a memory that says nothing and cites it, newest first."""
    return (("", (turn.id,)) for turn in reversed(turns))


def empty_texts_citing_all(turns: Sequence[Turn]) -> Iterator[Claim]:
    """Ten memories that say nothing and cite all turns, each another of the newest first."""
    ids = _ids(turns)
    return (("", ids[-place:] + ids[:-place]) for place in range(1, 1 + min(10, len(ids))))


def one_turn_citing_all(turns: Sequence[Turn]) -> Iterator[Claim]:
    """The text of the last turn, citing all turns."""
    yield turns[-1].text, _ids(turns)


def whole_history(turns: Sequence[Turn]) -> Iterator[Claim]:
    """All texts in one memory, in order of being said, citing all turns."""
    yield "\n".join(turn.text for turn in turns), _ids(turns)


def plausible_sentence(turns: Sequence[Turn]) -> Iterator[Claim]:
    """One sentence that could be about any user, citing all turns."""
    yield PLAUSIBLE, _ids(turns)


def _name(cited: Sequence[TurnId]) -> str:
    return sha256("\n".join(cited).encode()).hexdigest()[:12]


def _ids(turns: Sequence[Turn]) -> tuple[TurnId, ...]:
    return tuple(turn.id for turn in turns)


CHEATS = (empty_texts, empty_texts_citing_all, one_turn_citing_all, whole_history, plausible_sentence)


class ScriptedChat:
    """A chat that replies by a script, then says that it is done; it keeps what it was shown.

    Args:
        replies: One list of tool calls per reply, each `(tool, arguments)`; a text is said, an exception raised.
    """

    def __init__(self, replies: Sequence[Sequence[tuple[str, Mapping[str, str]]] | str | Exception]) -> None:
        self._replies = list(replies)
        self.shown: list[tuple[Message, ...]] = []

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> Message:
        """The next reply of the script."""
        self.shown.append(tuple(messages))
        wishes = self._replies.pop(0) if self._replies else ()
        if isinstance(wishes, Exception):
            raise wishes
        if isinstance(wishes, str):
            return Message(role="assistant", text=wishes)
        calls = [ToolCall(id=f"{len(self.shown)}.{n}", name=name, arguments=a) for n, (name, a) in enumerate(wishes)]
        return Message(role="assistant", text="" if calls else "Done.", calls=tuple(calls))


class Unreliable:
    """A store that fails when it is told to, as one does whose disk is full or whose server is away.

    Args:
        inner: What it hands every call on to while it is up.

    Attributes:
        switch: Shared by all spaces: `down` makes every call fail; `writes` is how many writes it still takes before it
            goes down, None for any number.
    """

    def __init__(self, inner: Store) -> None:
        self._inner, self.switch = inner, Switch()

    def space(self, name: str) -> "Unreliable":
        """The inner store's space, under the same switch."""
        view = Unreliable(self._inner.space(name))
        view.switch = self.switch
        return view

    def spaces(self) -> list[str]:
        """As the inner store has it."""
        return self._up().spaces()

    def put(self, record: Record) -> None:
        """As the inner store has it; counts as a write."""
        self._up(writes=1).put(record)

    def get(self, id: MemoryId) -> Record | None:
        """As the inner store has it."""
        return self._up().get(id)

    def delete(self, ids: Iterable[MemoryId]) -> None:
        """As the inner store has it; counts as a write."""
        self._up(writes=1).delete(ids)

    def purge(self) -> None:
        """As the inner store has it; counts as a write."""
        self._up(writes=1).purge()

    def scan(self) -> Iterator[Record]:
        """As the inner store has it."""
        return self._up().scan()

    def citing(self, turns: Iterable[TurnId]) -> list[MemoryId]:
        """As the inner store has it."""
        return self._up().citing(turns)

    def size_bytes(self) -> tuple[int, int]:
        """As the inner store has it."""
        return self._up().size_bytes()

    def close(self) -> None:
        """Closes the inner store, down or not."""
        self._inner.close()

    def _up(self, writes: int = 0) -> Store:
        if self.switch.writes is not None and writes:
            self.switch.down = self.switch.down or self.switch.writes == 0
            self.switch.writes = max(0, self.switch.writes - writes)
        if self.switch.down:
            raise StoreError("this store is down, as it was told; bring it up and make the call again")
        return self._inner


class Switch:
    """Whether an `Unreliable` store is down, and after how many more writes it will be."""

    def __init__(self) -> None:
        self.down = False
        self.writes: int | None = None
