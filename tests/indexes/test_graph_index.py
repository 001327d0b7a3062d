"""A walk falls off by every hop, goes by names and relations, and around hubs."""

from datetime import UTC, datetime, timedelta

import pytest

from memlab.indexes.graph import GraphIndex
from memlab.indexes.graph_engine import Edge
from memlab.indexes.graph_networkx import NetworkxGraph

START = datetime(2024, 1, 1, tzinfo=UTC)
NEXT = START + timedelta(days=1)


def graph(hops=2, decay=0.5, hub_share=1.0, past=1.0, batch=1):
    return GraphIndex(NetworkxGraph, hops, decay, hub_share, past, batch)


def joins(*pairs):
    return [Edge(start, "next", end) for start, end in pairs]


def home(place):
    return [Edge("live", "live in", place, "place", "home", place)]


def test_weights_fall_by_every_hop_and_walks_end_after_the_last():
    index = graph(hops=2, decay=0.5)
    for n, pair in enumerate([("a", "b"), ("b", "c"), ("c", "d")]):
        index.add(f"t{n}", START, {}, joins(pair))
    assert index.walk(["a"]) == {"a": 1.0, "b": 0.5, "c": 0.25}
    assert index.walk(["d"]) == {"d": 1.0, "c": 0.5, "b": 0.25}
    assert graph(hops=0).walk(["a"]) == {"a": 1.0}
    assert index.walk([]) == {}


def test_the_nearer_way_counts():
    index = graph(hops=3, decay=0.5)
    index.add("t1", START, {}, joins(("a", "b"), ("b", "c"), ("a", "c"), ("a", "a")))
    assert index.walk(["a"]) == {"a": 1.0, "b": 0.5, "c": 0.5}


def test_a_name_is_reached_in_proportion_to_the_turns_that_mention_it_too():
    index = graph(hops=1, decay=0.5)
    for n, mentions in enumerate([{"sea": False, "priya": True}, {"sea": False}, {"sea": False}, {"sea": False}]):
        index.add(f"t{n}", START, mentions)
    assert index.walk(["sea"]) == {"sea": 1.0, "priya": 0.5 * 1 / 4}


def test_hubs_are_not_walked_through():
    index = graph(hops=2, decay=0.5, hub_share=0.5)
    for n in range(4):
        index.add(f"t{n}", START, {"hub": True, f"name{n}": True}, joins(("hub", "far")))
    assert index.walk(["name0"]) == {"name0": 1.0, "hub": 0.5}
    for n in range(4, 9):
        index.add(f"t{n}", START, {})
    assert index.walk(["name0"])["name1"] == 0.5 * 1.0 * 0.5 / 4
    assert index.walk(["name0"])["far"] == 0.25


def test_what_one_turn_mentions_is_no_hub_however_few_turns_there_are():
    index = graph(hops=1, decay=0.5, hub_share=0.1)
    index.add("t1", START, {"sister": False, "priya": True}, joins(("sister", "priya")))
    index.add("t2", START, {"priya": True})
    assert index.walk(["sister"]) == {"sister": 1.0, "priya": 0.5}


@pytest.mark.parametrize(("past", "oslo"), [(1.0, 0.5), (0.5, 0.25), (0.0, None)])
def test_what_no_longer_holds_counts_less_but_for_a_question_of_the_past(past, oslo):
    index = graph(hops=1, past=past)
    index.add("t1", START, {}, home("oslo"))
    index.add("t2", NEXT, {}, home("rome"))
    assert index.walk(["live"], NEXT).get("oslo") == oslo
    assert index.walk(["live"], NEXT)["rome"] == index.walk(["live"])["oslo"] == 0.5


def test_a_fact_that_is_stated_again_holds_by_its_latest_turn():
    index = graph(hops=1, past=0.0)
    for n, place in enumerate(["oslo", "rome", "oslo"]):
        index.add(f"t{n}", START + timedelta(days=n), {}, home(place))
    assert index.walk(["live"], START + timedelta(days=9)) == {"live": 1.0, "oslo": 0.5}


def test_a_batch_waits_no_longer_than_for_the_next_walk_and_counts_at_once():
    index = graph(hops=1, batch=3)
    for n in range(4):
        index.add(f"t{n}", START, {}, joins(("a", f"b{n}")))
    assert len(index._coming) == 1
    index.delete("t0")
    index.delete("t3")
    index.add("t1", START, {}, joins(("a", "c")))
    assert (len(index), sorted(index.walk(["a"]))) == (2, ["a", "b2", "c"])
    assert [(held.end, held.turn) for held in index.match("next")] == [("b2", "t2"), ("c", "t1")]


def test_what_is_deleted_is_out_of_the_engine_when_forget_returns():
    index = graph()
    index.add("t1", START, {"priya": True}, home("oslo"))
    index.delete("t1")
    index.delete("t9")
    index.forget()
    assert (len(index), len(index._engine), index.match()) == (0, 0, [])


@pytest.mark.parametrize(
    "wrong", [{"hops": -1}, {"decay": 1.1}, {"decay": -0.1}, {"hub_share": 2.0}, {"past": -0.5}, {"batch": 0}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=f"graph: .*{next(iter(wrong))}={next(iter(wrong.values()))}"):
        graph(**wrong)
