"""What says that evidence is there: who told of it, not who asked."""

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.testing import ask, turn

QUESTION = "Which kayak did I sell?"


def facts(*texts, question=QUESTION):
    strategy = make("strategy/ranked", encoder=Hashing(128))
    for place, text in enumerate(texts):
        strategy.observe(turn(place, text, speaker=text.partition(":")[0]))
    return strategy.presence(ask(90, question))


def test_what_the_user_told_counts_and_what_he_asked_does_not():
    told = facts("user: I sold the red kayak", "assistant: Good for you")
    asked = facts("user: Which kayak did I sell? It is on the tip of my tongue.", "assistant: Good for you")
    assert told["told"] > 0.2 > asked["told"]
    assert told["own"] > 0 >= asked["own"]


def test_what_the_other_one_told_is_not_ones_own():
    own = facts("user: I like tea", "assistant: Many people who sell a kayak sell it in spring")["own"]
    assert own < 0 < facts("user: I sold the kayak", "assistant: Many people like tea")["own"]


def test_between_people_it_is_whoever_is_named_and_of_nobody_nothing_is_told_apart():
    talk = ("Ada: I sold the kayak", "Ben: Tea is ready")
    ada, ben = (facts(*talk, question=f"Which kayak did {name} sell?")["own"] for name in ("Ada", "Ben"))
    assert ada == -ben > 0
    assert facts(*talk, question="Who sold the kayak?")["own"] == 0.0


def test_before_anything_is_said_there_are_no_facts():
    assert facts() == {}
