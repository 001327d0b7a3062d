"""LongMemEval's own figures over sessions, worked out from its file, against the metrics that stand for them."""

import json
from pathlib import Path

import numpy as np
import pytest

from memlab.config import plan
from memlab.metrics.frames import read_frames
from memlab.metrics.hits import HitsAt
from memlab.metrics.ndcg import NdcgAt
from memlab.runs import execute
from memlab.sources.reading import opaque

SAMPLE = Path(__file__).parent.parent.parent / "datasets" / "longmemeval" / "sample.json"


def gain(relevant):
    """The first gain is whole, that at rank i >= 2 is divided by log2(i)."""
    found = np.asarray(relevant, float)
    return found[0] + np.sum(found[1:] / np.log2(np.arange(2, len(found) + 1)))


def own_figures(sessions, evidence, k, of):
    """recall_any@k, recall_all@k and ndcg_any@k of sessions in the order found.

    Args:
        of: How many sessions there are to find.
    """
    first, best = sessions[:k], [1] * min(k, len(evidence)) + [0] * (min(k, of) - min(k, len(evidence)))
    any_of, all_of = any(id in first for id in evidence), all(id in first for id in evidence)
    return float(any_of), float(all_of), gain([id in evidence for id in first]) / gain(best) if first else 0.0


def day_by_day(record):
    """The published session ids as memlab numbers them."""
    dated = zip(record["haystack_dates"], record["haystack_session_ids"], record["haystack_sessions"], strict=True)
    held = sorted(((date, id) for date, id, turns in dated if turns), key=lambda session: session[0])
    return {f"session {number}": id for number, (_, id) in enumerate(held, start=1)}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    words = [f"out={out}", "tracking=none", "workers=1", "strategy=bm25"]
    (run,) = execute(plan([*words, "source=longmemeval", f"source.path={SAMPLE}", "source.labels=published"]))
    assert run.status == "complete", run.errors
    return run


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_the_session_metrics_are_the_benchmarks_own(run, k):
    metrics = (HitsAt("session", k, "any"), HitsAt("session", k, "all"), NdcgAt("session", k, "jk"))
    judged = 0
    for record in json.loads(SAMPLE.read_text()):
        names, evidence = day_by_day(record), set(record["answer_session_ids"])
        frames = read_frames(run.folder, [opaque("longmemeval", record["question_id"])])
        found = [score.value for metric in metrics for score in metric.score(frames)]
        if found:
            (asked,) = frames.asked
            sessions = [names[session] for session in asked.ranked["session"]]
            assert found == pytest.approx(own_figures(sessions, evidence & set(names.values()), k, len(names)))
            judged += 1
    assert judged >= 3
