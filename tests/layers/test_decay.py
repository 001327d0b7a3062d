"""What decays is archived at a session's end, exactly and for good."""

from datetime import timedelta

import pytest

import memlab
from memlab.config import ConfigError
from memlab.events import Erasure, Forget, Recalled, SessionEnd, Turn
from memlab.layers.decay import Curve
from memlab.stores import ARCHIVE
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.full_history import FullHistory
from memlab.testing import START

FACT = "I grew up in Lisbon."  # worth 0.95
PLAIN = {"half_life_days": 90.0, "lasting": 1.0, "per_access": 1.0, "archive_below": 0.1, "check_days": 0.0}


def made(store=None, **numbers):
    store = store or SqliteStore()
    inner = FullHistory(store)
    return memlab.make("layer/decay", inner=inner, store=store.space("layer decay"), **PLAIN | numbers)


def say(id, text=FACT, day=0.0, speaker="user"):
    return Turn(at=START + timedelta(days=day), session=int(day), id=id, speaker=speaker, text=text)


def end(day):
    return SessionEnd(at=START + timedelta(days=day), session=int(day))


def read(day, *ids):
    return Recalled(at=START + timedelta(days=day), session=int(day), query=f"q{day}", memories=ids)


def tell(layer, *events):
    for event in events:
        layer.observe(event)
    return layer


def kept(layer):
    return [memory.id for memory in layer.memories()]


def test_importance_halves_with_each_half_life():
    curve, day = Curve(half_life_days=90, lasting=1, per_access=1), timedelta(days=1)
    assert curve.importance(0.8, 0 * day, 0) == 0.8
    assert curve.importance(0.8, 90 * day, 0) == 0.4
    assert curve.importance(0.8, 180 * day, 0) == 0.2
    assert curve.importance(0.8, 180 * day, 1) == 0.4  # one access: twice the half-life
    assert Curve(90, lasting=4, per_access=1).importance(0.5, 180 * day, 0) == 0.25  # 90 * 4 ** 0.5


@pytest.mark.parametrize(("day", "left"), [(292, ["a"]), (293, [])])  # .95 falls below .1 after 3.248 half-lives
def test_what_falls_below_the_threshold_goes_at_a_session_end(day, left):
    assert kept(tell(made(), say("a"), end(0), end(day))) == left


def test_what_was_read_lasts_longer():
    layer = tell(made(), say("a"), say("b", "I play the cello."), read(100, "a"), end(300))
    assert kept(layer) == ["a"]
    assert kept(tell(layer, end(684))) == ["a"]  # 100 + 3.248 * 180 = 684.6
    assert kept(tell(layer, end(685))) == []


def test_checks_come_some_days_apart():
    layer = tell(made(check_days=30.0), say("a", "Hi!"), end(0), say("b", "Hi!", 1), end(29))
    assert kept(layer) == ["b"]
    assert kept(tell(layer, end(30))) == []


def test_what_is_archived_is_kept_apart_until_it_is_erased():
    store = SqliteStore()
    layer = tell(made(store), say("a", "Hi!"), say("b"), end(0))
    archive = store.space("layer decay").space(ARCHIVE)
    assert [(record.id, record.text) for record in archive.scan()] == [("a", "Hi!")]
    active, archived = store.size_bytes()
    assert active > 0 < archived
    tell(layer, Erasure(at=START, session=0, turns=frozenset({"a"})))
    assert (kept(layer), list(archive.scan()), store.size_bytes()) == (["b"], [], (active, 0))


def test_an_owner_may_forget_what_is_archived():
    store = SqliteStore()
    layer = tell(made(store), say("a", "Hi!"), end(0), Forget(at=START, session=0, memories=frozenset({"a"})))
    assert list(store.space("layer decay").space(ARCHIVE).scan()) == []
    assert kept(layer) == []


def test_said_again_under_its_id_it_is_no_longer_archived():
    store = SqliteStore()
    layer = tell(made(store), say("a", "Hi!"), end(0), say("a", FACT, 1))
    assert kept(layer) == ["a"]
    assert list(store.space("layer decay").space(ARCHIVE).scan()) == []


class Paired:
    """A strategy with one memory that cites every turn it holds."""

    def __init__(self, store):
        self._history = FullHistory(store)
        self.observe, self.recall, self.close = self._history.observe, self._history.recall, self._history.close

    def memories(self):
        turns = list(self._history.memories())
        if turns:
            sources = tuple(memory.id for memory in turns)
            yield type(turns[0])(id=f"all:{','.join(sources)}", text="all", at=turns[-1].at, sources=sources)


def test_a_reading_through_a_memory_of_an_erased_turn_never_happened():
    def over_pairs():
        store = SqliteStore()
        return memlab.make("layer/decay", inner=Paired(store), store=store.space("layer decay"), **PLAIN)

    events = say("a"), say("b"), read(100, "all:a,b"), end(300)
    layer = tell(over_pairs(), *events)
    assert [memory.sources for memory in layer.memories()] == [("a", "b")]
    tell(layer, Erasure(at=end(300).at, session=300, turns=frozenset({"a"})))
    twin = tell(over_pairs(), say("b"), end(300))
    assert kept(layer) == kept(twin) == []


def test_reopened_it_forgets_on_the_same_day(tmp_path):
    path = tmp_path / "memory.sqlite"
    tell(made(SqliteStore(path)), say("a"), read(100, "a"), end(300)).close()
    layer = made(SqliteStore(path))
    assert kept(tell(layer, end(684))) == ["a"]
    assert kept(tell(layer, end(685))) == []


@pytest.mark.parametrize(
    "numbers", [{"half_life_days": 0}, {"lasting": 0.5}, {"per_access": -1}, {"archive_below": 2}, {"check_days": -1}]
)
def test_a_number_out_of_range_is_refused(numbers):
    with pytest.raises(ConfigError, match="half_life_days must be over 0"):
        made(**numbers)
