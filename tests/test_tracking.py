import sqlite3

import pytest

from memlab.cli import main

SMALL = [
    "source.users=2",
    "source.sessions=6",
    "source.queries=12",
    "source.ask_from=0.3",
    "encoder=hashing",
    "workers=1",
]


@pytest.mark.slow
def test_the_view_has_one_child_per_run_and_is_not_doubled(tmp_path, capsys):
    import mlflow

    line = ["run", "-m", "strategy=bm25,none", f"out={tmp_path}", *SMALL]
    assert main(line) == 0
    assert main(line) == 0
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    assert f"mlflow:  mlflow ui --backend-store-uri {uri}" in capsys.readouterr().out
    client = mlflow.MlflowClient(tracking_uri=uri)
    (experiment,) = [e for e in client.search_experiments() if e.name == "memlab/sweep"]
    runs = client.search_runs([experiment.experiment_id])
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    assert {run.info.run_name for run in children} == {"simulated/bm25", "simulated/none"}
    assert len(runs) == 3
    (bm25,) = [run for run in children if run.info.run_name == "simulated/bm25"]
    assert bm25.data.params["strategy.index.k1"] == "1.2"
    assert 0 < bm25.data.metrics["evidence_recall_at_512"] <= 1
    assert bm25.inputs.dataset_inputs[0].dataset.name == "simulated"
    steps = client.get_metric_history(bm25.info.run_id, "memories_held_per_session")
    assert [metric.step for metric in steps] == list(range(6))
    assert {artifact.path for artifact in client.list_artifacts(bm25.info.run_id)} >= {"config.yaml", "summary.json"}
    assert sqlite3.connect(tmp_path / "mlflow.db").execute("SELECT count(*) FROM runs").fetchone()[0] == 3


def test_no_view_is_an_option(tmp_path):
    assert main(["run", "strategy=none", f"out={tmp_path}", "tracking=none", *SMALL]) == 0
    assert not (tmp_path / "mlflow.db").exists()
