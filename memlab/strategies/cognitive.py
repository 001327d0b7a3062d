"""All kinds of memory together: working, episodic, semantic, procedural and a profile, with a router and one budget.

Guide: treats the kinds apart and leaves it to the builder how they work together.

Differs: every part hears everything and is asked everything, and what they find is fused by rank, several parts that
cite the same turn as one memory. Before that come the first memories of a part that the question calls for, the more of
them the surer that is; how sure, a router says by the meaning of example questions. So no part is ever cut off by a
wrong guess, and the reader's budget is one.

Cost: the sum of its parts, in time and in bytes, and one more write for each event; the router encodes some four
hundred short examples once, at the first question.

Use: where questions of all kinds are asked and one may not choose; for one kind a part alone is as good and cheaper.

The fusion is reciprocal rank fusion (Cormack et al., 2009), weighted; the parts are those of CoALA (Sumers et al.,
2024) and a profile.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import assert_never

from memlab.encoders import Encoder
from memlab.events import (
    Consent,
    Erasure,
    Forget,
    Memory,
    MemoryId,
    Observed,
    Outcome,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
    TurnId,
)
from memlab.stores import Record, Store
from memlab.strategies.base import Strategy, event_of, record_of
from memlab.strategies.routing import Router


class Cognitive:
    """Several strategies that hear the same and are asked the same; what they find is fused.

    A memory is named by its part and its name there.

    Args:
        store: Each part lasts in the space of its name; `now` holds what is being told to them, `forgotten` what none
            may say again.
        encoder: Makes the router's vectors.
        parts: By name, makes the strategy on a store.
        weights: Of each part's ranks, 0 or more.
        leads: How many of a part's memories come first where a question calls for it with score 1, in proportion where
            with less, rounded down; 0 or more, 0 for a part that is not named.
        router: Makes what scores how far a question calls for each part.
        flatness: The constant of reciprocal rank fusion: the greater, the less the first ranks stand out; over 0.
        candidates: What each part proposes, at least 1.

    Raises:
        ValueError: A number is out of its range, a part has no weight, or a weight or lead is of no part.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        parts: Mapping[str, Callable[[Store], Strategy]],
        weights: Mapping[str, float],
        leads: Mapping[str, int],
        router: Callable[[Encoder], Router],
        flatness: float,
        candidates: int,
    ) -> None:
        if set(weights) != set(parts) or not set(leads) <= set(parts):
            raise ValueError(
                f"cognitive: parts are {sorted(parts)}, weights are of {sorted(weights)}, leads of {sorted(leads)}; "
                "weigh each part and let no other lead"
            )
        if min((*weights.values(), *leads.values())) < 0 or flatness <= 0 or candidates < 1:
            raise ValueError(
                f"cognitive: weights={dict(weights)}, leads={dict(leads)}, flatness={flatness}, "
                f"candidates={candidates}; weights and leads must be 0 or more, flatness over 0, candidates at least 1"
            )
        self._store, self._weights, self._leads, self._router = store, weights, leads, router(encoder)
        self._flatness, self._candidates = flatness, candidates
        self._now, self._forgotten = store.space("now"), _Forgotten(store.space("forgotten"))
        self._highest = sum(weights.values()) / flatness
        self._parts = {name: make(store.space(name)) for name, make in parts.items()}
        for record in list(self._now.scan()):
            self._tell(event_of(record))
            self._now.delete([record.id])

    def observe(self, event: Observed) -> None:
        """Tells every part, each of its own memories; what a crash cuts short is told again.

        A turn that is told again counts once; an outcome may count twice in a part that had heard it.
        """
        match event:
            case Erasure(turns=turns):
                self._now.delete([r.id for r in self._now.scan()] if turns is None else self._now.citing(turns))
                self._forgotten.drop(turns)
                self._now.purge()  # first: a part that fails must not leave it behind
                self._tell(event)
            case Turn() | Outcome() | Consent() | Forget() | Recalled() | SessionEnd():
                if isinstance(event, Turn):
                    self._forgotten.drop(frozenset({event.id}))
                record = record_of(event, 0)
                self._now.put(record)
                self._tell(event)
                self._now.delete([record.id])
            case _:
                assert_never(event)

    def recall(self, query: Query) -> Recall:
        """What leads, then the rest of what the parts find by the sum of their weighted reciprocal ranks.

        The first memories that parts have of a turn are one memory; what else a part has of that turn stands alone. It
        is as sure as the part of the greatest weight and score together.
        """
        calls = self._router.scores(query.text)
        found: dict[tuple[TurnId, str, int], list[tuple[float, Memory]]] = {}
        sure: list[tuple[float, float]] = []
        for name, part in self._parts.items():
            weight, call = self._weights[name], max(0.0, calls.get(name, 0.0))
            leading = int(self._leads.get(name, 0) * call)
            recall = part.recall(replace(query, limit=None))  # its confidence must not hang on what was forgotten
            if recall.confidence is not None:
                sure.append((weight + call, recall.confidence))
            seen: Counter[TurnId] = Counter()
            proposed = (memory for memory in recall.memories if memory not in self._forgotten)
            for rank, memory in enumerate(islice(proposed, self._candidates)):
                worth = weight / (self._flatness + rank)
                worth += self._highest + 1 / (1 + rank) if rank < leading else 0.0
                n, turn = seen[memory.sources[0]], memory.sources[0]
                seen[turn] += 1
                found.setdefault((turn, name if n else "", n), []).append((worth, _named(name, memory)))
        fused = [_best(same) for same in found.values()]
        ordered = sorted(fused, key=lambda memory: -memory.score)[: query.limit]
        return Recall(memories=tuple(ordered), confidence=max(sure)[1] if sure else None)

    def memories(self) -> Iterator[Memory]:
        """Those of all parts, part by part."""
        return (
            _named(name, memory)
            for name, part in self._parts.items()
            for memory in part.memories()
            if memory not in self._forgotten
        )

    def close(self) -> None:
        """Closes the parts, and with them the store."""
        for part in self._parts.values():
            part.close()
        self._store.close()

    def _tell(self, event: Observed) -> None:
        match event:
            case Forget(memories=ids):
                for memory in [memory for memory in self.memories() if memory.id in ids]:
                    self._forgotten.add(memory)
                for name, part in self._parts.items():
                    part.observe(replace(event, memories=frozenset(_of(name, ids))))
            case Recalled(memories=ids):
                for name, part in self._parts.items():
                    part.observe(replace(event, memories=_of(name, ids)))
            case _:
                for part in self._parts.values():
                    part.observe(event)


