"""What became of labels is counted in one way by every source, adds up, and stands in the manifest and the report."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memlab
from memlab.config import plan
from memlab.report.page import write_report
from memlab.results import load
from memlab.runs import execute
from memlab.sources import MissingData
from memlab.sources.cards import names
from memlab.sources.reading import FATES, no_labels, traced

RECORDED = [name for name in names() if name not in ("simulated", "trials", "reacting")]
DEVELOPMENT = [name for name in RECORDED if name not in ("realtalk", "jsonl")]


def counted(source):
    """A source's counts of labels, summed over its files."""
    sums = dict.fromkeys(no_labels(), 0)
    for fact, count in source.facts.items():
        what = fact.rpartition(": ")[2]
        if what in sums:
            sums[what] += count
    return sums


def check_sums(source):
    counts = counted(source)
    plain = {fact.rpartition(": ")[2] for fact in source.facts}
    assert plain >= {"labels", *FATES, "labels_repaired"}
    assert counts["labels"] == sum(counts[fate] for fate in FATES)
    assert min(counts.values()) >= 0
    return counts


@pytest.mark.parametrize("name", RECORDED)
def test_every_source_counts_under_the_same_words_and_the_sum_is_the_number_of_labels(name, sample_of):
    check_sums(memlab.make(f"source/{name}", path=str(sample_of(name))))


@pytest.mark.parametrize("name", DEVELOPMENT)
def test_the_sum_holds_on_the_development_share(name):
    try:
        counts = check_sums(memlab.make(f"source/{name}"))
    except MissingData as absent:
        pytest.skip(f"{absent}: its labels are not counted")
    published = {"locomo": 1351, "beam": 356, "realmem": 426, "longmemeval": 22, "lifebench": 1081, "deepmemeval": 467}
    assert (counts["labels"], counts["labels_dangling"]) == (published[name], 2 if name == "locomo" else 0)


def ids_in(text):
    return max(1, len(re.findall(r"D *:?\d+ *[:;] *\d+", text)))


def written(name, sample):
    """How many labels a sample's file holds, counted without the loader."""
    if name == "jsonl":
        gold = [json.loads(line).get("gold", {}) for line in sample.read_text().splitlines()]
        nuggets = [nugget for one in gold for nugget in one.get("evidence", [])]
        return sum(len(nugget["turns"]) if isinstance(nugget, dict) else 1 for nugget in nuggets)
    held = json.loads((next(sample.glob("[Qp]*.json")) if sample.is_dir() else sample).read_text())
    match name:
        case "locomo":
            return sum(ids_in(entry) for question in held[0]["qa"] for entry in question["evidence"])
        case "beam":
            questions = [question for of_kind in held.values() for question in of_kind]
            return sum(len(re.findall(r"\d+", str(question.get("source_chat_ids")))) for question in questions)
        case "realmem":
            turns = [turn for session in held["dialogues"] for turn in session["dialogue_turns"]]
            return sum(len(turn.get("memory_session_uuids", [])) for turn in turns)
        case "longmemeval":
            return sum(len(question["answer_session_ids"]) for question in held)
        case _:
            return sum(len(question.get("evidence") or []) for question in held)


@pytest.mark.parametrize("name", ["locomo", "beam", "realmem", "longmemeval", "lifebench", "jsonl"])
def test_no_label_of_the_file_is_left_out_of_the_sum(name, sample_of):
    counts = counted(memlab.make(f"source/{name}", path=str(sample_of(name))))
    assert counts["labels"] == written(name, sample_of(name)) > 0


@given(st.lists(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_a_label_has_one_fate(labels, known):
    counts = traced(labels, known)
    assert counts["labels"] == len(labels) == sum(counts[fate] for fate in FATES)
    assert counts["labels_resolved"] == len(known & set(labels))
    assert counts["labels_dangling"] == sum(label not in known for label in labels)


@pytest.mark.parametrize("name", RECORDED)
def test_what_became_of_labels_stands_in_the_manifest_and_in_the_report(name, sample_of, tmp_path):
    asked = [f"source={name}", f"source.path={sample_of(name)}", "strategy=none", "tracking=none", "workers=1"]
    (run,) = execute(plan([*asked, f"out={tmp_path}"]))
    told = json.loads((run.folder / "manifest.json").read_text())["source"]
    page = write_report(load([run.folder]), tmp_path / "report").read_text()
    for word in ("labels", *FATES, "labels_repaired"):
        (fact,) = [fact for fact in told if fact.endswith(f": {word}")]
        assert f"{fact} {told[fact]}" in page
