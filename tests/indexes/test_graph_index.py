"""A graph is what its turns say: whatever came and went before leaves no trace."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.indexes.graph import GraphIndex

LAW = settings(max_examples=120, deadline=None, derandomize=True)
STEMS = st.sampled_from("abcdef")
TURNS = st.tuples(
    st.dictionaries(STEMS, st.sampled_from([True, False, None]), max_size=4),
    st.lists(st.tuples(STEMS, st.sampled_from(["sister", "boss"]), STEMS), max_size=3),
)
STEPS = st.lists(st.tuples(st.sampled_from(["t1", "t2", "t3", "t4"]), st.none() | TURNS), max_size=14)


def graph(hops=2, decay=0.5, hub_share=1.0):
    return GraphIndex(hops, decay, hub_share)


def edges(index):
    return sorted((start, end, key) for start, end, key in index._relations.edges(keys=True))


@LAW
@given(STEPS)
def test_after_any_adding_and_deleting_it_is_the_graph_of_what_is_left(steps):
    worn, left = graph(3, 0.5, 0.6), {}
    for id, said in steps:
        left.pop(id, None)
        if said is None:
            worn.delete(id)
        else:
            worn.add(id, *said)
            left[id] = said
    fresh = graph(3, 0.5, 0.6)
    for id, said in left.items():
        fresh.add(id, *said)
    assert len(worn) == len(fresh) == len(left)
    assert [worn.walk([stem]) for stem in "abcdef"] == [fresh.walk([stem]) for stem in "abcdef"]
    assert [[sorted(worn.turns(a, b)) for a in "abcdef"] for b in "abcdef"] == [
        [sorted(fresh.turns(a, b)) for a in "abcdef"] for b in "abcdef"
    ]
    assert edges(worn) == edges(fresh)
    assert set(worn._relations.nodes) == {node for _, stated in left.values() for s, _, e in stated for node in (s, e)}
    assert set(worn._turns) == {stem for mentioned, _ in left.values() for stem in mentioned}


def test_an_emptied_graph_holds_nothing():
    index = graph()
    index.add("t1", {"priya": True, "sister": False}, [("sister", "sister", "priya"), ("priya", "twin", "priya")])
    index.delete("t1")
    assert (len(index), index.walk(["sister"]), index.turns("sister", "priya")) == (0, {"sister": 1.0}, [])
    assert (len(index._relations), len(index._turns), index._edges) == (0, 0, {})


def test_weights_fall_by_every_hop_and_walks_end_after_the_last():
    index = graph(hops=2, decay=0.5)
    for n, (start, end) in enumerate([("a", "b"), ("b", "c"), ("c", "d")]):
        index.add(f"t{n}", {}, [(start, "next", end)])
    assert index.walk(["a"]) == {"a": 1.0, "b": 0.5, "c": 0.25}
    assert index.walk(["d"]) == {"d": 1.0, "c": 0.5, "b": 0.25}
    assert graph(hops=0).walk(["a"]) == {"a": 1.0}


def test_the_nearer_way_counts():
    index = graph(hops=3, decay=0.5)
    index.add("t1", {}, [("a", "next", "b"), ("b", "next", "c"), ("a", "next", "c")])
    assert index.walk(["a"]) == {"a": 1.0, "b": 0.5, "c": 0.5}


def test_a_name_is_reached_in_proportion_to_the_turns_that_mention_it_too():
    index = graph(hops=1, decay=0.5)
    for n, mentions in enumerate([{"sea": False, "priya": True}, {"sea": False}, {"sea": False}, {"sea": False}]):
        index.add(f"t{n}", mentions)
    assert index.walk(["sea"]) == {"sea": 1.0, "priya": 0.5 * 1 / 4}


def test_words_in_lower_case_are_not_walked_to():
    index = graph(hops=1)
    index.add("t1", {"sea": False, "rose": True})
    assert "rose" in index.walk(["sea"])
    index.add("t2", {"rose": False})
    assert "rose" not in index.walk(["sea"])
    index.delete("t2")
    assert "rose" in index.walk(["sea"])


def test_a_capital_at_the_beginning_of_a_sentence_tells_only_the_second_time():
    index = graph(hops=1)
    index.add("t1", {"sea": False, "rose": None})
    assert "rose" not in index.walk(["sea"])
    index.add("t2", {"rose": None})
    assert "rose" in index.walk(["sea"])


def test_hubs_are_not_walked_through():
    index = graph(hops=2, decay=0.5, hub_share=0.5)
    for n in range(4):
        index.add(f"t{n}", {"hub": True, f"name{n}": True})
    assert index.walk(["name0"]) == {"name0": 1.0, "hub": 0.5}
    index.add("t4", {})
    for n in range(5, 9):
        index.add(f"t{n}", {})
    assert index.walk(["name0"])["name1"] == 0.5 * 1.0 * 0.5 / 4


def test_what_one_turn_mentions_is_no_hub_however_few_turns_there_are():
    index = graph(hops=1, decay=0.5, hub_share=0.1)
    index.add("t1", {"sister": False, "priya": True}, [("sister", "sister", "priya")])
    index.add("t2", {"priya": True})
    assert index.walk(["sister"]) == {"sister": 1.0, "priya": 0.5}


def test_an_edge_knows_its_turns_in_both_directions():
    index = graph()
    index.add("t1", {"sister": False, "priya": True}, [("sister", "sister", "priya")])
    index.add("t2", {}, [("priya", "sister", "sister")])
    index.add("t3", {"priya": True})
    assert sorted(index.turns("sister", "priya")) == sorted(index.turns("priya", "sister")) == ["t1", "t2"]
    index.delete("t1")
    assert index.turns("sister", "priya") == ["t2"]


def test_a_turn_that_is_added_again_is_replaced():
    index = graph(hops=1)
    index.add("t1", {}, [("a", "next", "b")])
    index.add("t1", {}, [("a", "next", "c")])
    assert (len(index), index.walk(["a"])) == (1, {"a": 1.0, "c": 0.5})


@pytest.mark.parametrize("wrong", [{"hops": -1}, {"decay": 1.1}, {"decay": -0.1}, {"hub_share": 2.0}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=f"graph: .*{next(iter(wrong))}={next(iter(wrong.values()))}"):
        graph(**wrong)
