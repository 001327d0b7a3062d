"""Retrieval by meaning over turns, windows and whatever units it is given."""

import pytest

from memlab import make
from memlab.build import construct
from memlab.config import load_option
from memlab.events import Erasure, Forget
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.rag import Rag
from memlab.testing import START, ask, turn

SAID = ("I live in Denver", "the parrot swears", "tea at five", "rain again", "a red kite")


class Counting:
    """The hashing encoder, and the texts that it was asked for."""

    def __init__(self):
        self.inner, self.asked = make("encoder/hashing"), []
        self.dim, self.identity = self.inner.dim, self.inner.identity

    def encode(self, texts):
        self.asked += texts
        return self.inner.encode(texts)


def rag(name="rag_windows", encoder=None, store=None, **params):
    return make(f"strategy/{name}", encoder=encoder or Counting(), **{"store": store or SqliteStore()} | params)


def heard(strategy, *turns):
    for one in turns:
        strategy.observe(one)
    return [(memory.text, memory.sources) for memory in strategy.memories()]


def later(kind, **fields):
    return kind(at=START.replace(hour=23), session=0, **fields)


def test_windows_do_not_overlap_and_end_with_their_session():
    said = heard(
        rag(), turn(0, "a1"), turn(1, "b2"), turn(2, "c3"), turn(3, "d4", 1), turn(4, "e5", 1), turn(5, "f6", 1)
    )
    assert [sources for _, sources in said] == [("t0", "t1"), ("t2",), ("t3", "t4"), ("t5",)]
    assert said[0][0] == "a1\nb2"


def test_in_a_window_the_users_turn_is_cited_before_the_assistants():
    said = heard(rag(), turn(0, "hello", speaker="assistant"), turn(1, "I moved to Denver"))
    assert said == [("hello\nI moved to Denver", ("t1", "t0"))]


def test_a_turn_is_found_by_the_one_beside_it():
    strategy = rag()
    heard(strategy, turn(0, "where is my parrot"), turn(1, "in the kitchen"), turn(2, "rain"), turn(3, "snow"))
    first = strategy.recall(ask(90, "parrot")).memories[0]
    assert set(first.sources) == {"t0", "t1"}


def test_after_an_erasure_the_windows_are_those_of_a_life_without_the_turn():
    strategy, twin, turns = rag(), rag(), [turn(n, text) for n, text in enumerate(SAID)]
    heard(strategy, *turns)
    strategy.observe(later(Erasure, turns=frozenset({"t1"})))
    assert heard(strategy) == heard(twin, turns[0], *turns[2:])
    assert [sources for _, sources in heard(strategy)] == [("t0", "t2"), ("t3", "t4")]


def test_a_forgotten_window_does_not_come_back_with_its_next_turn():
    strategy = rag()
    heard(strategy, turn(0, SAID[0]))
    strategy.observe(later(Forget, memories=frozenset({"t0"})))
    assert heard(strategy, turn(1, SAID[1])) == [(SAID[1], ("t1",))]
    strategy.observe(later(Erasure, turns=frozenset({"t1"})))
    assert heard(strategy) == []


def test_units_may_be_several_of_a_turn():
    node = load_option("strategy", "rag") | {"units": {"_target_": f"{__name__}.words", "_partial_": True}}
    parts = {"store": SqliteStore(), "encoder": Counting()}
    strategy = construct("strategy", node, parts)
    assert isinstance(strategy, Rag)
    assert heard(strategy, turn(0, "tea five"), turn(1, "")) == [("tea", ("t0",)), ("five", ("t0",))]
    assert len({memory.id for memory in strategy.memories()}) == 2
    strategy.observe(later(Erasure, turns=frozenset({"t0"})))
    assert heard(strategy) == []


def test_of_a_turn_that_states_facts_those_are_the_units():
    said = (turn(0, "user: Rain again. I moved to Denver."), turn(1, "user: Did you sleep?"))
    assert heard(rag("rag_facts"), *said) == [("I moved to Denver.", ("t0",))]


def words(turns):
    return [word for said in turns for word in said.text.split()]


@pytest.mark.parametrize("name", ["rag", "rag_windows"])
@pytest.mark.parametrize(("keep", "again"), [(True, 0), (False, 5)])
def test_what_is_kept_is_not_encoded_again(tmp_path, name, keep, again):
    path = tmp_path / "life.sqlite"
    strategy = rag(name, store=SqliteStore(path), keep=keep)
    heard(strategy, *(turn(n, text) for n, text in enumerate(SAID)))
    before = strategy.recall(ask(90, "tea"))
    strategy.close()
    encoder = Counting()
    reopened = rag(name, encoder, SqliteStore(path), keep=keep)
    assert len(encoder.asked) == again
    assert reopened.recall(ask(90, "tea")) == before


def test_vectors_of_another_encoder_are_made_anew(tmp_path):
    path = tmp_path / "life.sqlite"
    strategy = rag("rag", store=SqliteStore(path), keep=True)
    heard(strategy, turn(0, SAID[0]))
    strategy.close()
    encoder = Counting()
    encoder.identity = "another"
    rag("rag", encoder, SqliteStore(path), keep=True)
    assert encoder.asked == [SAID[0]]


def test_a_window_of_nothing_is_refused():
    with pytest.raises(Exception, match="window is 0; it must be at least 1 turn"):
        rag(window=0)
