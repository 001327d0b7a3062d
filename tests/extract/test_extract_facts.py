import pytest

from memlab.extract.facts import FactRules
from memlab.testing import turn

STATES = {
    "I live in Oslo now.": ("home", "Oslo", True, False),
    "We've just moved to New Mexico, and it is hot.": ("home", "New Mexico", True, False),
    "I no longer live in Boston.": ("home", "Boston", True, True),
    "I used to work for Initech": ("employer", "Initech", True, True),
    "i work as a piano tuner, and that goes back to 2019": ("job", "piano tuner", True, False),
    "My budget is 900 euros.": ("budget", "900 euros", True, False),
    "My favourite tea was Assam.": ("favourite tea", "Assam", True, True),
    "I'm allergic to walnuts": ("avoids", "walnuts", False, False),
    "I don't like olives.": ("dislikes", "olives", False, False),
    "I love Dune by the way": ("likes", "Dune by the way", False, False),
    "I take losartan.": ("take", "losartan", False, False),
    "I take losartan as of this week.": ("take", "losartan", True, False),
    "I'm building a puppet theatre": ("build", "puppet theatre", False, False),
    "I get up at 6:45am these days": ("getting up", "6:45am", True, False),
    "I have porridge for breakfast": ("breakfast", "porridge", False, False),
    "I do my shopping at Lidl": ("do shopping", "Lidl", False, False),
    "Did I ever mention that I live in Oslo?": ("home", "Oslo", True, False),
    "It was never Oslo.": (None, "Oslo", False, True),
    "I was joking about Oslo": (None, "Oslo", False, True),
    "I've swapped the car for a bike.": (None, "bike", True, False),
    "my bad, a library not a cinema": (None, "cinema", False, True),
    "The rent I pay has changed, so note $915.": ("rent pay", "so note $915", True, False),
}
STATES_NOTHING = (
    "Do I live in Oslo?",
    "If I lived in Oslo, I'd ski; what if I live in Rome",
    "Suppose I live in Oslo.",
    "I was told that I live in Oslo",
    'The form says "I live in Oslo" in the first box.',
    "Priya lives in Oslo",
    "My question is simple.",
    "My back is killing me",
    "I have a question",
    "I love it!",
    "I think that Oslo is fine.",
    "The town I live in is lovely.",
    "Where do you live?",
)


def found(text, **kw):
    return FactRules().facts(turn(1, text, **kw))


@pytest.mark.parametrize("text", STATES)
def test_a_statement_is_found_with_slot_and_value(text):
    facts = {(fact.slot, fact.value, fact.single, fact.ends) for fact in found(text)}
    assert STATES[text] in facts, facts


@pytest.mark.parametrize("text", STATES_NOTHING)
def test_what_is_asked_imagined_reported_or_passing_is_no_fact(text):
    assert found(text) == ()


def test_both_sides_of_a_change_are_told():
    old, new = found("I switched from tea to cocoa.")
    assert (old.value, old.ends, new.value, new.ends) == ("tea", True, "cocoa", False)


def test_a_fact_is_the_sentence_that_states_it():
    (fact,) = found("user: Hello there. I live in Oslo. It rains!")
    assert fact.text == "I live in Oslo."


def test_the_assistants_claims_are_no_facts_unless_the_user_says_yes():
    claim = turn(0, "assistant: Right. You live in Oslo, right?", speaker="assistant")
    assert FactRules().facts(claim) == ()
    (fact,) = FactRules().facts(turn(1, "user: Yes, exactly."), claim)
    assert (fact.slot, fact.value, fact.text) == ("home", "Oslo", "I live in Oslo.")
    for answer in ("No, I never did.", "Yes, but not any more.", "Hm."):
        assert "Oslo" not in {fact.value for fact in FactRules().facts(turn(1, answer), claim)}
    told = turn(0, "assistant: You live in Oslo. Shall I look?", speaker="assistant")
    assert FactRules().facts(turn(1, "Yes, please."), told) == ()


def test_categories_are_the_guides():
    assert [found(text)[0].category for text in ("I love tea", "I live in Oslo", "I'm saving for a boat")] == [
        "preference",
        "fact",
        "context",
    ]
    assert found("I usually walk to work")[0].category == "behaviour"


def test_long_and_odd_texts_survive_in_linear_time():
    assert found("I am " * 30_000) == ()
    assert found("\x00\x07 I live in \x00") == ()
    assert len(found("I live in Oslo. " * 200)) == 1
