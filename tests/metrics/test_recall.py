"""`turn_recall@k` and `session_recall@k` against ir-measures, simulation and examples by hand."""

import pytest
from build_asked import (
    ONE_TURN,
    SEVERAL_TURNS,
    ask,
    chance_errors,
    lived,
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

from memlab.metrics.recall import RecallAt, recall_at

IDS = [f"t{n}" for n in range(40)]


@settings(max_examples=60)
@given(
    order=st.permutations([*IDS[:20], "never said"]),
    kept=st.integers(0, 21),
    relevant=st.sets(st.sampled_from(IDS), min_size=1, max_size=6),
    k=st.integers(1, 10),
)
def test_one_turn_nuggets_are_recalled_as_ir_measures_says(order, kept, relevant, k):
    asked = ask(plain_life(40), evidence=[nugget(id) for id in sorted(relevant)])
    found = value(RecallAt("turn", k), ranked(asked, order[:kept]))
    assert found == pytest.approx(second_opinion(f"R@{k}", order[:kept], relevant))


def test_any_turn_of_a_nugget_will_do():
    nuggets = [frozenset({"t0", "t1"}), frozenset({"t2"})]
    assert recall_at(["t5", "t1", "t2"], nuggets, k=2) == 0.5
    assert recall_at(["t5", "t1", "t2"], nuggets, k=3) == 1.0


def test_two_turns_of_one_nugget_count_once():
    assert recall_at(["t0", "t1"], [frozenset({"t0", "t1"}), frozenset({"t2"})], k=2) == 0.5


def test_a_memory_with_many_sources_takes_many_ranks():
    life = plain_life(8)
    asked = ask(life, [("all of it", ["t5", "t4", "t0"])], evidence=[nugget("t0")])
    assert value(RecallAt("turn", 2), asked) == 0.0


def test_a_repeated_source_takes_no_second_rank():
    life = plain_life(8)
    asked = ask(life, quotes(life, ["t5", "t5", "t5", "t0"]), evidence=[nugget("t0")])
    assert value(RecallAt("turn", 2), asked) == 1.0


def test_a_source_that_was_never_said_takes_a_rank():
    life = plain_life(8)
    asked = ask(life, quotes(life, ["t99", "t98", "t0"]), evidence=[nugget("t0")])
    assert value(RecallAt("turn", 2), asked) == 0.0
    assert value(RecallAt("session", 2), asked) == 0.0


def test_sessions_are_ranked_by_their_first_turn():
    life = plain_life(8, per_session=2)
    asked = ask(life, quotes(life, ["t0", "t1", "t2"]), evidence=[nugget("t3")])
    assert value(RecallAt("session", 2), asked) == 1.0
    assert value(RecallAt("session", 1), asked) == 0.0


def test_text_is_never_looked_at():
    asked = ask(plain_life(4), [("", ["t0"])], evidence=[nugget("t0")])
    assert value(RecallAt("turn", 1), asked) == 1.0


def test_a_query_with_under_4k_turns_is_judged_by_session_only():
    asked = ask(plain_life(39), evidence=[nugget("t0")])
    assert scores(RecallAt("turn", 10), asked) == []
    assert len(scores(RecallAt("session", 10), asked)) == 1
    assert len(scores(RecallAt("turn", 9), asked)) == 1


def test_a_query_without_evidence_is_not_judged():
    asked = ask(plain_life(40))
    assert scores(RecallAt("turn", 10), asked) == scores(RecallAt("session", 10), asked) == []


def test_erased_turns_are_no_candidates():
    life = plain_life(40, erased={"t39": 60})
    asked = ask(life, evidence=[nugget("t0")], position=80)
    assert scores(RecallAt("turn", 10), asked) == []
    assert score(RecallAt("turn", 1), asked).chance == pytest.approx(1 / 39)


def test_turns_erased_later_are_still_candidates():
    life = plain_life(40, erased={"t39": 81})
    assert score(RecallAt("turn", 10), ask(life, evidence=[nugget("t0")], position=80)).chance == pytest.approx(1 / 4)


def test_turns_said_later_are_no_candidates():
    asked = ask(plain_life(40), evidence=[nugget("t0")], position=8)
    assert score(RecallAt("turn", 1), asked).chance == pytest.approx(1 / 4)


@pytest.mark.parametrize(("level", "k"), [("turn", 1), ("session", 1), ("session", 2), ("session", 4), ("session", 9)])
def test_chance_is_exact_over_every_order(level, k):
    evidence = [nugget("t0", "t1"), nugget("t1", "t2")]
    chance = score(RecallAt(level, k), ask(plain_life(6), evidence=evidence)).chance
    assert chance == pytest.approx(mean_over_every_order(RecallAt(level, k), evidence), abs=1e-12)


@pytest.mark.parametrize("level", ["turn", "session"])
@pytest.mark.parametrize("evidence", [ONE_TURN, SEVERAL_TURNS], ids=["one", "several"])
def test_chance_is_what_random_orders_give(level, evidence):
    assert chance_errors(RecallAt(level, 4), evidence) < 4


def test_chance_of_one_turn_is_its_share_of_the_ranks():
    assert score(RecallAt("turn", 5), ask(plain_life(20), evidence=[nugget("t7")])).chance == 0.25


def test_all_candidates_on_the_first_ranks_leave_nothing_to_chance():
    asked = ask(plain_life(4), evidence=[nugget("t0"), nugget("t1")])
    assert score(RecallAt("session", 4), asked).chance == 1.0


@pytest.mark.parametrize("level", ["turn", "session"])
def test_the_oracle_gets_what_is_attainable(level):
    asked = ask(plain_life(8), evidence=[nugget("t0"), nugget("t1", "t2"), nugget("t3")])
    best = score(RecallAt(level, 2), asked.ideal_asked)
    assert best.value == best.attainable == pytest.approx(2 / 3)


def test_nuggets_that_share_a_session_are_one_to_find():
    life = lived(["one", "two"], ["three"], ["four"])
    asked = ask(life, quotes(life, ["t0"]), evidence=[nugget("t0"), nugget("t1"), nugget("t2")])
    assert value(RecallAt("session", 1), asked) == 0.5


@pytest.mark.parametrize("level", ["turn", "session"])
def test_an_empty_recall_scores_0(level):
    assert value(RecallAt(level, 2), ask(plain_life(8), evidence=[nugget("t0")])) == 0.0


@pytest.mark.parametrize(
    ("level", "k"), [("turns", 5), ("", 5), ("turn", 0), ("turn", -1), ("turn", 2.0), ("turn", True)]
)
def test_a_bad_level_or_cut_off_is_refused(level, k):
    with pytest.raises(ValueError, match="metric recall"):
        RecallAt(level, k)


def test_it_is_named_as_printed():
    assert RecallAt("turn", 10).name == "turn_recall@10"
    assert RecallAt("session", 5).name == "session_recall@5"
