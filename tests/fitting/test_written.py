from pathlib import Path

import pytest
import yaml

from memlab import build
from memlab.cli import main
from memlab.config import ConfigError, load_option
from memlab.fitting.judging import Chosen
from memlab.fitting.questions import Asked, planned
from memlab.fitting.written import as_yaml, check_writable, command, yaml_of
from memlab.stats.paired import paired_difference

SMALL = ["source.users=2", "source.sessions=5", "source.queries=8", "source.ask_from=0.3", "encoder=hashing"]
CHOSEN = Chosen(
    weights={"bm25": 1.234, "late": -0.5, "names": 1.0},
    shrink=0.3,
    dropped={"dense": paired_difference({("u", "q"): 0.0, ("v", "q"): 0.1}, {("u", "q"): 0.1, ("v", "q"): 0.1}, True)},
    unseen=frozenset(["names"]),
)


def written():
    text = yaml_of(["strategy=ranked_even"])
    return as_yaml(text, "mine", "memlab fit strategy=ranked_even", [Asked("made", "abc", 3, ())], CHOSEN)


def test_only_weights_and_name_change():
    given, found = load_option("strategy", "ranked_even"), yaml.safe_load(written())
    assert found["weights"] == {"bm25": 1.23, "late": -0.5, "names": 1.0}
    assert found["name"] == "mine"
    assert given | {"weights": found["weights"], "name": "mine", "elsewhere": given["weights"]} == found
    assert "# standard deviations that an ended statement loses" in written()


def test_it_says_where_the_weights_are_from_and_what_they_mean():
    text = written()
    assert "#   memlab fit strategy=ranked_even\n" in text
    assert "made (3 users, 0 questions with evidence, data ba7816bf8f01)" in text
    assert "# Dropped: dense, nDCG@10 -0.0500 [" in text
    assert "# words of the question in the turn" in text
    assert "# not seen: names in the turn, between two people" in text
    assert max(map(len, text.splitlines())) <= 120


def test_written_again_it_tells_where_from_once_and_keeps_its_first_lines():
    given = "# What it is.\n" + written()
    again = as_yaml(given, "mine", "memlab fit strategy=mine", [], CHOSEN)
    assert again.count("# Weights fitted") == again.count("elsewhere:") == 1
    assert again.startswith("# What it is.\n_target_")


def test_what_the_yaml_does_not_say_is_not_written():
    (config,) = planned(["strategy=ranked_even", "strategy.candidates=7"])
    with pytest.raises(ConfigError, match="candidates is overridden"):
        check_writable(config["strategy"], yaml_of(["strategy=ranked_even"]))


def test_the_command_names_the_bank():
    said = ["strategy=ranked_even", "source=simulated"]
    assert command(said, planned(said)) == "memlab fit strategy=ranked_even source=simulated source.bank=open"


@pytest.mark.slow
def test_the_command_line_fits_shows_and_writes_a_strategy(tmp_path, capsys):
    folder = tmp_path / "strategy"
    folder.mkdir()
    told = ["fit", "strategy=ranked_even", "source=simulated", *SMALL, "strategy.candidates=100"]
    assert main([*told, "--to", str(folder / "mine.yaml")]) == 0
    printed = capsys.readouterr().out
    assert "judged by leaving the judged user out" in printed
    assert all(name in printed for name in ("bm25: words", "not seen", "late alone", "as given"))
    assert max(len(line) for line in printed.splitlines() if not line.startswith("written:")) <= 80
    node = load_option("strategy", "mine", tmp_path)
    assert node["name"] == "mine"
    assert set(node["weights"]) <= set(load_option("strategy", "ranked_even")["weights"])
    made = build.construct(
        "strategy", node, {"store": build.make("store/sqlite"), "encoder": build.make("encoder/hashing")}
    )
    made.close()


def test_locomo_is_refused_on_the_command_line(capsys):
    assert main(["fit", "strategy=ranked_even", "source=locomo"]) == 2
    assert "nothing is fitted on locomo" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_found_before_anything_is_lived(capsys):
    assert main(["fit", "strategy=ranked_even", "--to", str(Path("/nowhere/mine.yaml"))]) == 2
    assert "/nowhere" in capsys.readouterr().err
