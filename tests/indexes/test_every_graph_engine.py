"""One contract for every graph engine: whatever came and went before leaves no trace."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memlab.indexes.graph_bolt import served
from memlab.indexes.graph_engine import Edge, Said, moment, spans
from memlab.indexes.graph_ladybug import embedded
from memlab.indexes.graph_networkx import NetworkxGraph

EXAMPLES = {"networkx": 100, "cypher": 12, "bolt": 4}  # an engine is asked as often as it is quick
START = datetime(2024, 1, 1, tzinfo=UTC)
STEMS = st.sampled_from(["a", "b", "c", "rose", "o'neill"])
EDGES = st.builds(
    lambda start, end, kind, slot: Edge(start, "live in", end, kind, slot, end if slot else ""),
    *(STEMS, STEMS, st.sampled_from(["place", "thing"]), st.sampled_from([None, "", "home"])),
)
SAID = st.tuples(st.dictionaries(STEMS, st.sampled_from([True, False, None]), max_size=4), st.lists(EDGES, max_size=2))
STEPS = st.lists(st.tuples(st.sampled_from(["t1", "t2", "t3"]), st.none() | SAID), max_size=8)


def law(engine):
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=EXAMPLES[engine], derandomize=True, suppress_health_check=checks)


@pytest.fixture(
    params=["networkx", "cypher", pytest.param("bolt", marks=pytest.mark.slow)],
)
def opened(request):
    """The engine's name and what makes an empty graph of it."""
    if request.param == "networkx":
        return request.param, NetworkxGraph
    if request.param == "cypher":
        pytest.importorskip("ladybug", reason="ladybug is not installed: embedded Cypher is not tested")
        return request.param, embedded
    server = request.getfixturevalue("bolt_server")
    return request.param, lambda: served(**server)


@pytest.fixture
def graph(opened):
    with closing(opened[1]()) as made:
        yield made


def said(turn, mentions=(), *edges):
    """What a turn says on the day that its number names."""
    cased = dict(mentions) if isinstance(mentions, dict) else {stem: stem[0].isupper() for stem in mentions}
    return Said(turn, START + timedelta(days=int(turn[1:])), cased, edges)


def lives(turn, place):
    return said(turn, (), Edge("live", "live in", place, "place", "home", place))


def all_of(graph):
    """Everything that a graph would say."""
    return len(graph), sorted(graph.match()), [graph.beside(["a", "b", "c", "rose", "o'neill"], n) for n in (1, 2, 9)]


def homes(graph, at=None):
    """The end of each edge, its turn, and the day on which it stopped to hold."""
    days = {moment(START + timedelta(days=day)): day for day in range(10)} | {"": None}
    return sorted((held.end, held.turn, days[held.valid_to]) for held in graph.match(["live"], at=at))


