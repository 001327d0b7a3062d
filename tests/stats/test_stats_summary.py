"""A run in one page: figures that are all there, and macro means."""

from dataclasses import asdict, replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from memlab.metrics.abstention import Abstention
from memlab.metrics.base import Score
from memlab.metrics.first_memory import FirstMemory
from memlab.metrics.held import MemoriesHeld
from memlab.metrics.recall import RecallAt
from memlab.metrics.tokens import RecalledTokens
from memlab.stats.mean import clustered_mean
from memlab.stats.separation import separation
from memlab.stats.summary import session_means, summarise

RECALL, TOKENS, HELD = RecallAt("turn", 10), RecalledTokens(), MemoriesHeld()
AUROC, FALSE = Abstention(), Abstention(0.9)
MACRO = {"macro", "macro_low", "macro_high"}
FIGURE = {"mean", "low", "high", "n", "of", "users", "unit", "chance", "attainable"}


def scored(metric, *values, user="ann", kind="when", **bounds):
    """One score a value, of queries of one kind."""
    return [
        Score(user=user, name=metric.name, value=value, query=f"{kind}{n}", session=0, kind=kind, **bounds)
        for n, value in enumerate(values)
    ]


def figure(metric, scores, queries=10, sessions=3):
    """One metric's figure."""
    return summarise(scores, [metric], queries, sessions)["metrics"][metric.name]


def test_every_metric_is_present_and_null_where_undefined():
    found = summarise([], [RECALL, TOKENS, HELD], queries=7, sessions=3)
    assert list(found["metrics"]) == [RECALL.name, TOKENS.name, HELD.name]
    for one in found["metrics"].values():
        assert one.keys() == FIGURE | MACRO
        assert {one[key] for key in ("mean", "low", "high", "chance", "attainable", "macro")} == {None}
        assert (one["n"], one["users"]) == (0, 0)
    assert found["by_kind"] == {}


def test_a_figure_says_of_how_many_it_is():
    found = summarise(scored(RECALL, 1.0, 0.0), [RECALL, HELD], queries=7, sessions=3)["metrics"]
    assert (found[RECALL.name]["n"], found[RECALL.name]["of"]) == (2, 7)
    assert (found[HELD.name]["n"], found[HELD.name]["of"]) == (0, 3)


def test_a_figure_is_the_clustered_mean():
    scores = scored(RECALL, 1.0, 0.0, 1.0) + scored(RECALL, 0.0, user="bob")
    known = clustered_mean([1.0, 0.0, 1.0, 0.0], ["ann", "ann", "ann", "bob"]).within(0, 1)
    found = figure(RECALL, scores)
    assert [found[key] for key in ("mean", "low", "high", "n", "users")] == [
        known.mean,
        known.low,
        known.high,
        known.n,
        known.users,
    ]
    assert found["unit"] == "share"


def test_one_user_has_a_mean_without_an_interval():
    found = figure(RECALL, scored(RECALL, 1.0, 0.0))
    assert (found["mean"], found["low"], found["high"]) == (0.5, None, None)


def test_macro_is_the_mean_of_kinds():
    scores = scored(RECALL, 1.0, 1.0, 1.0) + scored(RECALL, 0.0, kind="count")
    found = figure(RECALL, scores)
    assert (found["mean"], found["macro"]) == (0.75, 0.5)


def test_no_interval_of_shares_leaves_what_shares_can_be():
    scores = scored(RECALL, 1.0, 1.0, 0.0) + scored(RECALL, 1.0, user="bob") + scored(RECALL, 0.0, user="bob", kind="x")
    found = summarise(scores, [RECALL], 10, 3, strata={"ann": "locomo", "bob": "locomo"})["metrics"][RECALL.name]
    assert (found["low"], found["high"]) == (0.0, 1.0)
    tokens = figure(TOKENS, scored(TOKENS, 90.0) + scored(TOKENS, 10.0, user="bob"))
    assert tokens["low"] == 0 < 90 < tokens["high"]


def test_no_interval_of_a_count_goes_below_nothing():
    held = [
        Score(user=user, name=HELD.name, value=value, session=0)
        for user, value in zip("abc", (0.0, 0.0, 9.0), strict=True)
    ]
    found = figure(HELD, held)
    assert (found["mean"], found["low"]) == (3.0, 0.0)
    assert found["high"] > 9


def test_no_interval_of_a_difference_of_shares_leaves_what_it_can_be():
    metric = FirstMemory("stale_excess", 512)
    found = figure(metric, scored(metric, 0.5) + scored(metric, -0.5, user="bob"))
    assert (found["mean"], found["low"], found["high"]) == (0.0, -1.0, 1.0)


def test_a_macro_mean_has_an_interval_over_users():
    users = ("ann", "bob", "cy", "dee")
    own = zip(users, ((1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)), strict=True)
    rare = [(user, float(user == "bob")) for user in users[:3] for _ in range(4)]
    scores = [score for user, values in own for score in scored(RECALL, *map(float, values), user=user)]
    scores += [score for user, value in rare for score in scored(RECALL, value, user=user, kind="count")]
    found = figure(RECALL, scores)
    assert 0 <= found["macro_low"] < found["macro"] < found["macro_high"] <= 1
    one_alone = figure(RECALL, scores + scored(RECALL, 1.0, kind="once"))
    assert (one_alone["macro_low"], one_alone["macro_high"]) == (None, None)


