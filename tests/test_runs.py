"""Runs as they are used: resumed, killed, spread over workers, disturbed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from memlab import worker
from memlab.config import ConfigError, options, plan
from memlab.encoders.hashing import Hashing
from memlab.events import Turn
from memlab.loop import live
from memlab.runs import execute, prepare
from memlab.sources import SourceError
from memlab.worker import source_of

OUTSIDE = Path(__file__).parent / "outside"
SMALL = ["source.users=3", "source.sessions=8", "source.queries=12", "source.ask_from=0.3", "encoder=hashing"]
TERSE = ["source.chatter=[0,0]", "source.elaboration=0", "source.attributes=12"]  # few turns, of few tokens
ENCODED = ["strategy=hybrid", "encoder=minilm", "source.users=2", *TERSE]
KILLED = ["strategy=rag", "source.users=8", "source.sessions=12", *TERSE, "workers=2"]


def configs(out, *overrides, sweep=False, outside=False):
    line = [*SMALL, f"out={out}", "workers=1", "tracking=none", *overrides]
    return plan(line, OUTSIDE / "configs" if outside else None, sweep)


def run(out, *overrides):
    (done,) = execute(configs(out, *overrides))
    return done


def scores(out) -> bytes:
    (path,) = Path(out).glob("*/*/scores.parquet")
    return path.read_bytes()


def test_a_run_leaves_all_its_files(tmp_path):
    done = run(tmp_path, "strategy=hybrid")
    assert done.status == "complete"
    names = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*") if path.is_file()}
    users = {f"{folder}/user-00{n}.parquet" for folder in ("lived", "gold", "traces", "timings") for n in range(3)}
    assert names == users | {"manifest.json", "config.yaml", "scores.parquet", "timings.parquet", "summary.json"}


def test_a_user_lives_on_one_blas_thread(tmp_path, monkeypatch):
    seen = []

    def watched(*args, **kwargs):
        seen.extend(info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas")
        return live(*args, **kwargs)

    monkeypatch.setattr(worker, "live", watched)
    with threadpool_limits(2, user_api="blas"):
        assert run(tmp_path, "strategy=bm25").status == "complete"
    assert set(seen) == {1}


def test_the_summary_has_every_metric_with_its_interval(tmp_path):
    summary = json.loads((run(tmp_path, "strategy=bm25").folder / "summary.json").read_text())
    figure = summary["metrics"]["evidence_recall@512"]
    parts = "mean low high n of users unit macro macro_low macro_high chance attainable"
    assert set(figure) == {*parts.split()}
    assert figure["low"] <= figure["mean"] <= figure["high"]
    assert summary["run"]["strategy"] == "bm25"
    assert set(summary["timings"]) >= {"observe_p50_ms", "recall_p50_ms", "recall_p95_ms", "encode_ms_per_text"}


def test_a_finished_run_is_not_run_again(tmp_path):
    folder = run(tmp_path, "strategy=bm25").folder
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    again = run(tmp_path, "strategy=bm25")
    assert again.folder == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before


def test_only_unfinished_users_are_lived_again(tmp_path):
    folder = run(tmp_path, "strategy=rag").folder
    whole, kept = scores(tmp_path), (folder / "traces" / "user-001.parquet").stat().st_mtime_ns
    (folder / "traces" / "user-002.parquet").unlink()
    (folder / "scores.parquet").unlink()
    resumed = run(tmp_path, "strategy=rag")
    assert resumed.finished_before == 2
    assert (folder / "traces" / "user-001.parquet").stat().st_mtime_ns == kept
    assert scores(tmp_path) == whole


@pytest.mark.parametrize("overrides", [["seed=1"], ["query.limit=5"], ["strategy.index.k1=1.3"], ["source.months=9"]])
def test_what_moves_a_trace_moves_the_folder(tmp_path, overrides):
    assert run(tmp_path, "strategy=bm25").key != run(tmp_path, "strategy=bm25", *overrides).key


def test_what_moves_no_trace_does_not_move_the_folder(tmp_path):
    assert run(tmp_path / "a", "strategy=bm25").key == run(tmp_path / "b", "strategy=bm25", "workers=2").key


def test_another_seed_gives_other_scores(tmp_path):
    run(tmp_path / "a", "strategy=bm25")
    run(tmp_path / "b", "strategy=bm25", "seed=1")
    assert scores(tmp_path / "a") != scores(tmp_path / "b")


def command(out, cache, *overrides):
    line = [*SMALL, f"out={out}", "tracking=none", *overrides]
    env = os.environ | {"MEMLAB_CACHE": str(cache), "PYTHONPATH": str(OUTSIDE)}
    return [sys.executable, "-m", "memlab.cli", "run", *line], env


@pytest.mark.slow
def test_one_and_two_workers_give_the_same_bytes_each_from_an_empty_cache(tmp_path):
    for workers in (1, 2):
        place = tmp_path / str(workers)
        line, env = command(place / "runs", place / "cache", *ENCODED, f"workers={workers}")
        subprocess.run(line, env=env, check=True, capture_output=True)
    assert scores(tmp_path / "1" / "runs") == scores(tmp_path / "2" / "runs")


def gone(group: int) -> bool:
    """Whether every process of a group ends by itself within some seconds."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A whole run's cache and scores, for comparison with disturbed ones."""
    place = tmp_path_factory.mktemp("undisturbed")
    line, env = command(place / "runs", place / "cache", *KILLED)
    subprocess.run(line, env=env, check=True, capture_output=True)
    return place / "cache", scores(place / "runs")


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0, 3])
def test_killed_at_a_random_moment_and_started_again_a_run_ends_with_the_same_bytes(tmp_path, undisturbed, moment):
    cache, whole = undisturbed
    line, env = command(tmp_path, cache, *KILLED)
    killed = subprocess.Popen(
        line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while killed.poll() is None and len(list(tmp_path.glob("*/*/traces/user*"))) <= moment:
        time.sleep(0.002)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert gone(killed.pid)
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*/traces/user*")}
    assert len(finished) < 8
    subprocess.run(line, env=env, check=True, capture_output=True)
    assert scores(tmp_path) == whole
    assert {path: path.stat().st_mtime_ns for path in finished} == finished


def test_a_failing_strategy_does_not_end_the_others(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(OUTSIDE)
    runs = execute(configs(tmp_path, "experiment=aviary", outside=True))
    assert {run.label: run.status for run in runs} == {
        "parrot": "complete",
        "bm25": "complete",
        "dead_parrot": "failed",
    }
    (dead,) = [run for run in runs if run.label == "dead_parrot"]
    assert dead.errors["user-000"] == "RuntimeError: the parrot is dead (parrot.py:22)"
    assert json.loads((dead.folder / "manifest.json").read_text())["status"] == "failed"


def test_a_full_disk_at_the_rename_loses_nothing(tmp_path, monkeypatch):
    import memlab.traces

    real, full = os.replace, {"on": True}

    def replace(draft, path):
        if full["on"] and str(path).endswith("traces/user-001.parquet"):
            raise OSError(28, "No space left on device")
        real(draft, path)

    monkeypatch.setattr(memlab.traces.os, "replace", replace)
    partial = run(tmp_path, "strategy=bm25")
    assert partial.status == "partial"
    assert "No space left on device" in partial.errors["user-001"]
    assert not list(partial.folder.rglob(".*"))
    full["on"] = False
    assert run(tmp_path, "strategy=bm25").status == "complete"
    monkeypatch.undo()
    run(tmp_path / "whole", "strategy=bm25")
    assert scores(tmp_path / "whole") == (partial.folder / "scores.parquet").read_bytes()


def test_a_full_disk_at_the_results_is_told(tmp_path, monkeypatch):
    import memlab.traces

    real = os.replace

    def replace(draft, path):
        if str(path).endswith("scores.parquet"):
            raise OSError(28, "No space left on device")
        real(draft, path)

    monkeypatch.setattr(memlab.traces.os, "replace", replace)
    done = run(tmp_path, "strategy=bm25")
    assert done.status == "failed"
    assert "cannot write the results" in done.errors[""]


def test_absent_data_are_skipped_not_failed(tmp_path, monkeypatch):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path / "nothing"))
    (done,) = execute(plan(["source=locomo", "strategy=bm25", f"out={tmp_path}", "tracking=none"]))
    assert done.status == "skipped"


