"""A sieve stands, after any erasure and after a crash, as if erased turns had never been said."""

from hypothesis import given, settings
from hypothesis import strategies as some

from memlab.events import Erasure, Forget, Outcome
from memlab.layers.sieve import DOUBT, Sieve
from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.full_history import FullHistory
from memlab.testing import START, ask, end, turn

WHEN = {"at": START, "session": 0}


class Once:
    """A rule that lets every text in once."""

    def __init__(self):
        self.start_over()

    def start_over(self):
        self.seen = set()

    def lets_in(self, event):
        text = getattr(event, "text", None)
        known = text in self.seen
        self.seen |= {text} - {None}
        return not known


def made(store=None):
    store, rule = store or SqliteStore(), Once()
    inner = FullHistory(store)
    return Sieve(store.space("layer"), inner, rule.lets_in, rule.start_over), inner


def said(inner):
    return [(memory.id, memory.text) for memory in inner.memories()]


def erase(*turns):
    return Erasure(**WHEN, turns=frozenset(turns))


def test_a_duplicate_stands_in_at_its_place_when_the_first_saying_is_erased():
    sieve, inner = made()
    for place, text in enumerate("abac"):
        sieve.observe(turn(place, text))
    assert said(inner) == [("t0", "a"), ("t1", "b"), ("t3", "c")]
    sieve.observe(erase("t0"))
    assert said(inner) == [("t1", "b"), ("t2", "a"), ("t3", "c")]
    assert "t2" in sieve
    assert "t0" not in sieve


@settings(max_examples=60)
@given(some.lists(some.tuples(some.sampled_from("abc"), some.integers(0, 9)), max_size=12), some.data())
def test_it_stands_as_if_erased_turns_had_never_been_said(texts, data):
    events = [turn(place, text) for place, (text, _) in enumerate(texts)]
    gone = data.draw(some.sets(some.sampled_from([event.id for event in events]))) if events else set()
    sieve, inner = made()
    twin, twins = made()
    for event in events:
        sieve.observe(event)
        if event.id not in gone:
            twin.observe(event)
    sieve.observe(erase(*gone))
    assert said(inner) == said(twins)


def test_what_was_forgotten_stays_forgotten_when_all_is_told_again():
    sieve, inner = made()
    for event in (turn(0, "a"), turn(1, "b"), turn(2, "a"), Forget(**WHEN, memories=frozenset({"t1"}))):
        sieve.observe(event)
    sieve.observe(erase("t0"))
    assert said(inner) == [("t2", "a")]


def test_an_outcome_goes_the_way_of_its_turn():
    heard = []
    store, rule = SqliteStore(), Once()
    inner = FullHistory(store)
    inner.observe = heard.append
    sieve = Sieve(store.space("layer"), inner, rule.lets_in, rule.start_over)
    events = [turn(0, "a"), turn(1, "a")]
    outcomes = [Outcome(**WHEN, turn=id, task="x", approach="y", success=True) for id in ("t0", "t1", "t9")]
    for event in (*events, *outcomes):
        sieve.observe(event)
    assert heard == [events[0], outcomes[0]]


def test_a_turn_said_again_with_its_id_moves_to_the_end():
    sieve, inner = made()
    for event in (turn(0, "a"), turn(1, "b"), turn(2, "a"), turn(0, "c")):
        sieve.observe(event)
    assert said(inner) == [("t1", "b"), ("t2", "a"), ("t0", "c")]


def test_opened_on_a_mark_it_tells_everything_again(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    sieve, inner = made(store)
    for event in (turn(0, "a"), turn(1, "b"), end(1)):
        sieve.observe(event)
    inner.observe(erase("t0"))  # as if it had been killed between the two
    store.space("layer").put(Record(id=DOUBT, text="", sources=(), at=START, meta={"session": 0}))
    sieve.close()
    store = SqliteStore(tmp_path / "memory.sqlite")
    _, inner = made(store)
    assert said(inner) == [("t0", "a"), ("t1", "b")]
    assert store.space("layer").get(DOUBT) is None
    assert [memory.id for memory in inner.recall(ask(9, "?")).memories] == ["t1", "t0"]
    store.close()


def test_what_was_kept_and_not_known_to_be_passed_on_is_passed_on_at_opening(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    sieve, inner = made(store)
    sieve.observe(turn(0, "a"))
    inner.observe = lambda event: (_ for _ in ()).throw(RuntimeError("killed"))
    try:
        sieve.observe(turn(1, "b"))
    except RuntimeError:
        store.close()
    _, inner = made(SqliteStore(tmp_path / "memory.sqlite"))
    assert said(inner) == [("t0", "a"), ("t1", "b")]
    inner.close()
