"""A graph of words and names, walked: what stands a few steps from the words of a question, and how near."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from memlab.indexes.graph_engine import Edge, GraphEngine, Held, Said, moment


class GraphIndex:
    """Walks a graph: two nodes are joined where a turn relates them or mentions both.

    Turns are handed to the engine in batches, and at the latest before a walk.

    Args:
        engine: Makes the empty graph.
        hops: How many edges a walk takes, 0 or more.
        decay: What is left of a walk's weight after each edge, between 0 and 1.
        hub_share: Nodes that more than this share of the turns, and more than one turn, mention are not walked
            through, between 0 and 1.
        past: What an edge that no longer holds counts in a walk, between 0 and 1; 1 takes history for the present.
        batch: How many turns the engine is given at once, at least 1.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        engine: Callable[[], GraphEngine],
        hops: int,
        decay: float,
        hub_share: float,
        past: float = 1.0,
        batch: int = 1,
    ) -> None:
        if hops < 0 or not 0 <= decay <= 1 or not 0 <= hub_share <= 1 or not 0 <= past <= 1 or batch < 1:
            raise ValueError(
                f"graph: hops={hops}, decay={decay}, hub_share={hub_share}, past={past}, batch={batch}; hops must be "
                "0 or more, batch at least 1, the others between 0 and 1"
            )
        self._hops, self._decay, self._hub_share, self._past, self._batch = hops, decay, hub_share, past, batch
        self._engine = engine()
        self._there: set[str] = set()
        self._coming: dict[str, Said] = {}
        self._going: list[str] = []

    def __len__(self) -> int:
        return len(self._there) + len(self._coming)

    def add(self, id: str, at: datetime, mentions: Mapping[str, bool | None], edges: Iterable[Edge] = ()) -> None:
        """Adds a turn; one that is there is replaced."""
        self.delete(id)
        self._coming[id] = Said(id, at, dict(mentions), tuple(dict.fromkeys(edges)))
        if len(self._coming) >= self._batch:
            self._merge()

    def delete(self, id: str) -> None:
        """Takes a turn out of every node and edge, at the latest before the next walk; unknown ids are no error."""
        self._coming.pop(id, None)
        if id in self._there:
            self._there.remove(id)
            self._going.append(id)

    def forget(self) -> None:
        """Takes out now whatever is deleted: the engine holds no word of it when this returns."""
        if self._going:
            self._engine.delete(self._going)
            self._going = []

    def match(self, relation: str = "", kind: str = "", at: datetime | None = None) -> list[Held]:
        """The edges of a relation, to ends of a kind, that held at a time, in order; "" and None mean any."""
        self._merge()
        return sorted(self._engine.match(None, relation, kind, at))

    def walk(self, stems: Iterable[str], at: datetime | None = None) -> dict[str, float]:
        """The nodes that walks from `stems` reach, each with the greatest weight: 1 at the start, less by every hop.

        A walk leaves a node for the names that its turns mention, in proportion to how many do, and along relations.

        Args:
            at: When an edge must hold to count in full; None takes history for the present.
        """
        self._merge()
        reached = {stem: 1.0 for stem in stems}
        frontier = reached
        for _ in range(self._hops):
            if not frontier:
                break
            onward: dict[str, float] = {}
            for node, neighbours in self._neighbours(frontier, at).items():
                for neighbour, share in neighbours.items():
                    onward[neighbour] = max(onward.get(neighbour, 0.0), frontier[node] * share * self._decay)
            frontier = {node: weight for node, weight in onward.items() if weight > reached.get(node, 0.0)}
            reached = reached | frontier
        return reached

    def close(self) -> None:
        """Closes the engine."""
        self._engine.close()

    def _merge(self) -> None:
        self.forget()
        if self._coming:
            self._engine.merge(list(self._coming.values()))
            self._there |= self._coming.keys()
            self._coming = {}

    def _neighbours(self, nodes: Iterable[str], at: datetime | None) -> dict[str, dict[str, float]]:
        """The shares of what stands next to each node that is no hub; what turns relate has 1, or `past`."""
        shares = self._engine.beside(list(nodes), max(1, self._hub_share * len(self)))
        now = None if at is None or self._past == 1 else moment(at)
        stated: dict[tuple[str, str], float] = {}
        for edge in self._engine.match(list(shares)):
            weight = 1.0 if now is None or edge.holds(now) else self._past
            for pair in ((edge.start, edge.end), (edge.end, edge.start)):
                stated[pair] = max(weight, stated.get(pair, 0.0))
        for (node, other), weight in stated.items():
            if node in shares:
                shares[node][other] = weight
        return shares
