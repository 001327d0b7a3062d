"""Hot has what is new or was read of late, cold has all; what is read while cold is hot again, once."""

from datetime import timedelta

import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget, Recalled, SessionEnd
from memlab.layers.tiers import Tiers
from memlab.testing import START, ask, turn

DAY = 24 * 60
SAID = (turn(0, "user: the kettle is blue"), turn(1, "user: the parrot is green"))


def opened(store, enough=2.0):
    def make_inner(space):
        return make("strategy/rag", store=space, encoder=Hashing())

    return Tiers(make_inner, store.space("layer tiers"), hot_days=30, enough=enough)


@pytest.fixture
def store():
    return make("store/sqlite")


@pytest.fixture
def tiers(store):
    found = opened(store)
    for event in SAID:
        found.observe(event)
    return found


def end(day):
    return SessionEnd(at=START + timedelta(days=day), session=day)


def hot(tiers):
    return [memory.id for memory in tiers._hot.memories()]


def read(day, *ids):
    return Recalled(at=START + timedelta(days=day), session=day, query="q", memories=ids)


def test_what_is_neither_new_nor_read_is_forgotten_in_hot_alone(tiers, store):
    tiers.observe(read(20, "t0"))
    tiers.observe(end(29))
    assert hot(tiers) == ["t0", "t1"]
    tiers.observe(end(40))
    assert hot(tiers) == ["t0"]
    assert {memory.id for memory in tiers.memories()} == {"t0", "t1"}
    assert tiers.recall(ask(41 * DAY, "parrot")).memories[0].id == "t1"


def test_what_is_read_while_cold_is_hot_again_and_never_twice(tiers, store):
    tiers.observe(end(60))
    assert hot(tiers) == []
    for _ in range(2):
        tiers.observe(read(61, "t1"))
    assert hot(tiers) == ["t1"]
    assert sorted(memory.id for memory in tiers.recall(ask(61 * DAY, "parrot")).memories) == ["t0", "t1"]


def test_hot_answers_first_when_it_is_sure_and_cold_follows(store):
    tiers = opened(store, enough=0.1)
    for event in SAID:
        tiers.observe(event)
    tiers.observe(read(35, "t1"))
    tiers.observe(end(40))
    kettle = tiers.recall(ask(41 * DAY, "is it the green parrot, or the blue kettle that is blue?"))
    assert [memory.id for memory in kettle.memories] == ["t1", "t0"]
    assert kettle.memories[0].score >= kettle.memories[1].score
    unsure = opened(store, enough=2.0)
    assert unsure.recall(ask(41 * DAY, "the blue kettle is blue")).memories[0].id == "t0"


@pytest.mark.parametrize("turns", [frozenset({"t0"}), None])
def test_what_is_erased_is_in_no_tier(tiers, store, turns):
    tiers.observe(read(1, "t0"))
    tiers.observe(Erasure(at=START, session=2, turns=turns))
    spaces = [store.space("layer tiers").space(name) for name in ("hot", "cold", "read")]
    assert not any(record.id == "t0" for space in spaces for record in space.scan())
    assert [memory.id for memory in tiers.memories()] == (["t1"] if turns else [])


def test_what_is_forgotten_is_gone_from_both(tiers, store):
    tiers.observe(Forget(at=START, session=0, memories=frozenset({"t0"})))
    tiers.observe(read(1, "t0"))
    assert hot(tiers) == ["t1"]
    assert [memory.id for memory in tiers.memories()] == ["t1"]


def test_what_cold_lacks_after_a_crash_is_told_to_it(tiers, store):
    store.space("layer tiers").space("cold").delete(["t1"])
    assert {memory.id for memory in opened(store).memories()} == {"t0", "t1"}


def test_hot_days_must_be_positive(store):
    with pytest.raises(ValueError, match="hot_days is 0"):
        Tiers(lambda space: make("strategy/bm25", store=space), store, hot_days=0, enough=0.5)
