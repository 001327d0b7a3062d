"""An experiment may be a study in place of a list of runs: it is found, checked, conducted, printed and written."""

import json
from dataclasses import dataclass
from types import ModuleType

import pytest
import yaml

from memlab.cli import main
from memlab.config import ConfigError
from memlab.report.cells import Cell, Row, Table
from memlab.report.sections import Section
from memlab.seeds import derive
from memlab.studies.base import Findings, Setting
from memlab.studies.planned import planned

COIN = "memlab_test_coin"


@dataclass(frozen=True)
class Coin:
    """Tosses a coin, which fails when told to."""

    tosses: int
    sides: dict[str, float]
    lost: bool = False

    def conduct(self, setting: Setting) -> Findings:
        setting.progress("tossing", self.tosses, self.tosses)
        toss = derive(setting.seed, "toss") % 2
        rows = tuple(Row((Cell(name), Cell(f"{share:.2f}", share))) for name, share in self.sides.items())
        shown = Table("Sides", ("side", "share"), rows, folded=False)
        hidden = Table("Of no interest", ("side", "share"), rows)
        section = Section("Coins", "coins", (shown, hidden), f"Tossed {self.tosses} times.")
        failed = ("the coin rolled away",) if self.lost else ()
        figures = {"tosses": self.tosses, "toss": toss, "users": setting.limits["users"]}
        return Findings(
            sections=(section,), notes=("*Tails* is a side.",), verdict=("tails",), failed=failed, figures=figures
        )


@pytest.fixture
def configs(tmp_path, monkeypatch):
    """A config folder with an experiment that tosses a coin, in a module that can be imported."""
    module = ModuleType(COIN)
    module.Coin = Coin
    monkeypatch.setitem(__import__("sys").modules, COIN, module)
    (tmp_path / "configs" / "experiment").mkdir(parents=True)
    study = {"_target_": f"{COIN}.Coin", "tosses": 100, "sides": {"heads": 0.5, "tails": 0.5}, "lost": False}
    written = {"name": "coin", "study": study, "smoke": {"tosses": 3, "sides": {"heads": 0.25}}, "reads": ["query"]}
    (tmp_path / "configs" / "experiment" / "coin.yaml").write_text(yaml.safe_dump(written))
    return tmp_path / "configs"


@pytest.fixture
def run(configs, tmp_path):
    def run(*words):
        line = ["run", "--config-dir", str(configs), "experiment=coin", f"out={tmp_path / 'out'}", "tracking=none"]
        return main([*line, *words])

    return run


def records(folder):
    return [json.loads(file.read_text()) for file in sorted((folder / "out" / "coin").glob("*/study.json"))]


def test_a_study_is_conducted_printed_and_written(run, tmp_path, capsys):
    assert run("seed=3", "limits.users=7") == 0
    printed = capsys.readouterr().out
    assert "heads" in printed
    assert "Of no interest" not in printed
    assert printed.splitlines()[-2] == "tails"
    assert max(map(len, printed.splitlines()[:-1])) <= 80
    report = tmp_path / "out" / "coin" / "report"
    text = (report / "README.md").read_text()
    assert "# memlab report: coin" in text
    assert "**Of no interest**" in text
    assert "<em>Tails</em> is a side." in (report / "index.html").read_text()
    (record,) = records(tmp_path)
    assert record["figures"] == {"tosses": 100, "toss": derive(3, "toss") % 2, "users": 7}
    assert record["status"] == "complete"


def test_what_moves_figures_has_a_folder_of_its_own_and_what_does_not_has_none(run, tmp_path):
    for words in (("seed=0",), ("seed=1",), ("study.tosses=9",), ("workers=2",), ("query.limit=5",)):
        assert run(*words) == 0
    found = [(record["seed"], record["figures"]["tosses"]) for record in records(tmp_path)]
    assert sorted(found) == [(0, 9), (0, 100), (0, 100), (1, 100)]


def test_what_could_not_be_done_is_told_by_the_exit_code(run, tmp_path, capsys):
    assert run("study.lost=true") == 1
    assert "failed: the coin rolled away" in capsys.readouterr().err
    assert records(tmp_path)[0]["status"] == "partial"
    assert "* the coin rolled away" in (tmp_path / "out" / "coin" / "report" / "README.md").read_text()


def test_smoke_limits_put_small_numbers_in_place_and_the_command_line_wins(configs):
    small = planned(["experiment=coin", "limits=smoke"], configs)
    assert small.node["tosses"] == 3
    assert small.node["sides"] == {"heads": 0.25, "tails": 0.5}
    assert small.config["limits"]["users"] == 2
    line = ["experiment=coin", "limits=smoke", "study.tosses=5", "study.sides.tails=0.75"]
    assert planned(line, configs).node["tosses"] == 5
    assert planned(line, configs).node["sides"]["tails"] == 0.75


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("study.toses=3", r"there is no key 'study\.toses'; the nearest of 3 known: tosses"),
        ("study.sides.head=3", r"there is no key 'study\.sides\.head'; the nearest of 2 known: heads"),
        ("study.tosses.more=3", r"there is no key 'study\.tosses\.more'; none is known"),
        ("study=none", r"does not read 'study'"),
        ("strategy=bm25", r"does not read 'strategy'; the nearest of 8 known: "),
        ("study.tosses=1,2", r"in brackets, as in study\.users=\[6,20\]"),
        ("limits=smok", r"there is no limits 'smok'"),
        ("seeed=3", r"does not read 'seeed'; the nearest of 8 known: seed"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(configs, words, message):
    with pytest.raises(ConfigError, match=message):
        planned(["experiment=coin", words], configs)


def test_a_study_spans_no_grid(configs):
    with pytest.raises(ConfigError, match="experiment coin is a study"):
        planned(["experiment=coin"], configs, sweep=True)


@pytest.mark.parametrize("line", [["strategy=bm25"], ["experiment=leaderboard"], ["experiment=null"]])
def test_other_command_lines_name_no_study(line):
    assert planned(line) is None
