import pytest

from memlab.cli import main
from memlab.events import Query
from memlab.sources.jsonl import Jsonl
from memlab.sources.simulated import Simulated

SMALL = ["source.users=2", "source.sessions=5", "source.queries=6"]


def test_a_converted_source_lives_the_same_lives(tmp_path, capsys):
    file = tmp_path / "lives.jsonl"
    assert main(["data", "convert", "simulated", "--to", str(file), *SMALL]) == 0
    printed = capsys.readouterr().out
    assert "2 lives in" in printed
    assert "licence: Apache-2.0" in printed
    before, after = Simulated(users=2, sessions=5, queries=6), Jsonl(file)
    assert after.users() == before.users()
    for user in before.users():
        one, other = before.life(user, seed=0), after.life(user, seed=0)
        events = list(one.stream())
        assert events == list(other.stream())
        assert all(one.gold[e.id] == other.gold[e.id] for e in events if isinstance(e, Query))


def test_a_file_that_is_there_is_left_alone(tmp_path, capsys):
    file = tmp_path / "lives.jsonl"
    file.write_text("mine")
    assert main(["data", "convert", "simulated", "--to", str(file)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "mine"


@pytest.mark.parametrize(("words", "message"), [(["simulatd"], "simulated"), (["simulated", "source.user=2"], "users")])
def test_what_does_not_exist_is_answered_with_what_does(tmp_path, capsys, words, message):
    assert main(["data", "convert", *words, "--to", str(tmp_path / "x.jsonl")]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
