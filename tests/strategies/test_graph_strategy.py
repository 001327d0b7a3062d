"""A question about "my sister" reaches what was said of her under her name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memlab import make
from memlab.checks.lives import events_of, lives, queries_of, tell, with_erasures
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


def test_what_turns_stated_is_told_with_when_it_held():
    graph = told(["I live in Oslo.", "My sister Priya came.", "I moved to New Rome."])
    homes = [(held.start, held.end, held.turn, held.valid_to[:10]) for held in graph.relations("live in", "place")]
    moved = f"{turn(2, '').at:%Y-%m-%d}"
    assert homes == [("live", "new", "t2", ""), ("live", "oslo", "t0", moved), ("live", "rome", "t2", "")]
    assert [held.end for held in graph.relations(kind="person", at=START + timedelta(days=99))] == ["priya"]
    assert [held.turn for held in graph.relations("live in", at=turn(2, "").at - timedelta(seconds=1))] == ["t0"]
    graph.observe(Erasure(at=START, session=3, turns=frozenset({"t2"})))
    assert [(held.end, held.valid_to) for held in graph.relations("live in")] == [("oslo", "")]


def test_a_former_home_counts_less_unless_the_past_is_asked_for():
    def scores(question, past):
        chat = ["I live in Oslo.", "Oslo hums.", "I moved to Rome.", "Rome sings.", *CHAT[1:10]]
        recalled = told(chat, past=past).recall(ask(50, question)).memories
        return {memory.id: memory.score for memory in recalled}

    assert scores("Where do I live?", 1.0)["t1"] == pytest.approx(scores("Where do I live?", 1.0)["t3"])
    assert scores("Where do I live?", 0.5)["t1"] == pytest.approx(scores("Where do I live?", 0.5)["t3"] / 2)
    assert "t1" not in scores("Where do I live?", 0.0)
    asked = scores("Where did I use to live?", 0.0)
    assert asked["t1"] == pytest.approx(asked["t3"])


def test_embedded_cypher_recalls_what_networkx_recalls():
    pytest.importorskip("ladybug", reason="ladybug is not installed: embedded Cypher is not tested")
    (life,) = lives("engines")
    script = with_erasures(events_of(life), seed=1)[:80]
    ours, theirs = (tell(make(f"strategy/{name}"), script) for name in ("graph", "graph_cypher"))
    asked = [replace(query, at=script[-1].at) for query in queries_of(events_of(life))]
    assert [ours.recall(query) for query in asked] == [theirs.recall(query) for query in asked]
    assert ours.relations() == theirs.relations() != []
    theirs.close()
