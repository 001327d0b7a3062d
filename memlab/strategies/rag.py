"""Retrieval by meaning keeps a vector for each unit of what was said and recalls those nearest to the question.

Guide: vector memory and the "R" of retrieval-augmented generation: all-MiniLM-L6-v2, text in chunks, the nearest k.

Differs: a unit is a turn, a window of a few turns of one session (`rag_windows`) or a fact that a turn states
(`rag_facts`). A chunk of fixed length is none, since it would cite turns of which it holds half. Windows do not
overlap, so that no turn takes the reader's tokens twice.

Cost: observe encodes one text, for a window each of its turns encodes the window as it stands; recall encodes the
question and compares it with every vector, above `exact_below` with few of them. Bytes are the texts and 4 a dimension.
Units of several turns are all made anew after an erasure. Reopening encodes everything again unless `keep` is set.

Use: when questions share no words with what was said; windows when a turn means little without the one before it.

After Lewis et al., "Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks", 2020.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np

from memlab.encoders import Encoder, Vectors
from memlab.events import Forget, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.extract import FactExtractor
from memlab.indexes import VectorIndex
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept, confidence

Units = Callable[[Sequence[Turn]], Sequence[str]]


class Rag:
    """Every unit a memory, found by the cosine between its vector and the query's.

    Args:
        store: Where the turns are kept.
        encoder: Makes the vectors.
        index: Makes the empty vector index for a dimension.
        units: Makes the texts of a window's turns, oldest first: `together` one, `facts` one for each thing stated.
        window: Turns of one session that a unit may hold, at least 1. They do not overlap; the last is open until it is
            full or its session ends.
        keep: Whether texts and vectors are kept beside the turns, so that nothing is encoded again when the store is
            reopened: 6 bytes a dimension, and a second `put` for each turn.

    Raises:
        ValueError: `window` is not positive.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        index: Callable[[int], VectorIndex],
        units: Units,
        window: int,
        keep: bool,
    ) -> None:
        if window < 1:
            raise ValueError(f"rag: window is {window}; it must be at least 1 turn")
        self._encoder, self._make_index, self._units = encoder, index, units
        self._window, self._keep = window, keep
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Forget))

    def observe(self, event: Observed) -> None:
        """Keeps and encodes turns, forgets what is erased."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """The nearest units; scores are cosines, negative ones 0; confident as far as the first stands out."""
        hits = self._index.search(self._encoder.encode([query.text])[0], query.limit)
        memories = tuple(replace(self._memories[id], score=max(0.0, score)) for id, score in hits)
        return Recall(memories=memories, confidence=confidence([m.score for m in memories], len(self._memories)))

    def memories(self) -> Iterator[Memory]:
        """All units in order of their first turns."""
        return iter(list(self._memories.values()))

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def _start_over(self) -> None:
        self._memories: dict[MemoryId, Memory] = {}
        self._index = self._make_index(self._encoder.dim)
        self._open: list[Turn] = []
        self._of_open: list[MemoryId] = []

    def _learn(self, event: Kept, note: str | None) -> str | None:
        """Puts a turn into the open window, whose units take the place of those that it had before."""
        if isinstance(event, Forget):
            self._drop(event.memories)
        if not isinstance(event, Turn):
            return None
        if len(self._open) == self._window or (self._open and self._open[-1].session != event.session):
            self._open, self._of_open = [], []
        window = [*self._open, event]
        texts, vectors = self._read(note) or self._encoded(self._units(window))
        self._drop(frozenset(self._of_open))
        sources = tuple(turn.id for turn in sorted(window, key=lambda turn: turn.speaker == "assistant"))
        self._open, self._of_open = window, [_name(sources, n) for n in range(len(texts))]
        for id, text, vector in zip(self._of_open, texts, vectors, strict=True):
            self._memories[id] = Memory(id=id, text=text, at=event.at, sources=sources)
            self._index.add(id, vector)
        return self._note(texts, vectors) if self._keep else None

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        """In place where units are of one turn; else the windows after a gap are others, so all are made anew."""
        if self._window > 1:
            self._start_over()
            return False
        gone = set(turns)
        self._drop(frozenset(id for id, memory in self._memories.items() if not gone.isdisjoint(memory.sources)))
        return True

    def _drop(self, ids: frozenset[MemoryId]) -> None:
        """Drops units; a window of which any is dropped takes in no more turns, so that what is forgotten stays so."""
        if not ids.isdisjoint(self._of_open):
            self._open, self._of_open = [], []
        for id in sorted(ids & self._memories.keys()):
            del self._memories[id]
            self._index.delete(id)

    def _encoded(self, texts: Sequence[str]) -> tuple[Sequence[str], Vectors]:
        return texts, self._encoder.encode(texts) if texts else np.empty((0, self._encoder.dim), np.float32)

    def _note(self, texts: Sequence[str], vectors: Vectors) -> str:
        return json.dumps([self._encoder.identity, list(texts), b64encode(vectors.tobytes()).decode()])

    def _read(self, note: str | None) -> tuple[Sequence[str], Vectors] | None:
        """What a note holds, None where it is another encoder's."""
        identity, texts, rows = json.loads(note) if note else (None, (), "")
        if identity != self._encoder.identity:
            return None
        return texts, np.frombuffer(b64decode(rows), np.float32).reshape(len(texts), self._encoder.dim)


def together(turns: Sequence[Turn]) -> list[str]:
    """One text of all turns, a line each."""
    return ["\n".join(turn.text for turn in turns)]


def facts(turns: Sequence[Turn], extractor: FactExtractor) -> list[str]:
    """What the turns state of their user, each text once; a turn that states nothing makes no unit."""
    return list(dict.fromkeys(fact.text for turn in turns for fact in extractor.facts(turn)))


def _name(sources: Sequence[TurnId], n: int) -> MemoryId:
    """The turn's own id for the first unit of a single turn, a hash for every other."""
    if len(sources) == 1 and n == 0:
        return sources[0]
    return sha256("\n".join(("unit", str(n), *sources)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