def test_merged_and_deleted_is_never_merged(opened):
    name, make = opened
    with closing(make()) as worn, closing(make()) as fresh:

        @law(name)
        @given(STEPS)
        def hold(steps):
            there, left = set(), {}
            for day, (turn, told) in enumerate(steps):
                if told is None or turn in there:
                    worn.delete([turn])
                    there.discard(turn)
                    left.pop(turn, None)
                if told is not None:
                    left[turn] = Said(turn, START + timedelta(days=day // 2), told[0], tuple(dict.fromkeys(told[1])))
                    worn.merge([left[turn]])
                    there.add(turn)
            fresh.merge(list(left.values()))
            assert all_of(worn) == all_of(fresh)
            for one in (worn, fresh):
                one.delete(list(left))
                assert all_of(one) == (0, [], [{stem: {} for stem in ("a", "b", "c", "rose", "o'neill")}] * 3)

        hold()


def test_nodes_are_merged_and_edges_know_their_turns(graph):
    for turn in ("t1", "t2"):
        graph.merge([said(turn, ["Priya", "sister"], Edge("sister", "sister", "Priya", "person"))])
    assert len(graph) == 2 + 2
    found = graph.match(["Priya"])
    assert sorted((held.start, held.relation, held.end, held.kind, held.turn) for held in found) == [
        ("sister", "sister", "Priya", "person", "t1"),
        ("sister", "sister", "Priya", "person", "t2"),
    ]
    graph.delete(["t1", "t0"])
    assert [held.turn for held in graph.match(["sister", "nobody"])] == ["t2"]


def test_names_are_found_beside_a_node_by_the_share_of_its_turns(graph):
    spelt = {"sea": False, "Ana": True, "Ben": None, "rose": True}
    graph.merge([said("t1", spelt), said("t2", {"sea": False, "Ana": None}), said("t3", {"rose": False})])
    assert graph.beside(["sea"], 2) == {"sea": {"Ana": 1.0}}, "rose is written small too, Ben began a sentence once"
    graph.merge([said("t4", {"Ben": None})])
    graph.delete(["t3"])
    assert graph.beside(["sea", "Ana"], 9) == {
        "sea": {"Ana": 1.0, "Ben": 0.5, "rose": 0.5},
        "Ana": {"Ben": 0.5, "rose": 0.5},
    }
    assert graph.beside(["sea", "Ben", "nobody"], 1) == {"nobody": {}}, (
        "hubs are left out, of strangers nothing is said"
    )


def test_a_new_value_closes_the_edge_to_the_old_one_which_stays(graph):
    graph.merge([lives("t1", "oslo"), lives("t2", "oslo"), lives("t4", "rome")])
    assert homes(graph) == [("oslo", "t1", 4), ("oslo", "t2", 4), ("rome", "t4", None)]
    assert homes(graph, START + timedelta(days=3)) == [("oslo", "t1", 4), ("oslo", "t2", 4)]
    assert homes(graph, START + timedelta(days=4)) == [("rome", "t4", None)]
    assert homes(graph, START) == []
    graph.merge([lives("t6", "oslo")])
    assert homes(graph)[-1] == ("rome", "t4", 6)
    graph.delete(["t4"])
    assert homes(graph) == [("oslo", "t1", None), ("oslo", "t2", None), ("oslo", "t6", None)]


def test_many_values_hold_side_by_side_and_slots_do_not_close_each_other(graph):
    two = (Edge("love", "love", "tea"), Edge("love", "love", "cake"))
    mine, yours = (
        Edge("live", "live in", place, "place", slot, place) for slot, place in (("me", "oslo"), ("", "rome"))
    )
    graph.merge([said("t1", (), *two, mine), said("t2", (), Edge("love", "love", "milk"), yours)])
    assert {held.valid_to for held in graph.match()} == {""}


def test_a_pattern_picks_relation_and_kind(graph):
    graph.merge([lives("t1", "oslo"), said("t2", (), Edge("boss", "boss", "oslo", "person"))])
    assert [held.turn for held in graph.match(relation="live in")] == ["t1"]
    assert [held.turn for held in graph.match(["oslo"], kind="person")] == ["t2"]
    assert graph.match([], kind="person") == graph.match(relation="'}) DETACH DELETE n //") == []


def test_odd_words_survive(graph):
    odd = ["a\x00b", "é😀", "'\"\\\n", "", "x" * 100_000, "1:"]
    edges = [Edge(odd[n], odd[n - 1], odd[n - 2], slot=odd[n], value=odd[n]) for n in range(len(odd))]
    graph.merge([Said("t1\n", START, dict.fromkeys(odd, True), tuple(edges))])
    assert set(graph.beside([odd[0]], 9)[odd[0]]) == set(odd[1:])
    assert {(held.start, held.relation, held.end) for held in graph.match()} == {
        (edge.start, edge.relation, edge.end) for edge in edges
    }
    graph.delete(["t1\n"])
    assert len(graph) == 0


def test_statements_close_at_the_beginning_of_the_next_other_value():
    assert spans([("d", 4, "x"), ("a", 1, "x"), ("b", 2, "x"), ("c", 3, "y")]) == {1: "c", 2: "c", 3: "d", 4: ""}
    assert spans([("a", 1, "x"), ("a", 2, "y")]) == {1: "a", 2: ""}, "said at once, the later one counts"
    assert spans([]) == {}
