"""The reliability curve: of strategies whose confidence is a probability only."""

from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
from write_run import figure, write_run

from memlab.report.reliability import draw_reliability, reliability
from memlab.report.tables import restraint
from memlab.results import load
from memlab.runs import SCORES
from memlab.traces import write_parquet


def run(folder, strategy, confidences, answerable):
    """A finished run with a confidence for each question; none where there are no confidences."""
    metrics = {"evidence_recall@512": figure(0.5), "abstention_auroc": figure(0.7, n=len(confidences))}
    write_run(folder / strategy, strategy, metrics | {"brier": figure(0.2, n=len(confidences))})
    nothing = dict.fromkeys(("session", "kind", "chance", "attainable"))
    nothing |= {"name": "abstention_auroc", "score_version": 2}
    rows = [
        nothing | {"user": f"u{n % 8}", "value": p, "query": f"q{n}", "positive": bool(came)}
        for n, (p, came) in enumerate(zip(confidences, answerable, strict=True))
    ]
    write_parquet(pa.Table.from_pylist(rows, schema=SCORES), folder / strategy / "scores.parquet")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("runs"), np.random.default_rng(5)
    p = rng.uniform(0.3, 1, size=400)
    came = rng.uniform(size=400) < p
    for place, name in enumerate(("one", "two", "three", "four", "five")):
        run(folder, name, (p * (1 - place / 10)).tolist(), came)
    run(folder, "twin", p.tolist(), came)
    run(folder, "oracle", p.tolist(), came)
    run(folder, "scores", (4 * p).tolist(), came)
    run(folder, "silent", [], [])
    return {result.strategy: result for result in load([folder])}


def test_at_most_four_are_drawn_with_their_figures(runs):
    drawn = draw_reliability(
        "s", [runs[name] for name in ("oracle", "silent", "one", "two", "scores", "twin", "three", "four", "five")]
    )
    found = reliability(runs["one"])
    said = f"calibration error {found.error:.3f}, Brier {found.brier.mean:.3f} ({found.untold:.3f} for"
    words = [text.text for text in ElementTree.fromstring(drawn.inline).iter("text")]
    assert words[words.index("one, twin:") + 1].startswith(said)
    assert [name for name in ("one", "two", "three", "four", "five") if name in drawn.alt] == [
        *("one", "two", "three", "four")
    ]
    assert "oracle" not in drawn.alt
    assert "scores" not in drawn.alt


def test_nothing_is_drawn_where_no_confidence_is_a_probability(runs):
    assert draw_reliability("s", [runs["scores"], runs["silent"], runs["oracle"]]) is None


def test_the_brier_score_has_a_column_where_somebody_has_one(runs, old_results, results):
    assert "brier" in restraint([runs["one"], runs["silent"]]).columns
    assert "brier" not in restraint(results).columns
    assert restraint(old_results) is None
