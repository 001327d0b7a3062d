"""A graph of words and names: which turns mention them, and which relations turns state between them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

Edge = tuple[str, str, str]


class GraphIndex:
    """Nodes are stems; two are joined where a turn relates them or mentions both, and every edge knows its turns.

    A node counts as a name while no turn writes it in lower case and some turn writes it with a capital within a
    sentence, or two turns do at the beginning of one. Adding and deleting cost what the turn holds, so nothing of a
    deleted turn is left in a node, an edge or a count.

    Args:
        hops: How many edges a walk takes, 0 or more.
        decay: What is left of a walk's weight after each edge, between 0 and 1.
        hub_share: Nodes that more than this share of the turns, and more than one turn, mention are not walked
            through, between 0 and 1.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(self, hops: int, decay: float, hub_share: float) -> None:
        import networkx

        if hops < 0 or not 0 <= decay <= 1 or not 0 <= hub_share <= 1:
            raise ValueError(
                f"graph: hops={hops}, decay={decay}, hub_share={hub_share}; hops must be 0 or more, the others between "
                "0 and 1"
            )
        self._hops, self._decay, self._hub_share = hops, decay, hub_share
        self._relations = networkx.MultiDiGraph()
        self._mentions: dict[str, dict[str, bool | None]] = {}
        self._capitals: dict[str, list[str]] = {}
        self._turns: dict[str, dict[str, None]] = defaultdict(dict)
        self._spelt: dict[str, Counter[bool | None]] = defaultdict(Counter)
        self._edges: dict[str, list[Edge]] = {}

    def __len__(self) -> int:
        return len(self._mentions)

    def add(self, id: str, mentions: Mapping[str, bool | None], edges: Iterable[Edge] = ()) -> None:
        """Adds a turn; one that is there is replaced.

        Args:
            mentions: Its stems, and whether each is written like a name: True, False, or None where nobody can tell.
            edges: `(from, relation, to)` between stems.
        """
        self.delete(id)
        self._mentions[id] = dict(mentions)
        self._capitals[id] = [stem for stem, cased in mentions.items() if cased is not False]
        for stem, cased in mentions.items():
            self._turns[stem][id] = None
            self._spelt[stem][cased] += 1
        self._edges[id] = list(dict.fromkeys(edges))
        for start, relation, end in self._edges[id]:
            self._relations.add_edge(start, end, key=(id, relation))

    def delete(self, id: str) -> None:
        """Takes a turn out of every node and edge; an id that is not there is no error."""
        self._capitals.pop(id, None)
        for stem, cased in self._mentions.pop(id, {}).items():
            del self._turns[stem][id]
            self._spelt[stem][cased] -= 1
            if not self._turns[stem]:
                del self._turns[stem], self._spelt[stem]
        for start, relation, end in self._edges.pop(id, ()):
            self._relations.remove_edge(start, end, key=(id, relation))
            self._relations.remove_nodes_from([node for node in {start, end} if not self._relations.degree(node)])

    def turns(self, start: str, end: str) -> list[str]:
        """What an edge knows: the turns that relate two nodes, in either direction, or mention both."""
        both = [id for id in self._turns.get(start, ()) if id in self._turns.get(end, ())]
        for pair in ((start, end), (end, start)):
            both += [id for id, _ in self._relations.get_edge_data(*pair, default={})]
        return list(dict.fromkeys(both))

    def walk(self, stems: Iterable[str]) -> dict[str, float]:
        """The nodes that walks from `stems` reach, each with the greatest weight: 1 at the start, less by every hop.

        A walk leaves a node for the names that its turns mention, in proportion to how many do, and along relations.
        """
        reached = {stem: 1.0 for stem in stems}
        frontier = reached
        for _ in range(self._hops):
            onward: dict[str, float] = {}
            for node, weight in frontier.items():
                for neighbour, share in self._neighbours(node).items():
                    onward[neighbour] = max(onward.get(neighbour, 0.0), weight * share * self._decay)
            frontier = {node: weight for node, weight in onward.items() if weight > reached.get(node, 0.0)}
            reached = reached | frontier
        return reached

    def _neighbours(self, node: str) -> dict[str, float]:
        turns = self._turns.get(node, {})
        if len(turns) > max(1, self._hub_share * len(self._mentions)):
            return {}
        counts = Counter(other for id in turns for other in self._capitals[id] if other != node)
        shares = {other: n / len(turns) for other, n in counts.items() if self._is_name(other)}
        if node in self._relations:
            shares |= {other: 1.0 for edges in (self._relations.succ, self._relations.pred) for other in edges[node]}
        return shares

    def _is_name(self, node: str) -> bool:
        spelt = self._spelt[node]
        return not spelt[False] and spelt[None] + 2 * spelt[True] >= 2
