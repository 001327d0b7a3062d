"""Which texts are about something sensitive."""

import pytest

from memlab.extract.sensitive import categories, sensitive


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("user: I'm allergic to peanuts.", "health"),
        ("They put me on lisinopril last week.", "health"),
        ("I broke my left wrist on the stairs.", "health"),
        ("My salary comes on the 28th.", "finance"),
        ("I’m still paying off the car loan.", "finance"),
        ("My rent is $900 a month.", "finance"),
        ("I'm stuck at the airport with a flat battery.", "location"),
        ("We flew back to Oslo on Friday.", "location"),
        ("I go to the mosque on Fridays.", "beliefs"),
        ("I signed a petition against the bypass.", "beliefs"),
        ("My girlfriend hates olives.", "relationships"),
        ("We broke up in May.", "relationships"),
    ],
)
def test_what_is_said_outright_is_found(text, category):
    assert category in sensitive(text)


@pytest.mark.parametrize(
    "text",
    [
        "I live in Denver and play the cello.",
        "My business partner likes jazz.",
        "We sat on the river bank on a bank holiday.",
        "By God's grace the cake rose.",
        "What is the difference between a cold and the flu?",
        "I bring a couple of chairs.",
        "",
    ],
)
def test_what_only_sounds_like_it_is_not(text):
    assert sensitive(text) == frozenset()


def test_one_hint_is_not_enough_and_two_are():
    assert sensitive("I asked the nurse.") == frozenset()
    assert sensitive("The nurse asked about my cough.") == {"health"}


def test_the_categories_are_those_that_consent_is_asked_for():
    assert set(categories()) == {"health", "finance", "location", "beliefs", "relationships"}
