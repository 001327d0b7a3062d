"""The figures that must come out on real conversations: published anchors, and those of libraries' defaults."""

from functools import cache

import pytest

from memlab.config import plan
from memlab.results import load
from memlab.runs import execute

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def locomo(locomo_dev, tmp_path_factory):
    """Runs a strategy on the five development conversations as published."""
    out = tmp_path_factory.mktemp("locomo")
    source = ["source=locomo", f"source.path={locomo_dev}", "source.labels=published", "workers=1"]

    @cache
    def lived(strategy, caption, *more):
        line = [*source, f"strategy={strategy}", f"source.caption={caption}", f"out={out}", "tracking=none"]
        (run,) = execute(plan([*line, *more]))
        assert run.status == "complete", run.errors
        return load([run.folder])[0]

    return lived


@pytest.mark.parametrize(
    ("strategy", "caption", "metric", "published"),
    [
        ("bm25", "false", "turn_recall@10", 0.586),
        ("bm25", "false", "turn_ndcg@10", 0.451),
        ("bm25", "false", "session_recall@10", 0.913),
        ("rag", "true", "turn_recall@10", 0.464),
        ("rag", "true", "turn_ndcg@10", 0.300),
    ],
)
def test_a_published_anchor_is_reproduced(locomo, strategy, caption, metric, published):
    figure = locomo(strategy, caption).figure(metric)
    assert figure["n"] == 997
    assert figure["mean"] == pytest.approx(published, abs=0.01)


DATED = 'source.text="{at:%d %B %Y} {speaker}: {text}"'


@pytest.mark.parametrize(
    ("caption", "text", "published_of_all_ten", "ours"),
    [("false", [], 0.574, 0.578), ("true", [DATED], 0.596, 0.597)],
    ids=["speaker and text", "date and caption too"],
)
def test_bm25_with_the_defaults_of_its_library_is_where_others_found_it(
    locomo, caption, text, published_of_all_ten, ours
):
    found = locomo("bm25", caption, "strategy.index.k1=1.5", *text).figure("turn_recall@10")
    assert found["mean"] == pytest.approx(ours, abs=0.002)
    assert found["low"] <= published_of_all_ten <= found["high"]


@pytest.mark.parametrize(
    ("strategy", "more", "ndcg", "recall"),
    [("bm25", ["strategy.index.k1=1.5"], 0.390, 0.514), ("rag", [], 0.284, 0.422)],
)
def test_means_over_the_five_categories_are_pinned(locomo, strategy, more, ndcg, recall):
    """Published for all ten conversations: 42.2/54.0 for bm25s and 25.9/39.4 for the encoder."""
    found = locomo(strategy, "false", *more)
    assert found.figure("turn_ndcg@10")["macro"] == pytest.approx(ndcg, abs=0.002)
    assert found.figure("turn_recall@10")["macro"] == pytest.approx(recall, abs=0.002)


def test_the_chance_of_finding_a_session_is_large(locomo):
    assert locomo("bm25", "false").figure("session_recall@10")["chance"] == pytest.approx(0.39, abs=0.01)


def test_hybrid_is_ahead_of_both_its_parts_on_every_conversation(locomo):
    hybrid, *parts = (locomo(strategy, "true").scores["turn_recall@10"] for strategy in ("hybrid", "bm25", "rag"))
    assert sum(hybrid.values()) / len(hybrid) >= 0.70
    for user in {user for user, _ in hybrid}:
        ours, *theirs = (sum(s for (u, _), s in scores.items() if u == user) for scores in (hybrid, *parts))
        assert ours > max(theirs)
