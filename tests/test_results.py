"""Results as they are read back: which per-query numbers may be averaged and compared."""

import json
from dataclasses import asdict, replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from memlab.config import plan
from memlab.metrics.base import Score
from memlab.report import compare as comparing
from memlab.results import Result, load
from memlab.runs import SCORES, execute

SMALL = ["source.users=3", "source.sessions=8", "source.queries=24", "source.ask_from=0.3", "encoder=hashing"]
SURE = """
from memlab.events import Recall
from memlab.strategies.none import NoMemory


class Sure:
    \"\"\"Remembers nothing; is the surer the longer the question.\"\"\"

    def __init__(self) -> None:
        self._inner = NoMemory()
        self.observe, self.memories, self.close = self._inner.observe, self._inner.memories, self._inner.close

    def recall(self, query) -> Recall:
        return Recall(confidence=min(1.0, len(query.text) / 100))
"""
TWO_CLASSES = ("abstention_auroc", "false_answers@90")


def stored(folder, strategy, confidence, schema=SCORES):
    """A run's result with one mean score and one confidence, both of one query."""
    scores = [
        Score(user="ann", name="evidence_recall@512", value=1.0, query="q0"),
        Score(user="ann", name="abstention_auroc", value=confidence, query="q0", positive=True),
        Score(user="ann", name="memories_held", value=3.0, session=0),
    ]
    folder.mkdir()
    rows = [asdict(score) | {"score_version": 1} for score in scores]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "scores.parquet")
    config = {"layer": {}, "strategy": {"name": strategy}, "source": {"name": "simulated"}, "seed": 0}
    config |= {"limits": {}, "query": {}, "config_dir": None, "experiment": None}
    return Result(folder, {"status": "complete"}, config, {"run": {"data": "x"}, "metrics": {}})


def test_a_confidence_is_no_score(tmp_path):
    assert stored(tmp_path / "a", "bm25", 0.5).scores == {"evidence_recall@512": {("ann", "q0"): 1.0}}


def test_scores_from_before_there_were_classes_can_be_read(tmp_path):
    before = pa.schema([field for field in SCORES if field.name != "positive"])
    assert stored(tmp_path / "a", "bm25", 0.5, before).scores["evidence_recall@512"] == {("ann", "q0"): 1.0}


def test_confidences_are_never_compared_under_the_name_of_a_figure_of_two_classes(tmp_path, monkeypatch):
    monkeypatch.setattr(comparing, "COMPARED", ("evidence_recall@512", *TWO_CLASSES))
    results = [stored(tmp_path / "a", "bm25", 0.5), stored(tmp_path / "b", "rag", 0.9)]
    assert [row["metric"] for row in comparing.compare(results, "bm25")] == ["evidence_recall@512"]


@pytest.fixture(scope="module")
def sure(tmp_path_factory):
    """A run of a strategy that says how sure it is, twice."""
    place = tmp_path_factory.mktemp("sure")
    (place / "sure.py").write_text(SURE)
    config = place / "configs" / "strategy" / "sure.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("_target_: sure.Sure\nname: sure\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        lines = ([*SMALL, f"out={place / n}", "workers=1", "tracking=none", "strategy=sure"] for n in "ab")
        return [execute(plan(line, place / "configs"))[0].folder for line in lines]


def test_a_run_separates_what_can_be_answered_over_all_its_users(sure):
    summary = json.loads((sure[0] / "summary.json").read_text())
    for name in TWO_CLASSES:
        figure = summary["metrics"][name]
        assert 0 <= figure["mean"] <= 1
        assert figure["low"] is figure["high"] is None  # three users, as under any six
        assert figure["n"] == figure["of"]
        assert (figure["users"], figure["macro"]) == (3, None)
        assert not any(name in kind for kind in summary["by_kind"].values())
    (result,) = load([sure[0]])
    assert not set(TWO_CLASSES) & result.scores.keys()


def test_resampling_is_the_same_bytes_every_time(sure):
    figures = [json.loads((folder / "summary.json").read_text())["metrics"] for folder in sure]
    assert figures[0] == figures[1]


def test_the_rows_of_a_metric_are_those_of_its_name_with_their_class(tmp_path):
    result = stored(tmp_path / "a", "bm25", 0.5)
    (row,) = result.rows("evidence_recall@512")
    assert (row["user"], row["query"], row["value"], row["positive"]) == ("ann", "q0", 1.0, None)
    assert {row["name"] for row in result.rows("abstention_auroc")} == {"abstention_auroc"}
    assert result.rows("nothing") == []
    pooled = replace(result, parts={"talks": result})
    assert [row["user"] for row in pooled.rows("evidence_recall@512")] == ["talks/ann"]
