"""Writes on a thread: to observe costs one `put`, and a recall waits no longer than its deadline.

Guide: a background queue for writes, and retrieval with a deadline of .5 s that returns nothing rather than wait.

Differs: what was observed is in the store before `observe` returns, so neither a close nor a crash loses it; a recall
waits for writes for half of its deadline, then falls back to what is ready and says `complete=False`. Not for runs, as
what is ready depends on the machine (`background` delays by the events' own clock).

Cost: an observation costs one `put`; the work is done once, later, on one thread that alone touches the strategy.

Use: in an assistant whose strategy is slow to write: a model that extracts, an encoder on a CPU. Its store must bear
two threads, as `sqlite` does; `replicated` and `postgres` do not.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from dataclasses import replace
from itertools import count
from queue import PriorityQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any

from memlab.events import Erasure, Memory, Observed, Query, Recall
from memlab.layers.background import Waiting
from memlab.stores import Store
from memlab.strategies.base import Strategy

SOON, IN_TURN, LAST = 0, 1, 2
Job = tuple[int, int, Callable[[], Any] | None, Future]


class Worker:
    """A strategy that one thread alone touches; writes are done in order, recalls before the writes that wait.

    Args:
        inner: The strategy.
        store: Where events wait until they are written.
        deadline_seconds: How long a recall may take, over 0.

    Raises:
        ValueError: The deadline is not positive.
    """

    def __init__(self, inner: Strategy, store: Store, deadline_seconds: float) -> None:
        if deadline_seconds <= 0:
            raise ValueError(f"worker: deadline_seconds is {deadline_seconds}; it must be over 0")
        self._inner, self._waiting, self._deadline = inner, Waiting(store), deadline_seconds
        self._jobs: PriorityQueue[Job] = PriorityQueue()
        self._number, self._lock, self._closed = count(), Lock(), False
        self._written: Future = Future()
        self._written.set_result(None)
        self._thread = Thread(target=self._work, name="memlab worker", daemon=True)
        self._thread.start()
        if len(self._waiting):
            self._written = self._submit(IN_TURN, self._write)

    def observe(self, event: Observed) -> None:
        """Keeps an event and returns; an erasure is waited for, so that nothing is left when it returns.

        Raises:
            Exception: What the strategy raised on an earlier event, which is kept and tried again with the next.
        """
        if isinstance(event, Erasure):
            self._submit(IN_TURN, lambda: self._erase(event)).result()
            return
        with self._lock:
            self._waiting.add(event)
        before, self._written = self._written, self._submit(IN_TURN, self._write)
        if before.done():
            before.result()

    def recall(self, query: Query) -> Recall:
        """What is recalled of all that is written, or nothing where that takes too long; complete if nothing waits."""
        began = monotonic()
        with suppress(Exception):
            self._written.result(timeout=self._deadline / 2)
        asked = self._submit(SOON, lambda: self._ask(query))
        try:
            return asked.result(timeout=max(0.0, self._deadline - (monotonic() - began)))
        except Late:
            asked.cancel()
            return Recall(complete=False)

    def memories(self) -> Iterator[Memory]:
        """Those of the strategy when all is written; waits for it."""
        return iter(self._submit(IN_TURN, lambda: list(self._inner.memories())).result())

    def close(self) -> None:
        """Writes what waits, ends the thread and closes the strategy; what cannot be written stays in the store."""
        if self._closed:
            return
        closing = self._submit(LAST, self._inner.close)
        self._closed = True
        self._jobs.put((LAST, next(self._number), None, Future()))
        self._thread.join()
        closing.result()

    def _submit(self, priority: int, job: Callable[[], Any]) -> Future:
        if self._closed:
            raise RuntimeError("worker: it is closed; open the strategy again on its store")
        future: Future = Future()
        self._jobs.put((priority, next(self._number), job, future))
        return future

    def _work(self) -> None:
        while True:
            _, _, job, future = self._jobs.get()
            if job is None:
                return
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(job())
                except BaseException as error:  # noqa: BLE001 (whoever waits for it is told)
                    future.set_exception(error)

    def _write(self) -> None:
        """Writes what waits, oldest first: mostly one event, more after a failure."""
        while True:
            with self._lock:
                found = next(iter(self._waiting), None)
            if found is None:
                return
            self._inner.observe(found[1])
            with self._lock:
                self._waiting.done(found[0])

    def _erase(self, event: Erasure) -> None:
        try:
            with self._lock:
                self._waiting.erase(event.turns)
        finally:
            self._inner.observe(event)

    def _ask(self, query: Query) -> Recall:
        recall = self._inner.recall(query)
        with self._lock:
            return replace(recall, complete=recall.complete and not len(self._waiting))
