"""To observe returns at once, a recall keeps its deadline, and nothing is lost by a close or a failure."""

import threading
import time

import pytest

from memlab import make
from memlab.events import Erasure
from memlab.layers.worker import Worker
from memlab.testing import START, ask, turn

SHORT, LONG = 0.05, 20.0


class Gated:
    """A strategy whose writes wait at a gate."""

    def __init__(self, inner):
        self.inner, self.gate, self.fails = inner, threading.Event(), 0

    def observe(self, event):
        self.gate.wait(LONG)
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the model is away")
        self.inner.observe(event)

    def __getattr__(self, name):
        return getattr(self.inner, name)


@pytest.fixture
def store(tmp_path):
    return make("store/sqlite", path=tmp_path / "me.sqlite")


@pytest.fixture
def slow(store):
    return Gated(make("strategy/bm25", store=store))


def worker(inner, store, deadline=LONG):
    return Worker(inner, store.space("layer worker"), deadline)


def test_writes_do_not_block_and_a_recall_gives_up_at_its_deadline(slow, store):
    late = worker(slow, store, SHORT)
    late.observe(turn(0, "user: the kettle is blue"))
    began = time.monotonic()
    recall = late.recall(ask(1, "kettle"))
    assert (recall.memories, recall.complete) == ((), False)
    assert time.monotonic() - began < LONG / 2
    slow.gate.set()
    assert [memory.id for memory in late.memories()] == ["t0"]
    late.close()


def test_a_recall_waits_for_writes_within_its_deadline_and_is_complete(slow, store):
    slow.gate.set()
    late = worker(slow, store)
    for n in range(20):
        late.observe(turn(n, f"user: kettle number {n}"))
    recall = late.recall(ask(30, "kettle"))
    assert (len(recall.memories), recall.complete) == (10, True)
    late.close()


def test_what_was_not_written_is_written_when_it_is_opened_again(store, tmp_path, slow):
    stuck = worker(slow, store, SHORT)
    stuck.observe(turn(0, "user: the kettle is blue"))
    other = make("store/sqlite", path=tmp_path / "me.sqlite")
    again = worker(make("strategy/bm25", store=other), other)
    assert [memory.id for memory in again.memories()] == ["t0"]
    again.close()
    slow.gate.set()


def test_an_erasure_is_done_when_it_returns_though_something_waits(slow, store):
    slow.gate.set()
    late = worker(slow, store)
    for n in range(5):
        late.observe(turn(n, f"user: kettle number {n}"))
    late.observe(Erasure(at=START, session=0, turns=frozenset({"t4", "t1"})))
    assert [memory.id for memory in late.memories()] == ["t0", "t2", "t3"]
    late.close()


def test_what_failed_is_told_with_the_next_event_and_tried_again(slow, store):
    slow.fails = 1
    slow.gate.set()
    late = worker(slow, store)
    late.observe(turn(0, "user: the kettle is blue"))
    late.recall(ask(1, "kettle"))
    with pytest.raises(RuntimeError, match="the model is away"):
        late.observe(turn(1, "user: the parrot is green"))
    assert [memory.id for memory in late.memories()] == ["t0", "t1"]
    late.close()


def test_a_deadline_must_be_positive(slow, store):
    with pytest.raises(ValueError, match="deadline_seconds is 0"):
        worker(slow, store, 0)
