"""What is explained comes from docstrings, yamls and the kept leaderboard, and the kept page is up to date."""

from pathlib import Path

import pytest

from memlab.cli import main
from memlab.report.catalogue import Entry, entries, entry, in_lines, page, read_leaderboard

ROOT = Path(__file__).parents[2]
BOUNDS = {"none", "random", "full_history", "oracle", "process"}
LABELLED = ("Guide", "Cost", "Use")
PLAIN = Entry("strategy", "plain", "plain", "It is plain.", {"Guide": "says so.", "": "After X."}, ("k: 1",))


def test_the_kept_page_is_what_the_command_writes():
    kept = (ROOT / "docs" / "strategies.md").read_text()
    written = page(entries(), read_leaderboard(ROOT / "reports" / "leaderboard"))
    assert kept == written, "memlab explain --to docs/strategies.md"


@pytest.mark.parametrize("one", entries(), ids=lambda one: one.name)
def test_what_is_no_bound_says_what_the_guide_has_and_what_it_costs(one):
    missing = [label for label in LABELLED if label not in one.paragraphs]
    assert one.name in BOUNDS or not missing, f"{one.group} {one.name}: its docstring needs {missing}"


def test_an_entry_has_its_parameters_and_the_idea_of_its_variant():
    found = entry("strategy", "buffer_relevant")
    assert found.idea.startswith("The same window")
    assert "capacity: 20            # turns" in found.parameters
    assert not any("_target_" in line or "leaderboard" in line for line in found.parameters)


def test_the_page_gives_an_entry_its_paragraphs_and_its_figures():
    text = page([PLAIN], {"plain": {"evidence_recall@512": ".500 ±.010", "recall_p95_ms": ""}})
    assert "| [`plain`](#strategy-plain) | It is plain. | .500 ±.010 | – | – |" in text
    assert "**Guide.** Says so.\n" in text
    assert "\nAfter X.\n" in text
    assert "```yaml\nk: 1\n```" in text


def test_a_leaderboard_is_read_by_strategy_and_column(tmp_path):
    (tmp_path / "README.md").write_text(
        "# r\n\n| strategy | evidence_recall@512 | n |\n|---|---:|---:|\n| *oracle* | 1.000 | 3 |\n\n| other | x |\n"
    )
    assert read_leaderboard(tmp_path) == {"oracle": {"evidence_recall@512": "1.000", "n": "3"}}
    assert read_leaderboard(tmp_path / "none") == {}


def test_lines_for_a_terminal():
    assert in_lines(PLAIN) == [
        *("strategy plain", "", "It is plain.", "", "Guide: says so.", "", "After X.", "", "Parameters:", "k: 1"),
    ]


def test_the_command_prints_and_refuses(capsys):
    assert main(["explain", "cache"]) == 0
    out = capsys.readouterr().out
    assert "layer cache" in out
    assert max(map(len, out.splitlines())) <= 80
    assert main(["explain"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
    assert main(["explain", "cash"]) == 2
    assert "no strategy, layer or store 'cash'" in capsys.readouterr().err
