"""A knowledge graph of names and relations: what is reached from the query's words in a few steps.

The guide's knowledge graph, with typed relations and turns behind every edge. A question about "my sister" reaches the
sister's name in one step and what was said under that name in the next. After HippoRAG (Gutiérrez et al., 2024), with a
bounded walk in place of PageRank: turns score by the nodes that they mention, each with its weight in the walk and its
rarity.
"""

from collections.abc import Callable, Iterator

from memlab.events import Memory, Observed, Query, Recall, Turn
from memlab.extract import Extractor, Reading
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.graph import Edge, GraphIndex
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
        """Keeps and reads turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The turns that mention what the walk reached, the rarest and nearest first."""
        reached = self._graph.walk(dict.fromkeys(stems(query.text)))
        return self._turns.ranked(self._words.search(reached, query.limit))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()

    def _add(self, turn: Turn) -> None:
        reading = self._extract.read(turn)
        cased: dict[str, bool | None] = {}
        for mention in reading.mentions:
            cased[mention.stem] = _surer(cased.get(mention.stem), mention.cased)
        self._graph.add(turn.id, cased, _edges(reading))
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
        for word in stems(relation.relation):
            for end in stems(relation.object):
                if word != end:
                    yield word, relation.relation, end
