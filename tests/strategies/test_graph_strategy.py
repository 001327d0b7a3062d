"""A question about "my sister" reaches what was said of her under her name."""

from dataclasses import replace

from memlab import make
from memlab.events import Erasure
from memlab.testing import START, ask, turn

CHAT = (
    "My sister Priya came by today.",
    "It rains a lot here.",
    "Work was dull.",
    "The tram was late.",
    "Lunch was soup.",
    "The cellar is damp.",
    "The neighbours are loud.",
    "The bicycle is green.",
    "The heating hums.",
    "I slept badly.",
    "Then Priya adopted a kitten.",
    "Dinner was soup, too.",
)


def told(texts=CHAT, **numbers):
    graph = make("strategy/graph", **numbers)
    for place, text in enumerate(texts):
        graph.observe(turn(place, text, session=place // 4))
    return graph


def found(graph, question="What did my sister do?"):
    return [memory.id for memory in graph.recall(ask(50, question)).memories]


def test_my_sister_reaches_what_was_said_under_her_name_in_another_session():
    assert found(told()) == ["t0", "t10"]
    assert found(told(hops=0)) == ["t0"]


def test_it_walks_from_the_name_to_the_relation_too():
    texts = [*CHAT, "I should call my sister."]
    assert set(found(told(texts, hub_share=0.5), "Who is Priya?")) == {"t0", "t10", "t12"}


def test_an_erased_introduction_breaks_the_bridge():
    graph = told()
    graph.observe(Erasure(at=START, session=3, turns=frozenset({"t0"})))
    assert found(graph) == []
    assert found(graph, "Priya") == ["t10"]


def test_a_bridge_that_two_turns_carry_outlives_one():
    graph = told([*CHAT, "You know Priya is my sister."])
    graph.observe(Erasure(at=START, session=3, turns=frozenset({"t0"})))
    assert set(found(graph)) == {"t10", "t12"}


def test_a_word_that_is_also_written_small_is_no_name():
    named = ["The garden has Rose in it.", *CHAT[1:10], "Then Rose sang."]
    assert found(told(named), "garden") == ["t0", "t10"]
    assert found(told([*named, "That rose smells."]), "garden") == ["t0"]


def test_the_question_is_read_in_any_case():
    graph = told()
    assert found(graph, "MY SISTER") == found(graph, "my sister") == ["t0", "t10"]


def test_a_turn_said_again_in_other_words_is_read_anew():
    graph = told()
    graph.observe(replace(turn(0, "My sister Ana came by today.", session=3)))
    assert found(graph) == ["t0"]


def test_nothing_in_the_question_finds_nothing():
    assert found(told(), "") == found(told(), "of the") == found(told(), "zeppelin") == []
