"""Parts hear the same and are fused by rank, those that a question calls for first; what one forgets, all forget."""

from dataclasses import replace

import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget, Memory, Recall, Recalled
from memlab.strategies.base import record_of
from memlab.strategies.cognitive import Cognitive
from memlab.testing import START, ask, turn

SAID = [turn(0, "user: the kettle is blue"), turn(1, "user: the parrot is green")]


class Part:
    """A strategy that finds what it is given to find, and keeps what it is told."""

    def __init__(self, *found, confidence=None):
        self.found, self.confidence, self.told = found, confidence, []

    def observe(self, event):
        self.told.append(event)

    def recall(self, query):
        return Recall(memories=self.found[: query.limit], confidence=self.confidence)

    def memories(self):
        return iter(self.found)

    def close(self):
        pass


def memory(id, source, text="words"):
    return Memory(id=id, text=text, at=START, sources=(source,))


class Calls:
    """A router that scores every question alike."""

    def __init__(self, **scores):
        self.found = scores

    def scores(self, question):
        return self.found


def fused(parts, store=None, calls=None, leads=None, flatness=1.0, **weights):
    own = dict.fromkeys(parts, 1.0) | weights
    makers = {name: (lambda space, part=part: part) for name, part in parts.items()}
    router = Calls(**(calls or {}))
    return Cognitive(
        store or make("store/sqlite"), Hashing(), makers, own, leads or {}, lambda _: router, flatness, candidates=10
    )


def order(cognitive, text="which?"):
    return [(memory.id, round(memory.score, 3)) for memory in cognitive.recall(ask(9, text)).memories]


def test_ranks_add_up_over_parts_and_the_better_rank_says_it():
    parts = {"a": Part(memory("1", "t1"), memory("2", "t2")), "b": Part(memory("x", "t2"))}
    assert order(fused(parts)) == [("b/x", 1.5), ("a/1", 1.0)]
    assert order(fused(parts, b=0.5)) == [("a/1", 1.0), ("a/2", 1.0)]


def test_a_part_leads_with_as_many_memories_as_it_is_called_for():
    parts = {"a": Part(*(memory(str(n), f"t{n}") for n in range(4))), "b": Part(*(memory(c, c) for c in "xyz"))}
    ids = [id for id, _ in order(fused(parts, a=0.1, calls={"a": 0.5, "b": 0.4}, leads={"a": 4}))]
    assert ids == ["a/0", "a/1", "b/x", "b/y", "b/z", "a/2", "a/3"]
    for calls in ({}, {"a": -0.5}, {"b": 1.0}, {"a": 0.2}):
        assert order(fused(parts, a=0.1, calls=calls, leads={"a": 4}))[0][0] == "b/x"


def test_what_leads_comes_before_what_every_other_part_finds_first():
    parts = {name: Part(memory("1", "t1")) for name in "bcd"} | {"a": Part(memory("2", "t2"), memory("3", "t3"))}
    assert [id for id, _ in order(fused(parts, a=0.0, calls={"a": 1.0}, leads={"a": 2}))] == ["a/2", "a/3", "b/1"]


def test_it_is_as_sure_as_the_part_that_counts_most():
    parts = {"a": Part(confidence=0.2), "b": Part(confidence=0.9), "c": Part()}
    assert fused(parts, a=2.0).recall(ask(0, "which?")).confidence == 0.2
    assert fused(parts, a=1.5, calls={"b": 0.6}).recall(ask(0, "which?")).confidence == 0.9
    assert fused({"c": Part()}).recall(ask(0, "which?")).confidence is None


def test_each_part_hears_of_its_own_memories_and_none_says_what_was_forgotten():
    one, other = Part(memory("1", "t1"), memory("2", "t2")), Part(memory("1", "t1"), memory("3", "t1", "other words"))
    store = make("store/sqlite")
    cognitive = fused({"a": one, "b": other}, store)
    cognitive.observe(Forget(at=START, session=0, memories=frozenset({"a/1"})))
    assert (one.told[-1].memories, other.told[-1].memories) == ({"1"}, frozenset())
    for again in (cognitive, fused({"a": one, "b": other}, store)):
        assert [memory.id for memory in again.memories()] == ["a/2", "b/3"] == [id for id, _ in order(again)]
    cognitive.observe(Recalled(at=START, session=0, query="q", memories=("b/3", "a/2")))
    assert (one.told[-1].memories, other.told[-1].memories) == (("2",), ("3",))


def test_what_was_forgotten_does_not_come_back_into_the_window():
    cognitive = make("strategy/cognitive", encoder=Hashing())
    said = [turn(place, f"user: I bought lamp number {place} today") for place in range(25)]
    for event in said:
        cognitive.observe(event)
    first = {memory.id for memory in cognitive.memories() if memory.sources == ("t0",)}
    assert first
    assert "working/t0" not in first
    cognitive.observe(Forget(at=START, session=0, memories=frozenset(first)))
    cognitive.observe(Erasure(at=START, session=0, turns=frozenset(event.id for event in said[5:])))
    assert {memory.sources for memory in cognitive.memories()} == {(f"t{place}",) for place in range(1, 5)}


def test_what_a_crash_cut_short_is_told_again(tmp_path):
    store = make("store/sqlite", path=tmp_path / "me.sqlite")
    store.space("now").put(record_of(SAID[0], 0))
    part = Part()
    fused({"a": part}, store)
    assert part.told == [SAID[0]]
    assert list(store.space("now").scan()) == []


def test_made_in_python_it_has_its_parts_from_the_config():
    cognitive = make("strategy/cognitive", encoder=Hashing())
    for event in SAID:
        cognitive.observe(event)
    found = cognitive.recall(replace(ask(9, "what colour is the kettle?"), limit=1)).memories
    assert found[0].sources == ("t0",)
    cognitive.observe(Erasure(at=START, session=0, turns=frozenset({"t0"})))
    assert all("kettle" not in memory.text for memory in cognitive.memories())


@pytest.mark.parametrize("wrong", [{"leads": {"a": -1}}, {"leads": {"b": 1}}, {"flatness": 0}, {"a": -1.0}, {"b": 1.0}])
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="cognitive: "):
        fused({"a": Part()}, **wrong)