def test_a_path_that_names_nothing_is_wrong_input(tmp_path):
    with pytest.raises(SourceError, match=r"which source\.path names"):
        execute(plan(["source=locomo", "source.path=/nowhere", "strategy=bm25", f"out={tmp_path}"]))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("query.limit=-1", "query.limit is -1; it must be a whole number of at least 1, or null"),
        ("query.budget_tokens=0", "query.budget_tokens is 0"),
        ("limits.users=1.5", "limits.users is 1.5"),
        ("workers=0", "workers is 0"),
        ("seed=x", "seed is 'x'; it must be a whole number"),
        ("+strategy.k3=1", "strategy: no parameter 'k3' in memlab.strategies.bm25.Bm25"),
        ("+reader.florr=1", "reader: no parameter 'florr' in memlab.readers.choice.Choice; the nearest of .*: floor"),
        ("reader.doubt=0", "reader: choice: doubt=0, temperature=1.0; both must be over 0"),
        ("store.path=me.db", "store.path: runs keep their memory in RAM"),
    ],
)
def test_wrong_numbers_and_names_are_found_before_the_first_user(tmp_path, override, message):
    with pytest.raises(ConfigError, match=message):
        execute(configs(tmp_path, "strategy=bm25", "reader=choice", override))
    assert not list(tmp_path.iterdir())


