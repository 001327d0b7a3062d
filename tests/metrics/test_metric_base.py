"""What every metric shares: closed forms of chance, who is judged, and that the oracle gets what is attainable."""

from itertools import permutations
from math import comb

import pytest
from build_asked import ask, hold, lived, nugget, plain_life, quotes, scores
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.build import metrics
from memlab.metrics.base import at_k, chance_of_first, chance_of_hit, check_level, query_score
from memlab.metrics.frames import RunFrames
from memlab.metrics.used import NAMES

LAW = settings(max_examples=80)
SIZES = st.integers(1, 30)


@LAW
@given(candidates=SIZES, relevant=SIZES)
def test_the_first_relevant_one_is_at_some_rank(candidates, relevant):
    ranks = range(1, candidates + 1)
    assert sum(chance_of_first(candidates, relevant, rank) for rank in ranks) == pytest.approx(1)


@LAW
@given(candidates=SIZES, relevant=SIZES, k=SIZES)
def test_a_hit_among_the_first_k_is_a_first_hit_at_one_of_them(candidates, relevant, k):
    first = sum(chance_of_first(candidates, relevant, rank) for rank in range(1, k + 1))
    assert chance_of_hit(candidates, relevant, k) == pytest.approx(first)


@LAW
@given(candidates=SIZES, relevant=st.integers(0, 30), k=SIZES)
def test_more_ranks_never_lower_the_chance(candidates, relevant, k):
    assert 0 <= chance_of_hit(candidates, relevant, k) <= chance_of_hit(candidates, relevant, k + 1) <= 1


@pytest.mark.parametrize("relevant", [1, 2, 3])
@pytest.mark.parametrize("rank", [1, 2, 3, 4, 5])
def test_first_ranks_are_exact_over_every_order(relevant, rank):
    orders = list(permutations(range(5)))
    first = [next(place for place, one in enumerate(order, start=1) if one < relevant) for order in orders]
    assert chance_of_first(5, relevant, rank) == pytest.approx(first.count(rank) / len(orders))


def counted(asked, level, k):
    """Whether a ranking metric judges the query."""
    return bool(list(at_k(RunFrames([asked], []), "x", level, k, lambda *_: 0.0, lambda *_: None)))


def test_nothing_relevant_is_never_met():
    assert chance_of_hit(10, 0, 5) == chance_of_hit(10, 0, 10) == chance_of_first(10, 0, 1) == 0.0


def test_chance_of_a_hit_is_that_of_drawing_without_putting_back():
    assert chance_of_hit(10, 3, 2) == pytest.approx(1 - comb(7, 2) / comb(10, 2))


def test_a_ranking_at_k_wants_four_turns_for_each_rank():
    asked = ask(plain_life(20, per_session=10), evidence=[nugget("t0")])
    assert counted(asked, "turn", 5)
    assert not counted(asked, "turn", 6)


def test_sessions_are_judged_however_few():
    assert counted(ask(plain_life(2, per_session=2), evidence=[nugget("t0")]), "session", 10)


@pytest.mark.parametrize("level", ["turn", "session"])
def test_no_evidence_is_not_judged(level):
    assert not counted(ask(plain_life(40)), level, 1)


@pytest.mark.parametrize("level", ["turns", "Session", "", None])
def test_a_level_is_turn_or_session(level):
    with pytest.raises(ValueError, match="metric here: level"):
        check_level("here", level, 5)


@pytest.mark.parametrize("k", [0, -1, 1.0, True, "5", None])
def test_a_cut_off_is_a_whole_number_of_at_least_1(k):
    with pytest.raises(ValueError, match="metric here: k"):
        check_level("here", "turn", k)


def test_a_score_says_whose_and_of_which_query_it_is():
    asked = ask(plain_life(3, user="bob"), query="q7")
    found = query_score("some@1", asked, 0.5, 0.25, 1.0)
    assert (found.user, found.query, found.session, found.kind) == ("bob", "q7", 2, "current_value")
    assert (found.name, found.value, found.chance, found.attainable) == ("some@1", 0.5, 0.25, 1.0)


def moved():
    """A life in which a home is updated, among enough other turns for every cut-off of the shipped metrics."""
    told = [f"word{n}" for n in range(90)]
    life = lived(["I live in Boston", *told], ["I moved to Denver", "Denver is my home now"], superseded={"t0": "t91"})
    evidence = [nugget("t91", "t92", values=("Denver",)), nugget("t7")]
    known = {"evidence": evidence, "stale": ["t0"], "stale_values": ["Boston"], "answers": ["Denver"]}
    return life, known | {"forbidden": ["t3"], "confidence": 0.5}


ELSEWHERE = ("choice_accuracy", "regret@", "kept_forbidden_share", "active_bytes", "archived_bytes", "brier")
ELSEWHERE += (*map("{}@".format, NAMES.values()), "memories_accessed", "memories_archived", "memories_churn")
ELSEWHERE += ("satisfaction", "resolved", "turns_to_resolution", "repeats", "corrections", "objections", "intrusions")
ELSEWHERE += ("thumbs", "return_gap_days")
JUDGED = [m for m in metrics() if not m.name.startswith(ELSEWHERE)]  # those want more than a question: own files
AVERAGED = [m for m in JUDGED if m.per == "query" and m.summary == "mean"]
BY_NAME = {"ids": lambda metric: metric.name}


@pytest.mark.parametrize("metric", AVERAGED, **BY_NAME)
def test_the_oracle_gets_exactly_what_is_attainable(metric):
    life, gold = moved()
    asked = ask(life, quotes(life, ["t0", "t5", "t91"]), **gold)
    (found,), (best,) = scores(metric, asked), scores(metric, asked.ideal_asked)
    assert best.attainable == found.attainable
    assert found.attainable is None or best.value == found.attainable


@pytest.mark.parametrize("metric", AVERAGED, **BY_NAME)
def test_an_empty_recall_scores_0_or_is_not_judged(metric):
    life, gold = moved()
    found = scores(metric, ask(life, **gold))
    if metric.higher_is_better:
        assert [score.value for score in found] == [0.0]
    elif metric.name in ("neither", "missed_never_stored"):
        assert [score.value for score in found] == [1.0]
    elif metric.name != "evidence_age_days":
        assert all(score.value == 0.0 for score in found)


@pytest.mark.parametrize("metric", JUDGED, **BY_NAME)
def test_every_shipped_metric_scores_under_its_own_name(metric):
    life, gold = moved()
    held = hold(life, (["t91"], None), position=97, session=1)
    found = list(metric.score(RunFrames([ask(life, quotes(life, ["t0", "t91"]), **gold)], [held])))
    assert [score.name for score in found] == [metric.name]
    assert found[0].session == 1


@pytest.mark.parametrize("metric", metrics(), **BY_NAME)
def test_a_run_without_queries_has_no_scores(metric):
    assert list(metric.score(RunFrames([], []))) == []


def test_no_two_shipped_metrics_share_a_name():
    names = [metric.name for metric in metrics()]
    assert len(names) == len(set(names))
