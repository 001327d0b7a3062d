"""Decay lets go of what was of little worth or has not been read for long, and keeps it out of the way in an archive.

Guide: what was not accessed for 90 days has its importance halved, what falls below .1 is archived to cold storage.

Differs: importance falls by the day, by half per half-life; the half-life grows with the worth of what was said, since
a birthday is told once and true for good, and with each access, as memory strength does with each review. What is
archived is a turn, with whatever was derived from it alone: the inner strategy is told to count it as never said, which
stays exact when something else is erased later, and frees its bytes in every strategy. It does not come back by itself.

Cost: a small record a turn, one write more; at a check all of them are read, and a strategy that does not forget in
place learns anew what is left (one that asks a model asks it again), so checks come `check_days` apart.

Use: where most of what is said is soon forgotten and a store must not grow forever.

Ebbinghaus' curve as in MemoryBank (Zhong et al., 2024), where retention is exp(-t / S), t the time since the last
access, and each access makes the strength S grow; here in half-lives.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from memlab.events import (
    Erasure,
    Forget,
    Memory,
    Observed,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
)
from memlab.extract.worth import worth
from memlab.stores import ARCHIVE, Record, Store
from memlab.strategies.base import Strategy

CHECKS = "(checks)"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Curve:
    """How the importance of a turn falls.

    Attributes:
        half_life_days: Of what is worth nothing and was never accessed.
        lasting: How many times as long it is for what is fully worth keeping; in between by powers.
        per_access: How much longer each access makes it: 1 adds a whole half-life.
    """

    half_life_days: float
    lasting: float
    per_access: float

    def importance(self, worth: float, untouched: timedelta, accesses: int) -> float:
        """`worth` halved for every half-life since the last access, or since it was said."""
        half_life = self.half_life_days * self.lasting**worth * (1 + self.per_access * accesses)
        return float(worth * 0.5 ** (untouched / DAY / half_life))


class Decay:
    """A strategy whose memories fade: what has lost its importance by a session's end is archived.

    Args:
        inner: The strategy.
        store: Where the layer keeps importance and accesses of every turn, and what it archived.
        half_life_days: Over 0.
        lasting: At least 1; see `Curve`.
        per_access: 0 or more.
        archive_below: Importance, 0 to 1.
        check_days: At least so far apart are the session ends at which it is looked what has faded; 0 for each.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        inner: Strategy,
        store: Store,
        half_life_days: float,
        lasting: float,
        per_access: float,
        archive_below: float,
        check_days: float,
    ) -> None:
        in_range = half_life_days > 0 and lasting >= 1 and per_access >= 0 and check_days >= 0
        if not in_range or not 0 <= archive_below <= 1:
            raise ValueError(
                f"decay: half_life_days={half_life_days}, lasting={lasting}, per_access={per_access}, "
                f"archive_below={archive_below}, check_days={check_days}; half_life_days must be over 0, lasting at "
                "least 1, archive_below between 0 and 1, the others 0 or more"
            )
        self._inner, self._store, self._below, self._pause = inner, store, archive_below, check_days * DAY
        self._curve = Curve(half_life_days, lasting, per_access)
        self._turns, self._archive = store.space("turns"), store.space(ARCHIVE)

    def observe(self, event: Observed) -> None:
        """Weighs a turn, notes what was read, archives at a session's end; passes everything on."""
        match event:
            case Turn():
                self._archive.delete(self._archive.citing([event.id]))
                self._turns.put(Record(id=event.id, text="", sources=(event.id,), at=event.at, importance=worth(event)))
            case Recalled():
                self._accessed(event)
            case Forget():
                self._archive.delete(event.memories)
            case Erasure():
                self._erase(event)
        self._inner.observe(event)
        if isinstance(event, SessionEnd):
            self._check(event)
        if isinstance(event, Erasure):
            self._archive_faded(event, self._checks())
            self._store.purge()

    def recall(self, query: Query) -> Recall:
        """What the inner strategy recalls of what is not archived."""
        return self._inner.recall(query)

    def memories(self) -> Iterator[Memory]:
        """Those of the inner strategy; what is archived cannot be said and is not among them."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the inner strategy and the store."""
        self._inner.close()
        self._store.close()

    def _accessed(self, event: Recalled) -> None:
        """Notes for each turn that a read memory cites when it was read, and with what else."""
        read = frozenset(event.memories)
        for memory in (memory for memory in self._inner.memories() if memory.id in read):
            cited = [*memory.sources, *memory.replaces]
            for record in filter(None, map(self._turns.get, memory.sources)):
                accesses = [*_accesses(record), [event.at.isoformat(), cited]]
                sources = tuple(dict.fromkeys((*record.sources, *cited)))
                self._turns.put(replace(record, sources=sources, meta={"accesses": json.dumps(accesses)}))

    def _erase(self, event: Erasure) -> None:
        """Drops what is known of erased turns, and accesses of others that went through a memory of theirs."""
        if event.turns is None:
            for space in (self._turns, self._archive, self._store):
                space.delete([record.id for record in space.scan()])
            return
        self._archive.delete(self._archive.citing(event.turns))
        self._turns.delete(event.turns)
        for record in filter(None, map(self._turns.get, self._turns.citing(event.turns))):
            accesses = [access for access in _accesses(record) if not event.turns & set(access[1])]
            sources = tuple(dict.fromkeys((record.id, *(turn for _, cited in accesses for turn in cited))))
            meta = {"accesses": json.dumps(accesses)} if accesses else {}
            self._turns.put(replace(record, sources=sources, meta=meta))

    def _checks(self) -> list[datetime]:
        record = self._store.get(CHECKS)
        return [] if record is None else [datetime.fromisoformat(at) for at in json.loads(str(record.meta["at"]))]

    def _check(self, event: SessionEnd) -> None:
        """Archives what has faded, unless that was looked for not long ago."""
        checks = self._checks()
        if checks and event.at - checks[-1] < self._pause:
            return
        self._archive_faded(event, [*checks, event.at])
        at = json.dumps([at.isoformat() for at in (*checks, event.at)])
        self._store.put(Record(id=CHECKS, text="", sources=(), at=event.at, meta={"at": at}))

    def _archive_faded(self, event: SessionEnd | Erasure, checks: Sequence[datetime]) -> None:
        """Archives every turn that had faded at one of the checks; an erasure may bring up such of long ago."""
        going = frozenset(record.id for record in self._turns.scan() if self._has_faded(record, checks))
        if not going:
            return
        for memory in self._inner.memories():
            if going.issuperset((*memory.sources, *memory.replaces)):
                self._archive.put(_archived(memory))
        self._inner.observe(Erasure(at=event.at, session=event.session, turns=going))
        self._turns.delete(going)
        self._store.purge()

    def _has_faded(self, record: Record, checks: Iterable[datetime]) -> bool:
        accesses = [datetime.fromisoformat(at) for at, _ in _accesses(record)]
        for check in checks:
            if check >= record.at:
                before = [at for at in accesses if at <= check]
                untouched = check - max(before, default=record.at)
                if self._curve.importance(record.importance or 0.0, untouched, len(before)) < self._below:
                    return True
        return False


def _accesses(record: Record) -> list[list]:
    """When a turn was read, and the turns of the memory through which it was."""
    return json.loads(str(record.meta.get("accesses", "[]")))


def _archived(memory: Memory) -> Record:
    return Record(
        id=memory.id,
        text=memory.text,
        sources=tuple(dict.fromkeys((*memory.sources, *memory.replaces))),
        at=memory.at,
        valid_to=memory.valid_to,
        category=memory.category,
    )
