import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from memlab.cli import main

OUTSIDE = Path(__file__).parent / "outside"
SMALL = [
    "source.users=2",
    "source.sessions=6",
    "source.queries=12",
    "source.ask_from=0.3",
    "encoder=hashing",
    "workers=1",
]

MANY = ["source.users=5", "source.sessions=12", "source.queries=60"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    assert main(["run", "-m", "strategy=bm25,none,hybrid", f"out={out}", "tracking=none", *SMALL, *MANY]) == 0
    return out / "sweep"


def test_a_run_prints_its_table_and_its_folder(tmp_path, capsys):
    assert main(["run", "strategy=bm25", f"out={tmp_path}", "tracking=none", *SMALL]) == 0
    printed = capsys.readouterr().out
    assert "bm25" in printed
    assert f"run:     {tmp_path}/single/" in printed
    assert max(len(line) for line in printed.splitlines() if not line.startswith("run:")) <= 80


def test_a_report_is_a_page_with_its_figures(runs, tmp_path, capsys):
    assert main(["report", str(runs), "--to", str(tmp_path)]) == 0
    page = Path(capsys.readouterr().out.strip())
    assert page == tmp_path / "index.html"
    text = (tmp_path / "README.md").read_text()
    assert all(
        name in text for name in ("| bm25 |", "| *none* |", "hybrid", "evidence_recall@512", "## How to read it")
    )
    for picture in ("simulated-leaderboard.png", "simulated-age.png"):
        assert f"({picture})" in text
        assert (tmp_path / picture).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_compare_is_paired_and_shy_under_six_users(runs, capsys):
    assert main(["compare", str(runs), "--baseline", "bm25", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    (row,) = [r for r in rows if r["strategy"] == "none" and r["metric"] == "evidence_recall@512"]
    assert row["mean"] < 0
    assert row["users"] == 5
    assert row["verdict"].startswith("cannot tell (5 users of at least 6")


def test_compare_fits_a_terminal(runs, capsys):
    assert main(["compare", str(runs), "--baseline", "bm25"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert max(map(len, printed)) <= 80
    assert any(line.split()[-3:] == ["users", "able", "verdict"] for line in printed)
    assert any("all others are exploratory" in line for line in printed)


def test_compare_says_beside_what_is_not_resolved_what_could_have_been(tmp_path, capsys, monkeypatch):
    """At its widest: a long name, a family, thousands of questions of hundreds of users."""
    row = {"source": "s", "metric": "m", "kind": None, "strategy": "background+rag", "mean": 0.012, "low": -0.01}
    row |= {"high": 0.034, "p": 0.071, "p_holm": 0.214, "n": 2040, "users": 500, "users_better": 301}
    row |= {
        "users_worse": 189,
        "paired_by": "user",
        "detectable": 0.032,
        "verdict": "cannot tell (would need about 1,200 users)",
    }
    better = row | {"strategy": "rag", "low": 0.001, "verdict": "better"}
    monkeypatch.setattr("memlab.report.compare.compare", lambda *asked: [row, better])
    monkeypatch.setattr("memlab.results.load", lambda folders: [])
    assert main(["compare", str(tmp_path), "--baseline", "bm25"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert max(map(len, printed)) <= 80
    lines = {line.split()[0]: line.split()[1:] for line in printed if line.strip()}
    assert lines["background+rag"] == ["+.012", "-.010", ".071", "2,040", "301:189", ".032", "cannot"]
    assert lines["rag"] == ["+.012", "+.001", ".071", "2,040", "301:189", "better"]


def test_an_unknown_baseline_is_answered_with_the_nearest(runs, capsys):
    assert main(["compare", str(runs), "--baseline", "bm52"]) == 2
    assert "no run of 'bm52' on simulated; the nearest of 3 known: bm25" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["report"], ["compare", "--baseline", "bm25"]])
def test_a_folder_without_runs_is_named(tmp_path, capsys, command):
    assert main([*command, str(tmp_path)]) == 2
    assert "is no run and holds none" in capsys.readouterr().err


def test_a_run_of_another_schema_is_refused(runs, tmp_path, capsys):
    import shutil

    copy = shutil.copytree(next(runs.glob("*/manifest.json")).parent, tmp_path / "run")
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 99}))
    assert main(["report", str(copy)]) == 2
    assert "has schema version 99" in capsys.readouterr().err


def test_wrong_input_is_one_line_and_exit_code_two(capsys):
    assert main(["run", "strategy=hybird"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_failing_run_is_told_by_the_exit_code_and_the_report_is_written(tmp_path):
    line = ["run", "--config-dir", str(OUTSIDE / "configs"), "experiment=aviary", f"out={tmp_path}", "tracking=none"]
    env = os.environ | {"PYTHONPATH": str(OUTSIDE)}
    command = [sys.executable, "-m", "memlab.cli", *line, *SMALL]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "failed: dead_parrot on simulated: 2 of 2 users; first user-00" in done.stderr
    page = (tmp_path / "aviary" / "report" / "README.md").read_text()
    assert "dead_parrot on simulated: failed. user-000: RuntimeError: the parrot is dead" in page
    assert "| parrot |" in page


def test_data_sets_are_listed_with_their_licence(capsys):
    assert main(["data", "list"]) == 0
    assert "CC BY-NC 4.0" in capsys.readouterr().out


def test_a_file_is_verified_whole(sample, capsys):
    assert main(["data", "verify", str(sample)]) == 0
    printed = capsys.readouterr().out
    assert "every life is in order" in printed
    assert "sample.json: questions: 6" in printed
    assert "sample.json: pinned: unpinned" in printed


def test_a_damaged_file_is_not_verified(sample, tmp_path, capsys):
    cut = tmp_path / "cut.json"
    cut.write_bytes(sample.read_bytes()[:999])
    assert main(["data", "verify", str(cut)]) == 2
    assert "is not whole JSON" in capsys.readouterr().err


def test_a_config_folder_that_is_none_is_refused(tmp_path, capsys):
    assert main(["run", "--config-dir", str(tmp_path / "no"), "strategy=bm25"]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_options_may_follow_overrides(tmp_path, capsys):
    line = [
        "run",
        f"out={tmp_path}",
        "--config-dir",
        str(OUTSIDE / "configs"),
        *SMALL,
        "-m",
        "tracking=none",
        "strategy=none",
    ]
    assert main(line) == 0
    with pytest.raises(SystemExit):
        main(["run", "strategy=none", "--nonsense"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("strategy.capacity=0", "strategy: buffer: capacity is 0; it must be at least 1 turn"),
        ("source.users=none", "source simulated: users is 'none'"),
        ("strategy=null", "strategy=null: Config group override must be a string or a list"),
        ("query=null", "query is None"),
        ("out=null", "out is None; it must be a folder"),
        ("out=/dev/null/x", "Not a directory"),
    ],
)
def test_wrong_values_are_one_line_too(capsys, override, message):
    assert main(["run", "strategy=buffer", "tracking=none", *SMALL, override]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("memlab run: ")
    assert message in error


def test_runs_that_were_asked_other_questions_are_never_paired(tmp_path, capsys):
    for line in (["strategy=bm25,none", "seed=0"], ["strategy=none,bm25", "seed=1"]):
        assert main(["run", "-m", *line, f"out={tmp_path}", "tracking=none", *SMALL]) == 0
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "sweep"), "--baseline", "bm25", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["source"] for row in rows} == {"simulated (seed=0)", "simulated (seed=1)"}
    assert main(["report", str(tmp_path / "sweep"), "--to", str(tmp_path / "page")]) == 0
    assert "## simulated (seed=1)" in (tmp_path / "page" / "README.md").read_text()


def test_a_report_without_judged_queries_is_still_a_report(tmp_path):
    line = [
        "run",
        "-m",
        "strategy=none,bm25",
        "limits.users=1",
        "limits.sessions=1",
        f"out={tmp_path}",
        "tracking=none",
    ]
    assert main([*line, *SMALL]) == 0
    assert "recalled_tokens" in (tmp_path / "sweep" / "report" / "README.md").read_text()


@pytest.mark.parametrize("line", [["-m", "bm25"], ["-m", "seed=[1"], ["seed=[1"], ["=3"]])
def test_what_cannot_be_parsed_is_one_line(capsys, line):
    assert main(["run", *line, "tracking=none"]) == 2
    assert capsys.readouterr().err.startswith("memlab run: ")


def run_of(runs, strategy):
    """The folder of a strategy's run."""
    (folder,) = (p.parent for p in runs.glob("*/config.yaml") if f"\n  name: {strategy}\n" in p.read_text())
    return folder


def test_the_missed_questions_of_a_run_are_shown(runs, capsys):
    folder = run_of(runs, "bm25")
    assert main(["show", str(folder)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert max(map(len, printed)) <= 80
    assert len(printed) <= 40
    assert main(["show", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["questions"] == found["found"] + found["nothing_to_find"] + len(found["missed"])
    assert sum(found["causes"].values()) == len(found["missed"]) > 0
    summary = json.loads((folder / "summary.json").read_text())["metrics"]
    for cause, n in found["causes"].items():
        assert summary[f"missed_{cause}"]["mean"] * summary[f"missed_{cause}"]["n"] == pytest.approx(n)


@pytest.mark.parametrize("strategy", ["bm25", "none", "hybrid"])
def test_every_missed_question_can_be_shown(runs, capsys, strategy):
    folder = run_of(runs, strategy)
    assert main(["show", str(folder), "--json"]) == 0
    missed = json.loads(capsys.readouterr().out)["missed"]
    for row in missed[:: max(1, len(missed) // 4)]:
        assert main(["show", str(folder), row["id"], "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["user"], found["query"]["text"], found["outcome"]) == (row["user"], row["text"], row["why"])
        headline = {score["name"]: score["value"] for score in found["scores"]}["evidence_recall@512"]
        inside = [nugget["within_budget"] for nugget in found["evidence"]]
        assert headline == pytest.approx(sum(inside) / len(inside))
        assert main(["show", str(folder), row["id"]]) == 0
        printed = capsys.readouterr().out
        assert all(turn["id"] in printed for nugget in found["evidence"] for turn in nugget["turns"])
        assert max(map(len, printed.splitlines())) <= 80
        assert "\x1b" not in printed


def test_a_question_of_a_recorded_conversation_is_shown(sample, tmp_path, capsys):
    line = ["strategy=full_history", "source=locomo", f"source.path={sample}", f"out={tmp_path}", "tracking=none"]
    assert main(["run", *line, "workers=1"]) == 0
    capsys.readouterr()
    assert main(["show", str(tmp_path / "single"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["run"]["strategy"], found["questions"]) == ("full_history", 6)


def test_which_run_to_show_must_be_clear(runs, capsys):
    assert main(["show", str(runs)]) == 2
    first, *listed = capsys.readouterr().err.splitlines()
    assert first == f"memlab show: {runs} holds 3 runs; name one of them:"
    assert [line.split("  ")[-1] for line in listed] == [f"{name} on simulated" for name in ("bm25", "hybrid", "none")]
    assert main(["show", str(runs / "nowhere")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_an_unknown_question_is_answered_with_the_nearest(runs, capsys):
    assert main(["show", str(run_of(runs, "none")), "zzzz"]) == 2
    assert "has no query 'zzzz'; the nearest of " in capsys.readouterr().err


def test_whoever_reads_may_stop(runs):
    command = [sys.executable, "-m", "memlab.cli", "show", str(run_of(runs, "none")), "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
