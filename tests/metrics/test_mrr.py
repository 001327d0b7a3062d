"""`turn_mrr@k` and `session_mrr@k` against ir-measures, simulation and examples by hand."""

import pytest
from build_asked import (
    ONE_TURN,
    SEVERAL_TURNS,
    ask,
    chance_errors,
    mean_over_every_order,
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

from memlab.metrics.mrr import MrrAt, mrr_at

IDS = [f"t{n}" for n in range(40)]


@settings(max_examples=60)
@given(
    order=st.permutations([*IDS[:20], "never said"]),
    kept=st.integers(0, 21),
    relevant=st.sets(st.sampled_from(IDS), min_size=1, max_size=6),
    k=st.integers(1, 10),
)
def test_one_turn_nuggets_are_met_as_ir_measures_says(order, kept, relevant, k):
    asked = ask(plain_life(40), evidence=[nugget(id) for id in sorted(relevant)])
    found = value(MrrAt("turn", k), ranked(asked, order[:kept]))
    assert found == pytest.approx(second_opinion(f"RR@{k}", order[:kept], relevant))


def test_the_first_turn_of_any_nugget_counts():
    life = plain_life(16)
    asked = ask(life, quotes(life, ["t9", "t1", "t2", "t0"]), evidence=[nugget("t0", "t1"), nugget("t2")])
    assert value(MrrAt("turn", 4), asked) == 0.5


def test_nothing_counts_beyond_rank_k():
    assert mrr_at(["x", "y", "a"], [frozenset("a")], k=2) == 0.0
    assert mrr_at(["x", "y", "a"], [frozenset("a")], k=3) == pytest.approx(1 / 3)


def test_the_session_of_the_evidence_is_met_by_any_of_its_turns():
    life = plain_life(8, per_session=2)
    asked = ask(life, quotes(life, ["t6", "t7", "t1"]), evidence=[nugget("t0")])
    assert value(MrrAt("session", 2), asked) == 0.5


@pytest.mark.parametrize(("level", "k"), [("turn", 1), ("session", 1), ("session", 2), ("session", 4), ("session", 9)])
def test_chance_is_exact_over_every_order(level, k):
    evidence = [nugget("t0", "t1"), nugget("t1", "t2")]
    chance = score(MrrAt(level, k), ask(plain_life(6), evidence=evidence)).chance
    assert chance == pytest.approx(mean_over_every_order(MrrAt(level, k), evidence), abs=1e-12)


@pytest.mark.parametrize("level", ["turn", "session"])
@pytest.mark.parametrize("evidence", [ONE_TURN, SEVERAL_TURNS], ids=["one", "several"])
def test_chance_is_what_random_orders_give(level, evidence):
    assert chance_errors(MrrAt(level, 4), evidence) < 4


def test_chance_of_one_among_four_is_the_mean_of_the_inverse_ranks():
    asked = ask(plain_life(4), evidence=[nugget("t0")])
    assert score(MrrAt("session", 10), asked).chance == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)


def test_a_query_with_under_4k_turns_is_judged_by_session_only():
    asked = ask(plain_life(39), evidence=[nugget("t0")])
    assert scores(MrrAt("turn", 10), asked) == []
    assert len(scores(MrrAt("session", 10), asked)) == 1


def test_a_query_without_evidence_is_not_judged():
    assert scores(MrrAt("session", 10), ask(plain_life(40))) == []


@pytest.mark.parametrize("level", ["turn", "session"])
def test_the_oracle_gets_what_is_attainable(level):
    asked = ask(plain_life(8), evidence=[nugget("t0"), nugget("t1", "t2")])
    best = score(MrrAt(level, 2), asked.ideal_asked)
    assert best.value == best.attainable == 1.0


@pytest.mark.parametrize("level", ["turn", "session"])
def test_an_empty_recall_scores_0(level):
    assert value(MrrAt(level, 2), ask(plain_life(8), evidence=[nugget("t0")])) == 0.0


@pytest.mark.parametrize(
    ("level", "k"), [("Turn", 5), ("turn", 0), ("session", -3), ("turn", "10"), ("turn", False), ("session", None)]
)
def test_a_bad_level_or_cut_off_is_refused(level, k):
    with pytest.raises(ValueError, match="metric mrr"):
        MrrAt(level, k)


def test_without_a_cut_off_the_rank_counts_however_deep_it_is():
    life = plain_life(40)
    found = score(MrrAt("turn", None), ask(life, quotes(life, IDS), evidence=[nugget("t39"), nugget("t36")]))
    assert (found.name, found.value) == ("turn_mrr", pytest.approx(1 / 37))
    assert value(MrrAt("turn", None), ask(life, quotes(life, IDS[:36]), evidence=[nugget("t36")])) == 0.0


@pytest.mark.parametrize("limit", [None, 2, 3, 100])
def test_without_a_cut_off_chance_reaches_as_deep_as_may_be_recalled(limit):
    found = score(MrrAt("turn", None), ask(plain_life(4), evidence=[nugget("t0")], limit=limit))
    assert found.chance == pytest.approx(sum(1 / rank for rank in range(1, min(limit or 4, 4) + 1)) / 4)


def test_without_a_cut_off_under_4_turns_are_not_judged():
    assert scores(MrrAt("turn", None), ask(plain_life(3), evidence=[nugget("t0")])) == []


def test_it_is_named_as_printed():
    assert MrrAt("session", 10).name == "session_mrr@10"
