"""What keeps a graph of words and names: which turns mention them, what turns state between them, when that held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Edge:
    """What a turn states between two nodes, as `sister -[sister]-> priya`.

    Attributes:
        kind: What the end is: person, animal, place, organisation or thing.
        slot: Where of several edges only one can hold at a time, the name that they share; None where many can.
        value: What fills the slot. Edges of one value hold together; another value closes them.
    """

    start: str
    relation: str
    end: str
    kind: str = "thing"
    slot: str | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a graph takes from one turn.

    Attributes:
        mentions: Its stems, and whether each is written like a name: True, False, or None where nobody can tell.
    """

    turn: str
    at: datetime
    mentions: Mapping[str, bool | None]
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """An edge as it stands in a graph: stated by one turn, from when to when it holds.

    Attributes:
        valid_from: When the turn was said, ISO 8601 in UTC with microseconds, so that texts compare like times.
        valid_to: When another value took its place; "" while none has.
    """

    start: str
    relation: str
    end: str
    kind: str
    turn: str
    valid_from: str
    valid_to: str

    def holds(self, at: str) -> bool:
        """Whether it held at a time, which is written like `valid_from`."""
        return self.valid_from <= at and (not self.valid_to or at < self.valid_to)


class GraphEngine(Protocol):
    """Keeps a graph that is rebuilt from turns at any time, and finds what stands next to what.

    Nodes are stems and are merged: there is one of each, while any turn mentions or relates it. Edges are one for each
    turn that states them, so all that a turn brought leaves with it, and what it had closed is open again.
    """

    def merge(self, said: Sequence[Said]) -> None:
        """Takes turns in, in order; none of them is there already."""
        ...

    def delete(self, turns: Sequence[str]) -> None:
        """Takes turns out, with all that no other turn says; one that is not there is no error."""
        ...

    def beside(self, nodes: Sequence[str], most: float) -> dict[str, dict[str, float]]:
        """The names that the turns of each node mention too, each with the share of those turns that do.

        A node counts as a name while no turn writes it in lower case and some turn writes it with a capital within a
        sentence, or two turns do where one begins.

        Args:
            most: Nodes that more turns mention are left out of the answer.
        """
        ...

    def match(
        self, nodes: Sequence[str] | None = None, relation: str = "", kind: str = "", at: datetime | None = None
    ) -> list[Held]:
        """The edges that fit a pattern, history included, in no promised order.

        Args:
            nodes: At either end; None means any.
            relation: "" means any.
            kind: Of the end; "" means any.
            at: When it must have held; None means ever.
        """
        ...

    def __len__(self) -> int:
        """Nodes, those of turns included."""
        ...

    def close(self) -> None:
        """Lets go of the graph, which is gone then."""
        ...


def moment(at: datetime) -> str:
    """A time as `Held` writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def spans(stated: Iterable[tuple[str, int, str]]) -> dict[int, str]:
    """When each statement of one slot stopped holding: where the next other value began, "" where none did.

    Args:
        stated: `(valid_from, place, value)`; `place` tells statements apart and orders those of one time.
    """
    closed: dict[int, str] = {}
    after, began, until = None, "", ""
    for at, place, value in sorted(stated, reverse=True):
        if after is not None and value != after:
            until = began
        after, began, closed[place] = value, at, until
    return closed
