"""Laws of the store: what was observed outlives a close, a crash and a neighbour in the same file."""

import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from memlab.checks.compare import about, difference, listing_difference
from memlab.checks.elsewhere import failed, start, write
from memlab.checks.lives import DID, NAMES, THINGS, events_of, lived, lives, queries_of, tell, with_erasures, written
from memlab.checks.subject import CheckFailed, Subject
from memlab.events import Erasure, Event, Query
from memlab.strategies.base import Strategy

CHUNK = 4096
N_WRITES = 10_000
SECONDS = 60.0


def reopened_it_recalls_the_same(subject: Subject) -> None:
    """Closed and reopened on its store, a strategy recalls and lists the same, and goes on as if never closed."""
    subject.must_last()
    (life,) = lives("reopened")
    script = with_erasures(events_of(life), seed=2)
    queries = queries_of(script)
    cuts = (len(script) // 3, 3 * len(script) // 4, len(script))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        strategy, twin, done = subject.fresh(life, subject.store(path)), subject.fresh(life), 0
        for cut in cuts:
            for one in (strategy, twin):
                for _ in lived(one, script[done:cut], forget_at=(2,)):
                    pass
            done = cut
            _hold(strategy, twin, queries, f"after {cut} of {len(script)} events, reopened before,")
            strategy.close()
            strategy = subject.fresh(life, subject.store(path))
            _hold(strategy, twin, queries, f"reopened after {cut} of {len(script)} events,")
        strategy.close()


def _hold(strategy: Strategy, twin: Strategy, queries: Sequence[Query], when: str) -> None:
    change = "keep every event that later recalls depend on in the store, and rebuild from it in the constructor"
    for query in queries:
        if apart := difference(strategy.recall(query), twin.recall(query)):
            raise CheckFailed(f"{about(query)} {when} differs from one that was never closed: {apart}", change)
    if apart := listing_difference(strategy.memories(), twin.memories()):
        raise CheckFailed(f"memories() {when} differs from one that was never closed: {apart}", change)


def nothing_acknowledged_is_lost(subject: Subject, n_writes: int = N_WRITES, seconds: float = SECONDS) -> str:
    """Killed in the middle of many writes and reopened, a strategy recalls all that `observe` had returned from.

    Another process observes short turns on a file, forgets and erases some of them, and is killed (SIGKILL) after half
    of them; reopened, the strategy must recall what a twin recalls that observed exactly those events, or one more that
    was under way. Returns what was done.

    Args:
        n_writes: Turns to be written, at least 2.
        seconds: After these it is killed even if fewer than half are written, and the result says so.
    """
    subject.must_last()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        acknowledged = _write_until_killed(subject, path, n_writes, seconds)
        reopened = subject.fresh(store=subject.store(path))
        twin = subject.fresh()
        events = written(n_writes, twin)
        for event in islice(events, acknowledged):
            twin.observe(event)
        apart = _apart(reopened, twin, event)
        if apart is not None and _apart(reopened, tell(twin, list(islice(events, 1))), event) is None:
            apart = None
        reopened.close()
        twin.close()
    if apart is not None:
        raise CheckFailed(
            f"killed after {acknowledged:,} acknowledged events and reopened, it differs from a twin: {apart}",
            "return from `observe` only when the store has taken the event in: put first, learn then",
        )
    enough = 2 * acknowledged >= n_writes
    return f"killed at event {acknowledged:,} of {n_writes:,} turns{'' if enough else f': {seconds:.0f} s were over'}"


def _write_until_killed(subject: Subject, path: Path, n_writes: int, seconds: float) -> int:
    """How many events another process had acknowledged when it was killed."""
    with TemporaryFile("w+") as errors:
        order = {"config": subject.config, "path": str(path), "n_writes": n_writes}
        process = start(write, order, errors)
        acknowledged, began = 0, None
        while 2 * acknowledged < n_writes and (began is None or time.monotonic() - began < seconds):
            came = len(process.output.read1(CHUNK))  # type: ignore[attr-defined]
            began = began or time.monotonic()
            acknowledged += came
            if not came:
                process.wait()
                raise failed(errors)
        process.kill()
        acknowledged += len(process.output.read())
        process.wait()
    return acknowledged


def _apart(reopened: Strategy, twin: Strategy, newest: Event) -> str | None:
    """Where two differ, in what they list or in what they recall of a few questions."""
    if apart := listing_difference(reopened.memories(), twin.memories()):
        return apart
    for place in range(5):
        text = f"Who {DID[place]} the {THINGS[2 * place]}, {NAMES[place]} or {NAMES[-place]}?"
        query = Query(at=newest.at, session=newest.session, id=f"killed-{place}", text=text, limit=100)
        if apart := difference(reopened.recall(query), twin.recall(query)):
            return f"{about(query)}: {apart}"
    return None


def users_in_one_file_stay_apart(subject: Subject) -> None:
    """Two users in one file neither recall nor lose anything of each other's, though their turns have the same ids."""
    subject.must_last()
    one, other = lives("file", 2)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        first, second = (subject.fresh(life, subject.store(path, life.user)) for life in (one, other))
        alone, unmet = tell(subject.fresh(one), events_of(one)), tell(subject.fresh(other), events_of(other))
        for mine, theirs in zip(events_of(one), events_of(other), strict=False):
            tell(first, [mine])
            tell(second, [theirs])
        for strategy, life in ((first, one), (second, other)):
            tell(strategy, events_of(life)[min(len(events_of(one)), len(events_of(other))) :])
        _hold_alone(first, alone, queries_of(events_of(one)), "in a file that another user shares")
        _hold_alone(second, unmet, queries_of(events_of(other)), "in a file that another user shares")
        last = events_of(other)[-1]
        second.observe(Erasure(at=last.at + timedelta(seconds=1), session=last.session, turns=None))
        _hold_alone(first, alone, queries_of(events_of(one)), "after the other user erased everything")
        first.close()
        second.close()
        again = subject.fresh(one, subject.store(path, one.user))
        _hold_alone(again, alone, queries_of(events_of(one)), "after the other user erased everything, reopened")
        again.close()


def _hold_alone(strategy: Strategy, alone: Strategy, queries: Sequence[Query], when: str) -> None:
    change = "keep all state in the store that is given, which is one user's, and open no file of your own"
    for query in queries:
        if apart := difference(strategy.recall(query), alone.recall(query)):
            raise CheckFailed(f"{about(query)} {when} differs from the user alone: {apart}", change)
    if apart := listing_difference(strategy.memories(), alone.memories()):
        raise CheckFailed(f"memories() {when} differs from the user alone: {apart}", change)
