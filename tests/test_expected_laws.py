"""The laws that must come out on simulated users: bounds, chance, and what forgets with age."""

import json
from functools import cache

import pytest

from memlab.config import plan
from memlab.results import load
from memlab.runs import execute
from memlab.stats.age import slope_per_doubling

pytestmark = pytest.mark.slow
HEADLINE = "evidence_recall@512"
TERSE = ("source.chatter=[0,0]", "source.elaboration=0")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Runs a strategy on five simulated users; questions are worded blindly, as the closest favour what holds.

    They say what there is to say and no more: without small talk and elaboration a text has a third of the tokens to
    encode, more of what is asked for is found, and what is forgotten with age shows all the more.
    """
    out = tmp_path_factory.mktemp("simulated")

    @cache
    def lived(strategy, *more):
        source = ["source=simulated", "source.users=5", "source.overlap=null", *TERSE]
        line = [f"strategy={strategy}", "workers=1", f"out={out}", "tracking=none"]
        (run,) = execute(plan([*source, *line, *more]))
        assert run.status == "complete", run.errors
        return load([run.folder])[0]

    return lived


def test_the_oracle_reaches_exactly_what_is_attainable(simulated):
    summary = json.loads((simulated("oracle").folder / "summary.json").read_text())
    judged = {name: figure for name, figure in summary["metrics"].items() if figure["attainable"] is not None}
    assert len(judged) >= 15
    assert all(figure["mean"] == figure["attainable"] for figure in judged.values())
    assert summary["metrics"]["current_first"]["mean"] == 1


def test_no_memory_finds_nothing(simulated):
    none = simulated("none")
    for metric in (HEADLINE, "turn_recall@10", "session_recall@10", "answer_recall@all"):
        assert none.figure(metric)["mean"] == 0


def test_the_full_history_without_bounds_holds_every_answer(simulated):
    whole = simulated("full_history", "query.limit=null", "query.budget_tokens=null")
    assert whole.figure("answer_recall@all")["mean"] == 1


def test_random_order_is_at_its_analytic_chance(simulated):
    figure = simulated("random").figure("turn_recall@10")
    assert figure["low"] <= figure["chance"] <= figure["high"]


def slope(found):
    return slope_per_doubling(found.scores[HEADLINE], found.scores["evidence_age_days"])


def test_a_buffer_forgets_with_age_and_retrieval_does_not(simulated):
    buffer = slope(simulated("buffer"))
    assert buffer.high < 0
    for strategy in ("rag", "hybrid"):
        assert abs(slope(simulated(strategy)).mean) <= abs(buffer.mean) / 5


@pytest.mark.parametrize("strategy", ["bm25", "rag", "hybrid"])
def test_retrieval_alone_is_not_seen_to_prefer_what_holds_today(simulated, strategy):
    """Few first memories are about the value at all, so the interval is wide and the mean alone says little."""
    figure = simulated(strategy).figure("stale_excess")
    assert figure["n"] >= 5
    assert figure["high"] >= -0.10
