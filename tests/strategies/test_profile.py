from functools import partial
from typing import ClassVar

import pytest

import memlab
from memlab.events import Erasure, Forget
from memlab.extract import Fact
from memlab.stores.sqlite import SqliteStore
from memlab.testing import START, ask, turn

MOVED = (
    turn(1, "user: I live in Boston."),
    turn(2, "assistant: You live in Boston? Do you own a boat?", speaker="assistant"),
    turn(3, "user: I love chess. I take losartan."),
    turn(4, "user: I moved to Denver."),
    turn(5, "user: The weather was grey and the soup cold."),
)


def profile(*events, **parts):
    made = memlab.make("strategy/profile", encoder=memlab.make("encoder/hashing"), **parts)
    for event in events:
        made.observe(event)
    return made


def texts(strategy, question):
    return [memory.text for memory in strategy.recall(ask(99, question)).memories]


def held(slots):
    return [(one.slot, one.value, one.valid_to is None) for one in slots]


def test_what_holds_stands_before_what_it_superseded_and_both_are_kept():
    strategy = profile(*MOVED)
    now = texts(strategy, "Which town do I live in, Boston?")
    assert now.index("user: I moved to Denver.") < now.index("user: I live in Boston.")
    (boston,) = (memory for memory in strategy.memories() if "live in Boston" in memory.text)
    assert boston.valid_to == MOVED[3].at


def test_a_question_of_the_past_is_answered_from_the_past():
    assert texts(profile(*MOVED), "Where did I live, in Boston?")[0] == "user: I live in Boston."


def test_slots_are_told_by_kind_with_their_times():
    strategy = profile(*MOVED)
    assert held(strategy.slots()) == [
        ("home", "Boston", False),
        ("likes", "chess", True),
        ("take", "losartan", True),
        ("home", "Denver", True),
    ]
    assert held(strategy.preferences()) == [("likes", "chess", True)]
    assert strategy.summary().splitlines() == ["home: Denver", "likes: chess", "take: losartan"]
    assert strategy.current() == strategy.patterns() == ()
    assert held(profile(turn(1, "I usually walk to work. I'm saving for a boat.")).patterns())[0][0] == "usually does"
    assert held(profile(turn(1, "I'm saving for a boat.")).current()) == [("wants", "boat", True)]


def test_a_turn_ends_only_when_all_that_it_states_is_over():
    strategy = profile(turn(1, "I live in Boston. I love chess."), turn(2, "I moved to Denver."))
    assert [memory.valid_to for memory in strategy.memories()] == [None, None]
    strategy.observe(turn(3, "I no longer love chess."))
    assert next(strategy.memories()).valid_to == turn(3, "").at


def test_the_summary_keeps_to_its_tokens():
    assert profile(*MOVED, summary_tokens=4).summary() == "home: Denver"
    assert profile(*MOVED, summary_tokens=0).summary() == ""


def test_the_assistants_words_are_no_memories_but_what_the_user_confirms_is():
    assert not [memory for memory in profile(*MOVED).memories() if "assistant" in memory.text]
    claim = turn(1, "assistant: So you live in Oslo?", speaker="assistant")
    strategy = profile(claim, turn(2, "user: Yes, that's right."))
    assert held(strategy.slots()) == [("home", "Oslo", True)]
    (_, confirmed) = strategy.memories()
    assert confirmed.sources == ("t1", "t2")
    assert "Oslo" in confirmed.text
    strategy.observe(Erasure(at=START, session=0, turns=frozenset(["t1"])))
    assert [memory.id for memory in strategy.memories()] == ["t2"]
    assert strategy.slots() == ()


def test_what_is_confirmed_is_named_by_both_turns_so_that_another_claim_confirmed_is_another_memory():
    asked = [f"assistant: So you live in {town}?" for town in ("Bergen", "Oslo")]
    claims = [turn(place, text, speaker="assistant") for place, text in enumerate(asked, start=1)]
    strategy = profile(*claims, turn(3, "user: Yes, that's right."))
    (oslo,) = (memory for memory in strategy.memories() if "Oslo" in memory.text)
    strategy.observe(Forget(at=START, session=0, memories=frozenset({oslo.id})))
    strategy.observe(Erasure(at=START, session=0, turns=frozenset({"t2"})))
    assert [memory.sources for memory in strategy.memories()] == [("t3",), ("t1", "t3")]


def test_erasing_the_newest_value_makes_the_one_before_it_current_again():
    strategy = profile(*MOVED)
    strategy.observe(Erasure(at=START, session=0, turns=frozenset(["t4"])))
    assert ("home", "Boston", True) in held(strategy.slots())
    assert all(memory.valid_to is None for memory in strategy.memories())


def test_what_is_forgotten_leaves_its_slot_and_stays_forgotten():
    store = SqliteStore()
    strategy = profile(*MOVED, store=store)
    strategy.observe(Forget(at=START, session=0, memories=frozenset(["t3"])))
    for one in (strategy, profile(store=store)):
        assert [slot for slot, _, _ in held(one.slots())] == ["home", "home"]
        assert not [memory for memory in one.memories() if "chess" in memory.text]


def test_an_ended_value_names_statements_that_no_slot_took_unless_it_is_on_every_tongue():
    told = [turn(1, "user: Moroccan food is what we cook."), turn(2, "user: It was never Moroccan, I meant Syrian.")]
    assert texts(profile(*told), "Moroccan food to cook, is it?")[0] == told[1].text
    assert texts(profile(*told, named_at_most=0), "Moroccan food to cook, is it?")[0] == told[0].text


class Once:
    """An extractor that must not be asked twice for a turn."""

    asked: ClassVar[list[str]] = []

    def facts(self, turn, before=None):
        assert turn.id not in self.asked
        self.asked.append(turn.id)
        return (Fact(text=turn.text, category="fact", slot="home", value=turn.text.split()[-1], single=True),)


def test_what_an_extractor_found_is_kept_and_not_asked_for_again():
    store, once = SqliteStore(), Once()
    make = partial(memlab.make, "strategy/profile", encoder=memlab.make("encoder/hashing"), store=store, extract=once)
    strategy = make()
    strategy.observe(turn(1, "home Oslo"))
    strategy.observe(turn(2, "home Rome"))
    assert make().slots() == strategy.slots()
    assert once.asked == ["t1", "t2"]


def test_an_erasure_encodes_nothing_anew():
    class Counting:
        dim, identity, n = 256, "counting", 0

        def encode(self, texts):
            self.n += len(texts)
            return memlab.make("encoder/hashing").encode(texts)

    encoder = Counting()
    strategy = memlab.make("strategy/profile", encoder=encoder)
    for event in MOVED:
        strategy.observe(event)
    before = encoder.n
    strategy.observe(Erasure(at=START, session=0, turns=frozenset(["t1"])))
    assert encoder.n == before == 4


@pytest.mark.parametrize("wrong", [{"half_life_days": 0}, {"recency_weight": -1}, {"superseded_penalty": -1}])
def test_a_number_out_of_its_range_is_told(wrong):
    with pytest.raises(Exception, match=next(iter(wrong))):
        memlab.make("strategy/profile", **wrong)
