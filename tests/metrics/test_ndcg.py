"""`turn_ndcg@k` and `session_ndcg@k` against ir-measures, simulation and examples by hand."""

from math import log2

import numpy as np
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

from memlab.metrics.ndcg import NdcgAt, ideal_gain, ndcg_at

IDS = [f"t{n}" for n in range(40)]
FORMS = ["standard", "jk"]


@settings(max_examples=60)
@given(
    order=st.permutations([*IDS[:20], "never said"]),
    kept=st.integers(0, 21),
    relevant=st.sets(st.sampled_from(IDS), min_size=1, max_size=6),
    k=st.integers(1, 10),
)
def test_one_turn_nuggets_gain_as_ir_measures_says(order, kept, relevant, k):
    asked = ask(plain_life(40), evidence=[nugget(id) for id in sorted(relevant)])
    found = value(NdcgAt("turn", k), ranked(asked, order[:kept]))
    assert found == pytest.approx(second_opinion(f"nDCG@{k}", order[:kept], relevant))


def test_a_nugget_gains_where_it_is_first_met():
    nuggets = [frozenset({"t0", "t1"}), frozenset({"t2"})]
    assert ndcg_at(["t1", "t0", "t2"], nuggets, k=10) == pytest.approx((1 + 1 / 2) / (1 + 1 / log2(3)))


def test_a_second_turn_of_a_nugget_gains_nothing():
    assert ndcg_at(["t0", "t1"], [frozenset({"t0", "t1"})], k=2) == ndcg_at(["t0"], [frozenset({"t0", "t1"})], k=2) == 1


def test_the_ideal_is_no_more_hits_than_ranks():
    assert ndcg_at(["t0", "t1"], [frozenset({f"t{n}"}) for n in range(5)], k=2) == 1.0
    assert ideal_gain(2) == 1 + 1 / log2(3)


def test_rank_3_is_worth_half_of_rank_1():
    assert ndcg_at(["x", "y", "t0"], [frozenset({"t0"})], k=3) == 0.5


def jk_by_arrays(order, relevant, k):
    """The first form over again, for nuggets of one turn: what is met, over an array of discounts."""
    discounts = np.log2(np.maximum(np.arange(1, k + 1), 2))
    met = np.isin(np.array(order[:k], dtype=object), list(relevant))
    return (met / discounts[: len(met)]).sum() / (1 / discounts[: len(relevant)]).sum()


@settings(max_examples=80)
@given(
    order=st.permutations([*IDS[:20], "never said"]),
    kept=st.integers(0, 21),
    relevant=st.sets(st.sampled_from(IDS), min_size=1, max_size=6),
    k=st.integers(1, 10),
)
def test_the_first_form_is_what_arrays_give(order, kept, relevant, k):
    asked = ask(plain_life(40), evidence=[nugget(id) for id in sorted(relevant)])
    found = value(NdcgAt("turn", k, form="jk"), ranked(asked, order[:kept]))
    assert found == pytest.approx(jk_by_arrays(order[:kept], relevant, k))


def test_the_first_form_by_hand():
    two = [frozenset({"a"}), frozenset({"b"})]
    assert ndcg_at(["x", "a", "y", "b"], two, k=10, form="jk") == (1 + 1 / 2) / 2
    assert ndcg_at(["x", "a", "y", "b"], two, k=3, form="jk") == 1 / 2
    assert ndcg_at(["a", "x"], two, k=10, form="jk") == ndcg_at(["x", "a"], two, k=10, form="jk") == 1 / 2
    assert ideal_gain(4, "jk") == 1 + 1 + 1 / log2(3) + 1 / 2


@settings(max_examples=80)
@given(
    order=st.permutations(IDS[:12]),
    nuggets=st.lists(st.frozensets(st.sampled_from(IDS[:12]), min_size=1, max_size=3), min_size=1, max_size=8),
    k=st.integers(1, 12),
)
def test_the_forms_stay_within_known_bounds_of_each_other(order, nuggets, k):
    standard, first = (ndcg_at(order, nuggets, k, form) for form in FORMS)
    least = ideal_gain(3) / ideal_gain(3, "jk")
    assert least * standard <= first + 1e-12
    assert first <= log2(3) * standard + 1e-12
    assert first <= 1 + 1e-12