def test_macro_is_of_the_kinds_that_were_judged():
    scores = scored(RECALL, 1.0) + scored(TOKENS, 9.0, kind="count")
    assert figure(RECALL, scores)["macro"] == 1.0


def test_scores_without_a_kind_have_no_macro():
    ends = [Score(user="ann", name=HELD.name, value=3.0, session=n) for n in range(2)]
    found = summarise(ends, [HELD], queries=0, sessions=2)
    assert found["metrics"][HELD.name]["macro"] is None
    assert (found["metrics"][HELD.name]["n"], found["metrics"][HELD.name]["of"]) == (2, 2)
    assert found["by_kind"] == {}


def test_kinds_have_figures_of_their_own():
    scores = scored(RECALL, 1.0, 1.0) + scored(RECALL, 0.0, kind="count") + scored(TOKENS, 8.0, kind="count")
    found = summarise(scores, [RECALL, TOKENS], queries=3, sessions=0)["by_kind"]
    assert list(found) == ["count", "when"]
    assert found["when"][RECALL.name].keys() >= FIGURE
    assert {kind: one[RECALL.name]["mean"] for kind, one in found.items()} == {"count": 0.0, "when": 1.0}
    assert found["count"][TOKENS.name]["mean"] == 8.0


def test_chance_and_attainable_are_means_of_what_is_known_for_all():
    scores = scored(RECALL, 1.0, chance=0.25, attainable=1.0) + scored(RECALL, 0.0, chance=0.75, attainable=0.5)
    found = figure(RECALL, scores)
    assert (found["chance"], found["attainable"]) == (0.5, 0.75)


def test_chance_is_null_where_it_is_unknown_for_one():
    scores = scored(RECALL, 1.0, chance=0.25, attainable=1.0) + scored(RECALL, 0.0, attainable=1.0)
    found = figure(RECALL, scores)
    assert (found["chance"], found["attainable"]) == (None, 1.0)


def test_scores_of_other_metrics_are_no_matter():
    assert figure(RECALL, scored(RECALL, 1.0) + scored(TOKENS, 99.0))["mean"] == 1.0


def confident(metric, *confidences, positive, user="ann"):
    """One confidence a value, of queries that can be answered or cannot."""
    kind = "when" if positive else "never_said"
    return [replace(score, positive=positive) for score in scored(metric, *confidences, user=user, kind=kind)]


def two_users(metric):
    """Confidences that separate four in five pairs, of two users."""
    return [
        *confident(metric, 0.9, 0.8, 0.3, positive=True),
        *confident(metric, 0.4, positive=False),
        *confident(metric, 0.7, 0.6, positive=True, user="bob"),
        *confident(metric, 0.5, positive=False, user="bob"),
    ]


@pytest.mark.parametrize(("metric", "bounds"), [(AUROC, (0.5, 1.0)), (FALSE, (0.9, 0.0))])
def test_a_figure_of_two_classes_is_no_mean(metric, bounds):
    scores = two_users(metric)
    columns = [score.value for score in scores], [score.positive for score in scores], [score.user for score in scores]
    known = separation(*columns, coverage=metric.coverage, name=metric.name)
    found = figure(metric, scores)
    assert found.keys() == FIGURE | MACRO
    assert [found[key] for key in ("mean", "low", "high", "n", "of", "users")] == [
        *(known.mean, known.low, known.high),
        *(7, 10, 2),
    ]
    assert (found["chance"], found["attainable"], found["macro"]) == (*bounds, None)
    assert found["mean"] == {AUROC: 0.8, FALSE: 1.0}[metric]


def test_a_figure_of_two_classes_has_no_kind():
    found = summarise([*two_users(AUROC), *scored(RECALL, 1.0)], [RECALL, AUROC, FALSE], queries=8, sessions=0)
    assert {kind: list(one) for kind, one in found["by_kind"].items()} == {
        "never_said": [RECALL.name],
        "when": [RECALL.name],
    }


@pytest.mark.parametrize("scores", [[], confident(AUROC, 0.5, 0.7, positive=True)])
def test_without_both_classes_nothing_was_judged(scores):
    found = figure(AUROC, scores)
    assert {found[key] for key in ("mean", "low", "high", "chance", "attainable", "macro")} == {None}
    assert (found["n"], found["of"], found["users"]) == (0, 10, 0)


def test_session_means_are_over_users_session_by_session(tmp_path):
    ends = [("ann", 0, 2.0), ("ann", 1, 4.0), ("bob", 0, 6.0)]
    scores = [Score(user=user, name=HELD.name, value=value, session=n) for user, n, value in reversed(ends)]
    path = tmp_path / "scores.parquet"
    pq.write_table(pa.Table.from_pylist([asdict(score) for score in scores + scored(RECALL, 1.0)]), path)
    assert session_means(path) == {HELD.name: [(0, 4.0), (1, 4.0)]}
