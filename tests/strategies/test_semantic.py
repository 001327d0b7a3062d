"""What is stated becomes a fact when its session ends: once, with its proof, and ended by what contradicts it."""

from datetime import timedelta

import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget
from memlab.testing import START, ask, end, turn


def semantic(**params):
    return make("strategy/semantic", encoder=Hashing(), **params)


def told(strategy, *sessions):
    """Tells each session's lines, the user's unless they begin with the assistant's name; returns the facts by text."""
    place = 0
    for number, lines in enumerate(sessions):
        for line in lines:
            speaker = "assistant" if line.startswith("assistant: ") else "user"
            text = line if speaker == "assistant" else f"user: {line}"
            strategy.observe(turn(place, text, session=number, speaker=speaker))
            place += 1
        strategy.observe(end(place, session=number))
        place += 1
    return {known.text: known for known in strategy.facts()}


def test_nothing_is_a_fact_before_its_session_ends():
    strategy = semantic()
    strategy.observe(turn(0, "user: I live in Boston."))
    assert strategy.facts() == ()
    strategy.observe(end(1))
    assert [memory.text for memory in strategy.memories()] == ["I live in Boston."]


def test_statements_of_the_user_count_and_questions_thanks_and_the_assistant_do_not():
    facts = told(semantic(), ["Thanks! I live in Boston. What is the time?", "assistant: You live in Boston, I see."])
    assert list(facts) == ["I live in Boston."]
    assert facts["I live in Boston."].sources == ("t0",)


def test_what_is_said_again_supports_the_fact_and_makes_it_surer():
    once = told(semantic(), ["I keep bees on the roof of my house."])["I keep bees on the roof of my house."]
    again = told(semantic(), ["I keep bees on the roof of my house."], ["I keep bees on the roof of my house."])
    known = again["I keep bees on the roof of my house."]
    assert len(again) == 1
    assert (known.support, known.sources) == (2, ("t2", "t0"))
    assert known.confidence == pytest.approx(once.confidence + (1 - once.confidence) * once.confidence / 2)


def test_another_number_is_another_fact():
    facts = told(semantic(merge_from=0.0), ["My rent is 900 euros a month."], ["My rent is 950 euros a month."])
    assert len(facts) == 2


def test_a_contradiction_ends_a_fact_and_keeps_it_for_questions_of_the_past():
    strategy = semantic(recency_weight=0.0)
    facts = told(strategy, ["I live in Boston."], ["I moved to Denver in May."])
    old, new = facts["I live in Boston."], facts["I moved to Denver in May."]
    assert old.valid_to == new.at
    assert (new.valid_to, new.replaces) == (None, ("t0",))
    assert strategy.recall(ask(60, "Where do I live?")).memories[0].text == "I moved to Denver in May."
    assert strategy.recall(ask(60, "Where did I live before?")).memories[0].text == "I live in Boston."


def test_an_erasure_makes_the_contradicted_fact_hold_again():
    strategy = semantic()
    told(strategy, ["I live in Boston."], ["I moved to Denver in May."])
    strategy.observe(Erasure(at=START + timedelta(hours=1), session=2, turns=frozenset({"t2"})))
    (known,) = strategy.facts()
    assert (known.text, known.valid_to) == ("I live in Boston.", None)


def test_a_forgotten_fact_does_not_come_back_with_the_next_consolidation():
    strategy = semantic()
    facts = told(strategy, ["I live in Boston. I keep bees on the roof."])
    going = facts["I live in Boston."].memory.id
    strategy.observe(Forget(at=START + timedelta(hours=1), session=0, memories=frozenset({going})))
    strategy.observe(end(61))
    assert [known.text for known in strategy.facts()] == ["I keep bees on the roof."]


def test_an_erasure_elsewhere_brings_no_forgotten_fact_back_and_drops_no_other():
    strategy = semantic()
    facts = told(strategy, ["I keep bees on the roof."], ["I keep bees on the roof. I play the violin every day."])
    assert [known.sources for known in facts.values()] == [("t2", "t0"), ("t2",)]
    forgotten = facts["I play the violin every day."].memory.id
    strategy.observe(Forget(at=START, session=1, memories=frozenset({forgotten})))
    strategy.observe(Erasure(at=START, session=1, turns=frozenset({"t0"})))
    assert [(memory.text, memory.sources) for memory in strategy.memories()] == [("I keep bees on the roof.", ("t2",))]


@pytest.mark.parametrize("wrong", [{"min_confidence": 2.0}, {"merge_from": -1.0}, {"half_life_days": 0.0}])
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(Exception, match="semantic: "):
        semantic(**wrong)
