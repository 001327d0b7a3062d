"""`memlab plan`: from what is declared, and from runs that vary seeds."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from write_run import figure, write_run

from memlab.cli import main
from memlab.config import load_option
from memlab.report.planning import from_runs, typical
from memlab.results import HEADLINE, ResultError, load

LIFTS = {0: -0.1, 1: 0.1, 2: 0.05, 3: -0.05}


def write(folder, strategy, seed, lift=0.0):
    """A run of 12 simulated users, with a question each, other people under another seed."""
    write_run(folder, strategy, {HEADLINE: figure(0.5)})
    config = yaml.safe_load((folder / "config.yaml").read_text()) | {"seed": seed}
    config |= {"experiment": None, "config_dir": None, "encoder": {"name": "e"}, "reader": {"name": "none"}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    values = 0.5 + lift + 0.1 * np.random.default_rng(seed).normal(0, bool(lift), 12)
    rows = [
        {"user": f"u{n}", "query": f"q{n}", "kind": "when", "name": HEADLINE, "value": float(value)}
        for n, value in enumerate(values)
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "scores.parquet")


@pytest.fixture
def runs(tmp_path):
    for seed, lift in LIFTS.items():
        write(tmp_path / "runs" / f"a{seed}", "a", seed)
        write(tmp_path / "runs" / f"b{seed}", "b", seed, lift)
    return tmp_path / "runs"


def test_seeds_and_users_are_told_apart_where_runs_vary_both(runs):
    (found,) = from_runs(load([runs]), "a", HEADLINE)
    assert found.name == "b − a, simulated"
    assert found.seed_sd == pytest.approx(np.std(list(LIFTS.values()), ddof=1), rel=0.3)
    assert found.user_sd == pytest.approx(0.1, rel=0.3)
    assert found.parts.untold == ("encoders", "readers")
    assert found.users == 12


def test_of_a_reader_that_is_a_chat_the_chat_is_the_judge(runs):
    for folder in runs.iterdir():
        config = yaml.safe_load((folder / "config.yaml").read_text()) | {"reader": load_option("reader", "chat")}
        chat = {"name": "tiny" if folder.name in ("a0", "b0", "a1", "b1") else "large"}
        (folder / "config.yaml").write_text(yaml.safe_dump(config | {"chat": chat}))
    (found,) = from_runs(load([runs]), "a", HEADLINE)
    assert found.parts.untold == ("encoders",)


def test_one_seed_says_nothing_of_seeds(runs):
    (found,) = from_runs(load([runs / "a1", runs / "b1"]), "a", HEADLINE)
    assert found.seed_sd is None
    assert found.parts.untold == ("seeds", "encoders", "readers")


def test_the_command_fits_the_terminal_and_says_what_it_rests_on(runs, capsys):
    assert main(["plan", "--effect", ".05", "--runs", str(runs), "--baseline", "a"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert "b − a, simulated" in printed
    assert "cannot tell of: encoders, readers (vary them)" in printed
    assert "never" in printed  # two seeds that differ by more than the effect


def test_without_runs_it_goes_by_what_is_declared(capsys):
    assert main(["plan", "--effect", ".03"]) == 0
    assert "hybrid −" in capsys.readouterr().out
    assert all(one.user_sd > 0 for metric in (HEADLINE, "turn_recall@10") for one in typical(metric))


@pytest.mark.parametrize("words", [["--effect", "0"], ["--effect", ".1", "--power", "1"], []])
def test_what_is_no_plan_is_refused(words):
    with pytest.raises(SystemExit):
        main(["plan", *words])


def test_what_is_not_there_is_answered_with_what_is(runs, capsys):
    with pytest.raises(ResultError, match="no run of 'c' is scored by"):
        list(from_runs(load([runs]), "c", HEADLINE))
    with pytest.raises(ResultError, match=r"no metric 'evidence'; the nearest"):
        list(from_runs(load([runs]), "a", "evidence"))
    assert main(["plan", "--effect", ".03", "--metric", "neither"]) == 2
    assert "no typical spread is declared for 'neither'" in capsys.readouterr().err
