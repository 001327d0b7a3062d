"""What a turn is worth: statements of oneself most, what the assistant says least."""

from itertools import pairwise

import pytest

from memlab.extract.worth import only_asks, statements, worth
from memlab.testing import turn


def of(text, speaker="user", **how):
    return worth(turn(0, f"{speaker}: {text}", speaker=speaker), **how)


def test_statements_are_worth_more_than_requests_questions_and_pleasantries():
    ladder = ["I live in Denver now.", "The soup was too salty yesterday.", "Tell us something silly about soup.",
              "Is Sichuan food always hot?", "Thanks a lot!"]  # fmt: skip
    values = [of(text) for text in ladder]
    assert all(more > less for more, less in pairwise(values))
    assert values[1] == 0.7


def test_the_assistants_words_are_worth_little_whatever_they_say():
    assert of("You live in Denver.", "assistant") == 0.15
    assert of("You live in Denver.", "Maria") >= 0.7


def test_the_best_sentence_counts():
    assert of("Hi! Is it late? My sister Ana moved to Rome.") == of("My sister Ana moved to Rome.")


@pytest.mark.parametrize(
    "text", ["I'm at the bank right now.", "I have a headache today.", "Currently I am in a queue."]
)
def test_what_holds_for_the_moment_is_worth_less(text):
    assert of(text) == 0.2
    assert of(text, passing=False) >= 0.7


@pytest.mark.parametrize(
    "text",
    ["I currently work at a bank.", "I moved out today.", "From today I am a vegan.", "I always run these days."],
)
def test_a_word_alone_makes_nothing_ephemeral(text):
    assert of(text) >= 0.7


@pytest.mark.parametrize("text", ["", "!?", "\x00", "x" * 100_000, "喂"])
def test_any_text_has_a_worth(text):
    assert 0 <= of(text) <= 1


def test_statements_are_what_is_neither_asked_nor_wanted_of_anybody_else():
    text = "What is keto? I eat keto. Tell me a joke. Name a river. It rains."
    assert statements(text) == ["I eat keto.", "Tell me a joke.", "It rains."]


@pytest.mark.parametrize(
    "text",
    [
        "Which dentist do I go to?",
        "Okay so, remind me of the series I'm watching",
        "Hi! Put me out of my misery: who is on my team?",
        "Please forget everything I've told you about my job.",
    ],
)
def test_what_only_asks_says_nothing(text):
    assert only_asks(turn(0, f"user: {text}", speaker="user"))


@pytest.mark.parametrize(
    "text", ["I moved to Rome. Any tips?", "Thanks a lot!", "", "My sister Ana is the one who asks.", "It is cold."]
)
def test_who_states_something_or_nothing_at_all_does_not_only_ask(text):
    assert not only_asks(turn(0, f"user: {text}", speaker="user"))
