"""A graph in this process, kept by networkx: nothing to start, nothing on disk, gone with the process."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from memlab.indexes.graph_engine import Held, Said, moment, spans


class NetworkxGraph:
    """Turns joined to the stems that they mention, stems joined to stems by what turns state of them.

    Adding costs what the turn holds, deleting too, but for the slots that it filled, which are settled anew.
    """

    def __init__(self) -> None:
        import networkx

        self._mentions = networkx.Graph()
        self._relations = networkx.MultiDiGraph()
        self._stated: dict[str, list[tuple[str, str, int]]] = {}
        self._slots: dict[str, set[tuple[str, str, int]]] = defaultdict(set)
        self._place = 0

    def __len__(self) -> int:
        turns = sum(kind == "turn" for kind, _ in self._mentions)
        return turns + len({name for kind, name in self._mentions if kind == "stem"} | set(self._relations))

    def merge(self, said: Sequence[Said]) -> None:
        """Takes turns in, in order; none of them is there already."""
        for one in said:
            turn = ("turn", one.turn)
            self._mentions.add_node(turn, names=[stem for stem, cased in one.mentions.items() if cased is not False])
            for stem, cased in one.mentions.items():
                self._mentions.add_edge(turn, ("stem", stem), cased=cased)
                self._spell(stem, cased, 1)
            self._stated[one.turn] = [self._relate(one, place) for place in range(len(one.edges))]
            self._settle({edge.slot for edge in one.edges if edge.slot is not None})

    def delete(self, turns: Sequence[str]) -> None:
        """Takes turns out, with all that no other turn says; one that is not there is no error."""
        for turn in turns:
            if turn not in self._stated:
                continue
            stems = [(stem, edge["cased"]) for stem, edge in self._mentions[("turn", turn)].items()]
            self._mentions.remove_node(("turn", turn))
            for stem, cased in stems:
                self._spell(stem[1], cased, -1)
            self._mentions.remove_nodes_from([stem for stem, _ in stems if not self._mentions.degree(stem)])
            self._settle({slot for edge in self._stated.pop(turn) if (slot := self._unrelate(edge)) is not None})

    def beside(self, nodes: Sequence[str], most: float) -> dict[str, dict[str, float]]:
        """The names that the turns of each node mention too, each with the share of those turns that do."""
        found: dict[str, dict[str, float]] = {}
        for node in nodes:
            turns = self._mentions.adj.get(("stem", node), {})
            if len(turns) <= most:
                named = Counter(name for turn in turns for name in self._mentions.nodes[turn]["names"] if name != node)
                found[node] = {name: n / len(turns) for name, n in named.items() if self._is_name(name)}
        return found

    def match(
        self, nodes: Sequence[str] | None = None, relation: str = "", kind: str = "", at: datetime | None = None
    ) -> list[Held]:
        """The edges that fit a pattern, history included."""
        graph, when = self._relations, None if at is None else moment(at)
        if nodes is None:
            edges: Any = graph.edges(data="held")
        else:
            there = [node for node in nodes if node in graph]
            edges = [*graph.out_edges(there, data="held"), *graph.in_edges(there, data="held")]
        return [
            held
            for held in dict.fromkeys(held for _, _, held in edges)
            if relation in ("", held.relation) and kind in ("", held.kind) and (when is None or held.holds(when))
        ]

    def close(self) -> None:
        """Drops the graph."""
        self._mentions.clear()
        self._relations.clear()
        self._stated.clear()
        self._slots.clear()

    def _spell(self, stem: str, cased: bool | None, n: int) -> None:
        """Counts a spelling: in lower case, with a capital that may begin a sentence, with one within."""
        self._mentions.nodes[("stem", stem)].setdefault("spelt", Counter())[cased] += n

    def _is_name(self, stem: str) -> bool:
        spelt = self._mentions.nodes[("stem", stem)]["spelt"]
        return not spelt[False] and spelt[None] + 2 * spelt[True] >= 2

    def _relate(self, said: Said, place: int) -> tuple[str, str, int]:
        edge = said.edges[place]
        self._place += 1
        held = Held(edge.start, edge.relation, edge.end, edge.kind, said.turn, moment(said.at), "")
        self._relations.add_edge(edge.start, edge.end, self._place, held=held, slot=edge.slot, value=edge.value)
        key = (edge.start, edge.end, self._place)
        if edge.slot is not None:
            self._slots[edge.slot].add(key)
        return key

    def _unrelate(self, key: tuple[str, str, int]) -> str | None:
        slot = self._relations.edges[key]["slot"]
        self._relations.remove_edge(*key)
        self._relations.remove_nodes_from([node for node in set(key[:2]) if not self._relations.degree(node)])
        if slot is not None:
            self._slots[slot].remove(key)
        return slot

    def _settle(self, slots: set[str]) -> None:
        """Writes down when each edge of some slots stopped holding."""
        for slot in slots:
            if not self._slots[slot]:
                del self._slots[slot]
                continue
            edges = {key[2]: self._relations.edges[key] for key in self._slots[slot]}
            for place, until in spans((e["held"].valid_from, place, e["value"]) for place, e in edges.items()).items():
                edges[place]["held"] = replace(edges[place]["held"], valid_to=until)
