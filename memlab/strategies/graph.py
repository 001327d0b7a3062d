"""A knowledge graph answers with what was said under a name that the question only describes.

A question about "my sister" reaches the sister's name in one step and what was said under that name in the next. The
walk is bounded, and turns score by the nodes that they mention, each with its weight in the walk and its rarity.

Guide: entities and relations merged into a graph database with Cypher's MERGE, their neighbours found by MATCH; the
relations are untyped and have no validity in time.

Differs: relations are typed, so are the people, places and things that they lead to, and every edge knows its turn and
when it held: a new home closes the edge to the old one, which stays. The database is an index, rebuilt from the store,
and one of three: networkx in this process, embedded Cypher (`graph_cypher`), a server over Bolt (`graph_bolt`). All
three recall the same.

Cost: observing reads one turn with regular expressions and merges its words; recall walks a few hops and scores what
they reached, milliseconds in this process, some hundred over Bolt. Bytes are the turns' in the store; the graph is in
memory or on the server.

Use: when questions name people by what they are to the user, and answers name them by name. Where question and answer
share words, BM25 finds as much for less.

After HippoRAG (Gutiérrez et al., 2024), with a bounded walk in place of PageRank.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from memlab.events import Memory, Observed, Query, Recall, Turn
from memlab.extract import Extractor, Reading, Relation
from memlab.extract.rules import asks_of_past
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.graph import GraphIndex
from memlab.indexes.graph_engine import Edge, Held
from memlab.stores import Store
from memlab.strategies.base import TurnLog
from memlab.text import stems


class Graph:
    """Every turn a memory, found by walking from the query's words over the names and relations that turns state.

    Args:
        store: Where the turns are kept.
        extract: Reads mentions and relations out of a turn.
        graph: Makes the empty graph.
        words: Makes the empty index in which the turns score by the nodes that a walk has reached.
    """

    def __init__(
        self, store: Store, extract: Extractor, graph: Callable[[], GraphIndex], words: Callable[[], Bm25Index]
    ) -> None:
        self._extract, self._graph, self._words = extract, graph(), words()
        self._turns = TurnLog(store, self._add, self._drop)

    def observe(self, event: Observed) -> None:
        """Keeps and reads turns, forgets what is erased, in the graph before it returns."""
        self._turns.observe(event)
        self._graph.forget()

    def recall(self, query: Query) -> Recall:
        """The turns that mention what the walk reached, the rarest and nearest first.

        A question of the past walks along what has ceased to hold as along what holds.
        """
        at = None if asks_of_past(query.text) else query.at
        reached = self._graph.walk(dict.fromkeys(stems(query.text)), at)
        return self._turns.ranked(self._words.search(reached, query.limit))

    def relations(self, relation: str = "", kind: str = "", at: datetime | None = None) -> list[Held]:
        """What turns have stated, in order: of one relation, to ends of one kind, as it held at one time.

        Args:
            relation: As the extractor names it, as in `live in`; "" means any.
            kind: person, animal, place, organisation or thing; "" means any.
            at: None means ever.
        """
        return self._graph.match(relation, kind, at)

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store and the graph."""
        self._turns.close()
        self._graph.close()

    def _add(self, turn: Turn) -> None:
        reading = self._extract.read(turn)
        cased: dict[str, bool | None] = {}
        for mention in reading.mentions:
            cased[mention.stem] = _surer(cased.get(mention.stem), mention.cased)
        self._graph.add(turn.id, turn.at, cased, _edges(reading))
        self._words.add(turn.id, turn.text)

    def _drop(self, id: str) -> None:
        self._graph.delete(id)
        self._words.delete(id)


def _surer(before: bool | None, cased: bool | None) -> bool | None:
    """What two spellings in one turn say together: lower case settles it, a capital within a sentence comes next."""
    return False if False in (before, cased) else True if True in (before, cased) else None


def _edges(reading: Reading) -> Iterator[Edge]:
    """Each relation joins its own words to those of its object: from `sister` to `priya`."""
    for relation in reading.relations:
        slot, value = _slot(relation)
        for word in stems(relation.relation):
            for end in stems(relation.object):
                if word != end:
                    yield Edge(word, relation.relation, end, relation.kind, slot, value)


def _slot(relation: Relation) -> tuple[str | None, str]:
    """What somebody has one of at a time, such as a home, and what it now is; none where one can have many."""
    if not relation.single:
        return None, ""
    return f"{relation.subject.casefold()}\n{relation.relation}", " ".join(stems(relation.object))