def test_either_form_may_be_the_higher():
    three = [frozenset({id}) for id in "abc"]
    assert ndcg_at("axx", three, 10, "jk") == pytest.approx(
        ideal_gain(3) / ideal_gain(3, "jk") * ndcg_at("axx", three, 10)
    )
    assert ndcg_at("xa", three[:1], 10, "jk") == pytest.approx(log2(3) * ndcg_at("xa", three[:1], 10))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_both_forms_are_1_where_nuggets_fill_the_first_ranks(count):
    nuggets = [frozenset({id}) for id in IDS[:count]]
    assert [ndcg_at(IDS, nuggets, 10, form) for form in FORMS] == [1.0, 1.0]


@settings(max_examples=40)
@given(
    order=st.permutations(IDS[:12]),
    nuggets=st.lists(st.frozensets(st.sampled_from(IDS[:12]), min_size=1, max_size=3), min_size=1, max_size=4),
    k=st.integers(1, 12),
)
def test_ndcg_is_a_share(order, nuggets, k):
    assert 0 <= ndcg_at(order, nuggets, k) <= 1 + 1e-12


@settings(max_examples=40)
@given(order=st.permutations(IDS[:12]), place=st.integers(1, 11), form=st.sampled_from(FORMS))
def test_a_relevant_turn_that_moves_up_never_loses(order, place, form):
    nuggets = [frozenset({order[place]}), frozenset({order[0]})]
    better = [*order[: place - 1], order[place], order[place - 1], *order[place + 1 :]]
    assert ndcg_at(better, nuggets, 12, form) >= ndcg_at(order, nuggets, 12, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("level", "k"), [("turn", 1), ("session", 1), ("session", 2), ("session", 4), ("session", 9)])
def test_chance_is_exact_over_every_order(level, k, form):
    evidence = [nugget("t0", "t1"), nugget("t2")]
    chance = score(NdcgAt(level, k, form), ask(plain_life(6), evidence=evidence)).chance
    assert chance == pytest.approx(mean_over_every_order(NdcgAt(level, k, form), evidence), abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("level", ["turn", "session"])
@pytest.mark.parametrize("evidence", [ONE_TURN, SEVERAL_TURNS], ids=["one", "several"])
def test_chance_is_what_random_orders_give(level, evidence, form):
    assert chance_errors(NdcgAt(level, 4, form), evidence) < 4


def test_nuggets_that_overlap_have_no_known_chance():
    asked = ask(plain_life(8), evidence=[nugget("t0", "t1"), nugget("t1", "t2")])
    assert score(NdcgAt("turn", 2), asked).chance is None


def test_a_query_with_under_4k_turns_is_judged_by_session_only():
    asked = ask(plain_life(39), evidence=[nugget("t0")])
    assert scores(NdcgAt("turn", 10), asked) == []
    assert len(scores(NdcgAt("session", 10), asked)) == 1


def test_a_query_without_evidence_is_not_judged():
    assert scores(NdcgAt("turn", 10), ask(plain_life(40))) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("level", ["turn", "session"])
def test_the_oracle_gets_what_is_attainable(level, form):
    asked = ask(plain_life(8), evidence=[nugget("t0"), nugget("t1", "t2"), nugget("t3")])
    best = score(NdcgAt(level, 2, form), asked.ideal_asked)
    assert best.value == best.attainable == 1.0


def test_one_session_that_answers_twice_bounds_what_is_attainable():
    life = plain_life(8, per_session=2)
    asked = ask(life, quotes(life, ["t0"]), evidence=[nugget("t0"), nugget("t1", "t2")])
    assert score(NdcgAt("session", 2), asked).attainable == pytest.approx(1 / (1 + 1 / log2(3)))
    assert score(NdcgAt("session", 2, "jk"), asked).attainable == 1 / 2


@pytest.mark.parametrize("level", ["turn", "session"])
def test_an_empty_recall_scores_0(level):
    assert value(NdcgAt(level, 2), ask(plain_life(8), evidence=[nugget("t0")])) == 0.0


@pytest.mark.parametrize(("level", "k"), [("user", 5), ("turn", 0), ("session", -3), ("turn", 1.5), ("turn", True)])
def test_a_bad_level_or_cut_off_is_refused(level, k):
    with pytest.raises(ValueError, match="metric ndcg"):
        NdcgAt(level, k)


@pytest.mark.parametrize("form", ["", "JK", "log2", None])
def test_an_unknown_form_is_refused(form):
    with pytest.raises(ValueError, match="metric ndcg: form is"):
        NdcgAt("turn", 10, form)


def test_it_is_named_as_printed():
    assert NdcgAt("turn", 10).name == "turn_ndcg@10"
    assert NdcgAt("session", 5, "jk").name == "session_ndcg_jk@5"
