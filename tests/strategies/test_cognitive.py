"""Parts hear the same, are raised by the words of a question and fused by rank; what one forgets, all forget."""

from dataclasses import replace

import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget, Memory, Recall, Recalled
from memlab.strategies.base import record_of
from memlab.strategies.cognitive import Cognitive, called_for
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


def fused(parts, store=None, routed=1.0, flatness=1.0, **weights):
    own = dict.fromkeys(parts, 1.0) | weights
    makers = {name: (lambda space, part=part: part) for name, part in parts.items()}
    return Cognitive(store or make("store/sqlite"), makers, own, routed, flatness, candidates=10)


def order(cognitive, text="which?"):
    return [(memory.id, round(memory.score, 3)) for memory in cognitive.recall(ask(9, text)).memories]


def test_ranks_add_up_over_parts_and_the_better_rank_says_it():
    parts = {"a": Part(memory("1", "t1"), memory("2", "t2")), "b": Part(memory("x", "t2"))}
    assert order(fused(parts)) == [("b/x", 1.5), ("a/1", 1.0)]
    assert order(fused(parts, b=0.5)) == [("a/1", 1.0), ("a/2", 1.0)]


def test_a_question_raises_the_part_that_its_words_call_for():
    parts = {"episodic": Part(memory("e", "t1")), "semantic": Part(memory("s", "t2"))}
    assert order(fused(parts, semantic=1.5))[0][0] == "semantic/s"
    assert order(fused(parts, semantic=1.5, routed=3.0), "how did the interview go?")[0][0] == "episodic/e"


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("How did the driving test go?", "episodic"),
        ("Which approach worked best for bread?", "procedural"),
        ("What is my current address?", "profile"),
        ("What did I just say?", "working"),
        ("Where does Priya work?", "semantic"),
    ],
)
def test_words_call_for_a_part(question, part):
    assert part in called_for(question)


def test_it_is_as_sure_as_the_part_that_counts_most():
    parts = {"a": Part(confidence=0.2), "b": Part(confidence=0.9), "c": Part()}
    assert fused(parts, a=2.0).recall(ask(0, "which?")).confidence == 0.2
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
    cognitive = make("strategy/cognitive", encoder=Hashing(), routed=1.0)
    for event in SAID:
        cognitive.observe(event)
    found = cognitive.recall(replace(ask(9, "what colour is the kettle?"), limit=1)).memories
    assert found[0].sources == ("t0",)
    cognitive.observe(Erasure(at=START, session=0, turns=frozenset({"t0"})))
    assert all("kettle" not in memory.text for memory in cognitive.memories())


@pytest.mark.parametrize("wrong", [{"routed": 0.5}, {"flatness": 0}, {"a": -1.0}, {"b": 1.0}])
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="cognitive: weights"):
        fused({"a": Part()}, **wrong)
