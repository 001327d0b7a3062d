"""What happens in a user's life, as a strategy sees it: frozen records, ordered by position.

An event carries no judgement. What the right answer is, and which turns are out of date, lives apart in
`memlab.life` and never reaches a strategy.
"""

from dataclasses import dataclass
from datetime import datetime

UserId = str
TurnId = str
QueryId = str
MemoryId = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that came with a turn; `text` is all that a text-only strategy can know of it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One utterance by `user`, `assistant` or a named speaker; `text` is already in the source's text form."""

    at: datetime
    session: int
    id: TurnId
    speaker: str
    text: str
    channel: str = "chat"
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to the memory. `limit` and `budget_tokens` are set by the loop, the same for everyone.

    A probe leaves no trace in the life: it is followed by no `Recalled` and no turn.
    """

    at: datetime
    session: int
    id: QueryId
    text: str
    limit: int | None = None
    budget_tokens: int | None = None
    probe: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a task went with an approach; the turn says the same in words."""

    at: datetime
    session: int
    turn: TurnId
    task: str
    approach: str
    success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The user allows or forbids keeping facts of one sensitive category."""

    at: datetime
    session: int
    category: str
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The user asks that these turns count as never said, echoes included; None means everything."""

    at: datetime
    session: int
    turns: frozenset[TurnId] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """A layer or the owner drops memory records; the turns they came from stay said."""

    at: datetime
    session: int
    memories: frozenset[MemoryId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What the reader was given after a natural query: how a strategy learns what was read."""

    at: datetime
    session: int
    query: QueryId
    memories: tuple[MemoryId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """A sitting is over: the moment for consolidation."""

    at: datetime
    session: int


Observed = Turn | Outcome | Consent | Erasure | Forget | Recalled | SessionEnd
Event = Observed | Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One record that a strategy returns, with the turns that it came from.

    Attributes:
        id: A function of kind and sources, so the same memory keeps its name across restarts.
        score: At least 0, comparable within one recall only.
        at: When the newest of its sources was said, UTC.
        valid_to: When it ceased to hold; None while it is held to be current.
        sources: Turns that support the text as it stands, most telling first.
        replaces: Superseded provenance: erasure follows it, staleness does not.
    """

    id: MemoryId
    text: str
    score: float = 0.0
    at: datetime
    valid_to: datetime | None = None
    category: str | None = None
    sources: tuple[TurnId, ...]
    replaces: tuple[TurnId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What a strategy answers to a query, best memory first.

    Attributes:
        confidence: That the evidence is there; None for a strategy that does not abstain.
        complete: False when a deadline cut the recall short.
    """

    memories: tuple[Memory, ...] = ()
    confidence: float | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a reader makes of recalled memories; `choice` None means that it abstains."""

    text: str
    choice: str | None = None
    used: tuple[MemoryId, ...] = ()
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
