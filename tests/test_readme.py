"""The README's code works as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
YAML = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


@pytest.mark.slow
def test_the_library_example_runs_twice_on_its_file(tmp_path):
    assert len(PYTHON[0].splitlines()) <= 12
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", PYTHON[0]], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[0].endswith("We finally unpacked in Denver.")
        assert len(done.stdout.splitlines()) == 2


def test_the_strategy_of_ones_own_runs_from_its_two_files(tmp_path):
    assert len(PYTHON[1].splitlines()) < 40
    (tmp_path / "lately.py").write_text(PYTHON[1])
    folder = tmp_path / "my_configs" / "strategy"
    folder.mkdir(parents=True)
    (folder / "lately.yaml").write_text(YAML[0])
    (line,) = re.findall(r"^PYTHONPATH=. memlab (run .*)$", README, re.MULTILINE)
    small = ["source.users=2", "source.sessions=5", "out=runs", "tracking=none", "workers=1"]
    command = [sys.executable, "-m", "memlab.cli", *line.split(), *small]
    env = os.environ | {"PYTHONPATH": "."}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "lately" in done.stdout


def test_its_leaderboards_are_those_of_the_kept_report():
    kept = (Path(__file__).parent.parent / "reports" / "leaderboard" / "README.md").read_text()
    tables = re.findall(r"\| strategy \| evidence_recall@512 .*\n(?:\|.*\n)+", README)
    assert len(tables) == 2
    assert all(table in kept for table in tables)
