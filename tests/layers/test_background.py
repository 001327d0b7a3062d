"""What is said ripens by the events' own clock; to drop something does not wait."""

from datetime import timedelta

import pytest

from memlab import make
from memlab.events import Consent, Erasure, Forget
from memlab.layers.background import Background
from memlab.testing import START, ask, turn

MINUTES_LATE = 10


@pytest.fixture
def store():
    return make("store/sqlite")


@pytest.fixture
def late(store):
    return Background(make("strategy/bm25", store=store), store.space("layer background"), MINUTES_LATE * 60)


def found(strategy, place, text="kettle parrot piano"):
    recall = strategy.recall(ask(place, text))
    return {memory.id for memory in recall.memories}, recall.complete


def at(minutes):
    return START + timedelta(minutes=minutes)


def test_a_turn_is_recalled_when_it_is_ripe_and_a_recall_says_what_it_lacks(late):
    late.observe(turn(0, "user: the kettle is blue"))
    late.observe(turn(6, "user: the parrot is green"))
    assert found(late, 9) == (set(), False)
    assert found(late, 10) == ({"t0"}, False)
    assert found(late, 16) == ({"t0", "t6"}, True)


def test_no_lag_is_no_delay(store):
    prompt = Background(make("strategy/bm25", store=store), store.space("layer background"), 0)
    prompt.observe(turn(0, "user: the kettle is blue"))
    assert found(prompt, 0) == ({"t0"}, True)


def test_what_waits_is_erased_before_it_was_ever_recalled(late, store):
    late.observe(turn(0, "user: the kettle is blue"))
    late.observe(turn(1, "user: the parrot is green"))
    late.observe(Erasure(at=at(2), session=0, turns=frozenset({"t0"})))
    assert [record.sources for record in store.space("layer background").scan()] == [("t1",)]
    assert found(late, 60) == ({"t1"}, True)
    late.observe(turn(61, "user: the piano is red"))
    late.observe(Erasure(at=at(62), session=0, turns=None))
    assert found(late, 200) == (set(), True)


def test_what_is_forgotten_at_once_does_not_ripen_later(late):
    late.observe(turn(0, "user: the kettle is blue"))
    late.observe(turn(1, "user: the parrot is green"))
    late.observe(Forget(at=at(2), session=0, memories=frozenset({"t0"})))
    assert found(late, 60) == ({"t1"}, True)


def test_consent_is_withdrawn_at_once_and_granted_in_its_turn():
    class Told:
        def __init__(self):
            self.told = []

        def observe(self, event):
            self.told.append(getattr(event, "granted", event))

    inner = Told()
    late = Background(inner, make("store/sqlite"), MINUTES_LATE * 60)
    said = turn(0, "user: the kettle is blue")
    late.observe(said)
    for minute, granted in ((1, True), (2, False)):
        late.observe(Consent(at=at(minute), session=0, category="health", granted=granted))
    assert inner.told == [False]
    late.observe(turn(30, "user: later"))
    assert inner.told == [False, said, False, True, False, False]


def test_what_waits_outlives_a_close(tmp_path):
    def opened():
        store = make("store/sqlite", path=tmp_path / "me.sqlite")
        return Background(make("strategy/bm25", store=store), store.space("layer background"), MINUTES_LATE * 60)

    first = opened()
    first.observe(turn(0, "user: the kettle is blue"))
    first.close()
    again = opened()
    assert found(again, 5) == (set(), False)
    assert found(again, 15) == ({"t0"}, True)


def test_a_negative_lag_is_refused(store):
    with pytest.raises(ValueError, match="lag_seconds is -1"):
        Background(make("strategy/bm25"), store, -1)
