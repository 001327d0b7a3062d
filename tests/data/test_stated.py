from memlab.cli import main
from memlab.data.stated import agrees, compared
from memlab.extract import Fact
from memlab.extract.facts import FactRules
from memlab.paths import read_yaml
from memlab.sources import data_folders
from memlab.testing import turn


def fact(text):
    return Fact(text=text, category="fact")


def test_half_of_the_words_must_agree_of_the_label_or_of_the_shorter():
    label = "home town Denver Colorado"  # four content words
    assert agrees(fact("Denver, Colorado"), label, shorter=False)
    assert not agrees(fact("Denver is cold and grey"), label, shorter=False)
    assert agrees(fact("Denver"), label, shorter=True)
    assert not agrees(fact("Denver is cold and grey"), label, shorter=True)
    assert not agrees(fact("it is"), label, shorter=True)


def test_precision_counts_facts_and_recall_counts_labels():
    turns = [turn(1, "I live in Oslo. I love tea."), turn(2, "It rains."), turn(3, "I take losartan.")]
    labels = {"t1": ["lives in Oslo"], "t2": ["rain"], "t3": []}
    found = compared("by hand", turns, labels, FactRules(), shorter=False)
    assert (found.turns, found.facts, found.right, found.labels, found.found) == (3, 3, 1, 2, 1)


def test_a_hundred_turns_are_marked_by_ids_and_value_words_alone():
    import memlab.data.stated as stated

    marks = read_yaml(stated.Path(stated.__file__).parent / "facts_beam.yaml")
    assert sum(len(turns) for turns in marks.values()) == 100
    words = [mark for turns in marks.values() for told in turns.values() for mark in told]
    assert max(len(mark.split()) for mark in words) <= 9


def test_without_data_the_table_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert main(["data", "facts"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("not at hand") == 2
    assert max(map(len, printed.splitlines())) <= 80


def test_the_samples_of_both_data_sets_can_be_read(monkeypatch, tmp_path, sample_of, capsys):
    (tmp_path / "realmem").mkdir()
    (tmp_path / "realmem" / "sample.json").write_bytes(sample_of("realmem").read_bytes())
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert data_folders("realmem") == [tmp_path / "realmem"]
    assert main(["data", "facts"]) == 0
    assert capsys.readouterr().out.count("not at hand") == 1
