import json

import pytest

from memlab.events import Query
from memlab.sources import MissingData, SourceError
from memlab.sources.locomo import Locomo


@pytest.fixture
def files(sample, tmp_path):
    """The sample under the id of the first published conversation, and an audit of three of its questions."""
    (conversation,) = json.loads(sample.read_text())
    data = tmp_path / "locomo.json"
    data.write_text(json.dumps([conversation | {"sample_id": "conv-26"}]))

    def entry(place, error, answer, evidence):
        text = conversation["qa"][place]["question"]
        about = {"question_id": f"locomo_0_qa{place}", "question": text, "error_type": error}
        return about | {"correct_answer": answer, "correct_evidence": evidence}

    audit = tmp_path / "errors.json"
    entries = [
        entry(0, "HALLUCINATION", "a yellow kiwi", ["D1:4", "D2:2"]),
        entry(1, "AMBIGUOUS", "who knows", ["D1:1"]),
    ]
    audit.write_text(json.dumps(entries))
    return data, audit


def judged(source):
    lived = source.life("conv-26", seed=0)
    asked = [event for event in lived.stream() if isinstance(event, Query)]
    return {query.text: lived.gold[query.id] for query in asked}


def test_answers_and_evidence_are_replaced_and_the_ambiguous_left_out(files):
    data, audit = files
    plain, audited = judged(Locomo(data)), judged(Locomo(data, labels="audited", audit=audit))
    texts = [question["question"] for question in json.loads(data.read_text())[0]["qa"]]
    assert audited[texts[0]].answers == ("a yellow kiwi",)
    assert [sorted(nugget.turns) for nugget in audited[texts[0]].evidence] == [["D1:4"], ["D2:2"]]
    assert plain.keys() - audited.keys() == {texts[1]}
    assert all(audited[text] == plain[text] for text in texts[2:])


def test_what_was_corrected_is_counted_and_enters_the_digest(files):
    data, audit = files
    source = Locomo(data, labels="audited", audit=audit)
    assert source.facts["audit_left_out_ambiguous"] == 1
    assert source.facts["audit_answers"] == source.facts["audit_evidence"] == 1
    assert source.digest.startswith(Locomo(data).digest + "+")


def test_an_audit_of_another_file_is_refused(files):
    data, audit = files
    entries = json.loads(audit.read_text())
    entries[0]["question"] = "Who paints?"
    audit.write_text(json.dumps(entries))
    with pytest.raises(SourceError, match=r"question 0 of conv-26 is 'Who paints\?', the file's"):
        Locomo(data, labels="audited", audit=audit)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "must hold a list of corrections"),
        ("[{}]", "entry 0: no 'question_id'; not an audit"),
        (
            '[{"question_id": "q1", "question": "", "error_type": "", "correct_answer": "", "correct_evidence": []}]',
            "'q1'",
        ),
        ("[", "is not whole JSON"),
    ],
)
def test_what_is_no_audit_is_refused(files, tmp_path, content, message):
    (tmp_path / "broken.json").write_text(content)
    with pytest.raises(SourceError, match=message):
        Locomo(files[0], labels="audited", audit=tmp_path / "broken.json")


def test_an_audit_serves_audited_labels_only(files):
    with pytest.raises(SourceError, match="labels is 'judged'; it serves labels=audited only"):
        Locomo(files[0], audit=files[1])


def test_an_audit_in_the_data_folder_is_found_by_its_content(files, tmp_path, monkeypatch):
    folder = tmp_path / "data" / "locomo"
    folder.mkdir(parents=True)
    monkeypatch.setenv("MEMLAB_DATA", str(folder.parent))
    (folder / "talks.json").write_bytes(files[0].read_bytes())
    with pytest.raises(MissingData, match="no audit of the labels beside"):
        Locomo(labels="audited")
    (folder / "a.json").write_bytes(files[1].read_bytes())
    found, named = Locomo(labels="audited"), Locomo(folder / "talks.json", labels="audited", audit=files[1])
    assert found.facts == named.facts
    assert found.digest == named.digest


def test_an_audit_that_is_not_there_is_named(files, tmp_path):
    with pytest.raises(SourceError, match=r"no file at .*gone\.json, which source\.audit names"):
        Locomo(files[0], labels="audited", audit=tmp_path / "gone.json")


def test_the_development_share_is_corrected_as_counted(locomo_dev):
    audit = locomo_dev.parent / "audit_dev.json"
    if not audit.exists():
        pytest.skip(f"no audit beside {locomo_dev}")
    source = Locomo(locomo_dev, labels="audited", audit=audit)
    assert source.facts["audit_left_out_ambiguous"] == 7
    assert (source.facts["audit_answers"], source.facts["audit_evidence"]) == (58, 54)


def test_every_entry_of_an_audit_is_accounted_for_and_its_dangling_labels_are_counted(files):
    data, audit = files
    entries = json.loads(audit.read_text())
    entries[0]["correct_evidence"] = ["D1:4", "D9:9"]
    audit.write_text(json.dumps([*entries, entries[0] | {"question_id": "locomo_7_qa0"}]))
    facts = Locomo(data, labels="audited", audit=audit).facts
    assert {name: count for name, count in facts.items() if name.startswith("audit_")} == {
        **{"audit_entries": 3, "audit_used": 1, "audit_left_out_ambiguous": 1, "audit_of_other_questions": 1},
        **{"audit_answers": 1, "audit_evidence": 1, "audit_labels_dangling": 1},
    }