def test_limits_cut_users_sessions_and_queries(tmp_path):
    done = run(tmp_path, "strategy=bm25", "limits.users=2", "limits.sessions=6", "limits.queries=3")
    summary = json.loads((done.folder / "summary.json").read_text())
    assert summary["run"]["users"] == 2
    assert 1 <= summary["metrics"]["recalled_tokens"]["n"] <= 6
    assert summary["metrics"]["memories_held"]["n"] == 12


def test_a_text_is_encoded_for_the_first_run_that_asks_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MEMLAB_CACHE", str(tmp_path / "cache"))
    first, second = run(tmp_path, "strategy=hybrid"), run(tmp_path, "strategy=rag")
    assert (first.texts_encoded > 50, second.texts_encoded) == (True, 0)
    assert json.loads((first.folder / "manifest.json").read_text())["texts_encoded"] == first.texts_encoded
    spent = [
        json.loads((one.folder / "summary.json").read_text())["timings"]["encode_seconds"] for one in (first, second)
    ]
    assert min(spent) > 0  # what it would have taken, cache or none


def test_what_is_looked_at_before_the_first_user_encodes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Hashing, "encode", lambda self, texts: pytest.fail(f"encoded {texts}"))
    for name in options("strategy"):
        if name not in ("process", "graph_cypher", "graph_bolt"):
            (run,) = prepare(configs(tmp_path, f"strategy={name}"))
            assert run.status == "running"


@pytest.mark.slow
def test_an_interrupt_stops_the_run_and_keeps_what_is_finished(tmp_path, undisturbed):
    line, env = command(tmp_path, undisturbed[0], *KILLED, "source.users=30")
    stopped = subprocess.Popen(
        line,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background shell ignores it
    )
    while stopped.poll() is None and not list(tmp_path.glob("*/*/traces/user*")):
        time.sleep(0.01)
    os.killpg(stopped.pid, signal.SIGINT)
    assert b"the same command resumes" in stopped.communicate(timeout=60)[1]
    assert stopped.returncode == 1
    assert 1 <= len(list(tmp_path.glob("*/*/traces/user*"))) < 20
    assert gone(stopped.pid)


def only_in(user: str) -> str:
    """The text of a turn that occurs in one user's life and in no other's."""
    source = source_of(configs(".")[0])
    texts = {u: [e.text for e in source.life(u, seed=0).stream() if isinstance(e, Turn)] for u in source.users()}
    others = {text for other, said in texts.items() if other != user for text in said}
    return next(text for text in texts[user] if text not in others)


@pytest.mark.slow
def test_a_worker_that_dies_takes_no_other_user_along(tmp_path):
    line, env = command(tmp_path, tmp_path / "cache", "strategy=parrot", "strategy.last=1", "workers=2")
    line[4:4] = ["--config-dir", str(OUTSIDE / "configs")]
    env["PARROT_DIES_OF"] = only_in("user-001")
    done = subprocess.run([*line, "+strategy.deadly=true"], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "partial: parrot on simulated: 1 of 3 users; first user-001: its worker process was killed" in done.stderr
    assert len(list(tmp_path.glob("*/*/traces/user*"))) == 2


def test_what_a_strategy_of_ones_own_does_moves_the_folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "changing.py"
    config = tmp_path / "configs" / "strategy" / "changing.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("_target_: changing.Mine\nname: changing\n")
    keys = []
    for version in ("# one", "# two"):
        module.write_text(f"from memlab.strategies.none import NoMemory as Mine  {version}\n")
        line = [*SMALL, f"out={tmp_path / 'runs'}", "workers=1", "tracking=none", "strategy=changing"]
        keys.append(execute(plan(line, tmp_path / "configs"))[0].key)
    assert keys[0] != keys[1]


def test_a_metric_of_ones_own_is_scored(tmp_path):
    config = tmp_path / "configs" / "metric" / "mine.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("_target_: memlab.metrics.recall.RecallAt\neach: [{level: turn, k: 3}]\n")
    line = [*SMALL, f"out={tmp_path / 'runs'}", "workers=1", "tracking=none", "strategy=bm25"]
    (done,) = execute(plan(line, tmp_path / "configs"))
    summary = json.loads((done.folder / "summary.json").read_text())
    assert summary["metrics"]["turn_recall@3"]["n"] > 0
    assert "turn_recall@10" in summary["metrics"]


def test_a_score_that_is_no_number_fails_the_user_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(OUTSIDE)
    (done,) = execute(configs(tmp_path, "strategy=parrot", "+strategy.score=nan", outside=True))
    assert done.status == "failed"
    assert "scores nan; it must be 0 or more, finite" in done.errors["user-000"]