class _Forgotten:
    """What was forgotten, by what it says of which turns: no part says it again, nor when it takes it in later.

    What a part holds depends on all that was said, erased turns too, so that it is not asked what it has to forget.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = {record.id: _told(record) for record in store.scan()}
        self._told = set(self._kept.values())

    def add(self, memory: Memory) -> None:
        """Keeps what a memory says and cites until one of these turns is erased or said again."""
        cited = (*memory.sources, *memory.replaces)
        meta: dict[str, str | int | float] = {"sources": len(memory.sources)}
        record = Record(id=memory.id, text=memory.text, sources=cited, at=memory.at, meta=meta)
        self._store.put(record)
        self._kept[record.id] = _told(record)
        self._told.add(self._kept[record.id])

    def drop(self, turns: frozenset[TurnId] | None) -> None:
        """Lets go of what cites any of `turns`, None for everything, to the last byte."""
        if not self._kept:
            return
        going = list(self._kept) if turns is None else self._store.citing(turns)
        self._store.delete(going)
        self._store.purge()
        for id in going:
            del self._kept[id]
        self._told = set(self._kept.values())

    def __contains__(self, memory: Memory) -> bool:
        return (memory.text, memory.sources) in self._told


def _told(record: Record) -> tuple[str, tuple[TurnId, ...]]:
    return record.text, tuple(record.sources[: int(record.meta["sources"])])


def _named(part: str, memory: Memory) -> Memory:
    return replace(memory, id=f"{part}/{memory.id}")


def _of(part: str, ids: Sequence[MemoryId] | frozenset[MemoryId]) -> tuple[MemoryId, ...]:
    """Those of a part among ids, by their names there."""
    return tuple(id.removeprefix(f"{part}/") for id in ids if id.startswith(f"{part}/"))


def _best(same: Sequence[tuple[float, Memory]]) -> Memory:
    """The memory whose part ranks it best, with the worth of all."""
    best = max(same, key=lambda one: one[0])[1]
    return replace(best, score=sum(worth for worth, _ in same))
