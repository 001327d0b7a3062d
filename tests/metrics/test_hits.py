"""`turn_any@k`, `turn_all@k` and their session forms against ir-measures, simulation and examples by hand."""

from itertools import permutations

import pytest
from build_asked import (
    ONE_TURN,
    SEVERAL_TURNS,
    ask,
    chance_errors,
    nugget,
    plain_life,
    quotes,
    ranked,
    score,
    scores,
    second_opinion,
    value,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.hits import HitsAt, chance_of_all
from memlab.metrics.recall import recall_at

IDS = [f"t{n}" for n in range(40)]
ORDERS = st.permutations([*IDS[:20], "never said"])
RELEVANT = st.sets(st.sampled_from(IDS), min_size=1, max_size=6)


@settings(max_examples=60)
@given(order=ORDERS, kept=st.integers(0, 21), relevant=RELEVANT, k=st.integers(1, 10))
def test_any_is_the_success_of_ir_measures(order, kept, relevant, k):
    asked = ask(plain_life(40), evidence=[nugget(id) for id in sorted(relevant)])
    found = value(HitsAt("turn", k, "any"), ranked(asked, order[:kept]))
    assert found == second_opinion(f"Success@{k}", order[:kept], relevant)


@settings(max_examples=60)
@given(order=ORDERS, relevant=RELEVANT, k=st.integers(1, 10))
def test_all_is_full_recall_of_ir_measures(order, relevant, k):
    asked = ask(plain_life(40), evidence=[nugget(id) for id in sorted(relevant)])
    found = value(HitsAt("turn", k, "all"), ranked(asked, order))
    assert found == float(second_opinion(f"R@{k}", order, relevant) == 1)


def test_any_wants_one_nugget_and_all_wants_each():
    life = plain_life(8)
    asked = ask(life, quotes(life, ["t1", "t5"]), evidence=[nugget("t0", "t1"), nugget("t2")])
    assert value(HitsAt("turn", 2, "any"), asked) == 1.0
    assert value(HitsAt("turn", 2, "all"), asked) == 0.0


def test_all_is_met_by_one_turn_of_each_nugget():
    life = plain_life(8)
    asked = ask(life, quotes(life, ["t1", "t2"]), evidence=[nugget("t0", "t1"), nugget("t2")])
    assert value(HitsAt("turn", 2, "all"), asked) == 1.0


def test_three_nuggets_out_of_three_are_all_of_them():
    life = plain_life(12)
    asked = ask(life, quotes(life, ["t0", "t1", "t2"]), evidence=[nugget("t0"), nugget("t1"), nugget("t2")])
    assert value(HitsAt("turn", 3, "all"), asked) == 1.0


def test_sessions_are_ranked_by_their_first_turn():
    """The worked example of LongMemEval's recall_any and recall_all: sessions 1 and 2 of four are evidence."""
    life = plain_life(8, per_session=2)
    asked = ask(life, quotes(life, ["t0", "t1", "t4", "t5", "t2"]), evidence=[nugget("t2", "t3"), nugget("t5")])
    found = {of: [value(HitsAt("session", k, of), asked) for k in (1, 2, 3)] for of in ("any", "all")}
    assert found == {"any": [0, 1, 1], "all": [0, 0, 1]}


@settings(max_examples=60)
@given(order=ORDERS, relevant=st.sets(st.integers(0, 9), min_size=1, max_size=4), k=st.integers(1, 10))
def test_session_hits_are_those_of_the_shortest_list_of_turns_that_spans_k_sessions(order, relevant, k):
    turns = [id for id in order if id != "never said"]
    said = [int(id[1:]) // 2 for id in turns]
    found = next(set(said[:n]) for n in range(len(said) + 1) if len(set(said[:n])) == k)
    asked = ask(plain_life(20, per_session=2), evidence=[nugget(f"t{2 * n}", f"t{2 * n + 1}") for n in relevant])
    asked = ranked(asked, turns)
    assert value(HitsAt("session", k, "any"), asked) == float(any(n in found for n in relevant))
    assert value(HitsAt("session", k, "all"), asked) == float(all(n in found for n in relevant))


@pytest.mark.parametrize("level", ["turn", "session"])
@pytest.mark.parametrize("of", ["any", "all"])
@pytest.mark.parametrize("evidence", [ONE_TURN, SEVERAL_TURNS], ids=["one", "several"])
def test_chance_is_what_random_orders_give(level, of, evidence):
    assert chance_errors(HitsAt(level, 5, of), evidence) < 4


@pytest.mark.parametrize("k", [1, 2, 3, 6])
@pytest.mark.parametrize("nuggets", [["a", "b"], ["ab", "c"], ["ab", "bc"], ["a", "ab"], ["abc", "cd", "a"]])
def test_the_chance_of_all_is_exact_over_every_order(nuggets, k):
    wanted = [frozenset(turns) for turns in nuggets]
    orders = list(permutations("abcdef"))
    share = sum(recall_at(order, wanted, k) == 1 for order in orders) / len(orders)
    assert chance_of_all(6, wanted, k) == pytest.approx(share, abs=1e-12)


def test_the_chance_of_all_is_unknown_beyond_ten_nuggets():
    nuggets = [frozenset({id}) for id in IDS[:11]]
    assert chance_of_all(40, nuggets[:10], k=10) == pytest.approx(1 / 847_660_528)
    assert chance_of_all(40, nuggets, k=20) is None


def test_a_query_with_under_4k_turns_is_judged_by_session_only():
    asked = ask(plain_life(39), evidence=[nugget("t0")])
    assert scores(HitsAt("turn", 10, "any"), asked) == scores(HitsAt("turn", 10, "all"), asked) == []
    assert len(scores(HitsAt("session", 10, "any"), asked)) == 1


def test_a_query_without_evidence_is_not_judged():
    assert scores(HitsAt("session", 10, "all"), ask(plain_life(40))) == []


@pytest.mark.parametrize("level", ["turn", "session"])
@pytest.mark.parametrize(("of", "attainable"), [("any", 1.0), ("all", 0.0)])
def test_the_oracle_gets_what_is_attainable(level, of, attainable):
    asked = ask(plain_life(8), evidence=[nugget("t0"), nugget("t1", "t2"), nugget("t3")])
    best = score(HitsAt(level, 2, of), asked.ideal_asked)
    assert best.value == best.attainable == attainable


@pytest.mark.parametrize("level", ["turn", "session"])
@pytest.mark.parametrize("of", ["any", "all"])
def test_an_empty_recall_scores_0(level, of):
    assert value(HitsAt(level, 2, of), ask(plain_life(8), evidence=[nugget("t0")])) == 0.0


@pytest.mark.parametrize(
    ("level", "k", "of"),
    [("day", 5, "any"), ("turn", 0, "all"), ("turn", True, "any"), ("turn", 5, "some"), ("turn", 5, "")],
)
def test_bad_parameters_are_refused(level, k, of):
    with pytest.raises(ValueError, match="metric hits"):
        HitsAt(level, k, of)


def test_it_is_named_as_printed():
    assert HitsAt("turn", 10, "any").name == "turn_any@10"
    assert HitsAt("session", 5, "all").name == "session_all@5"
