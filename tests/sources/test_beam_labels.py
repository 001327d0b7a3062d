from hypothesis import given
from hypothesis import strategies as st

from memlab.sources.beam.labels import read_labels

SAID = frozenset(range(12))
IDS = st.lists(st.integers(0, 14), max_size=4)


@given(old=IDS, new=IDS)
def test_what_is_stale_precedes_what_holds_and_nothing_is_lost(old, new):
    question = {"source_chat_ids": {"original_info": old, "updated_info": new}}
    labels = read_labels("knowledge_update", question, SAID)
    assert {*labels.named} == {*old, *new} & SAID
    assert not {*labels.old} & {*labels.new}
    assert all(before < after for before in labels.old for after in labels.new)
    assert bool(labels.old) == bool(labels.new)
    assert bool(labels.named) == (bool(labels.old) or labels.dropped)
    assert labels.flaws["labels_dangling"] == sum(id not in SAID for id in [*old, *new])
    assert labels.flaws["labels_repeated"] == sum(id in SAID for id in [*old, *new]) - len(labels.named)


@given(first=IDS, second=IDS)
def test_only_updates_make_anything_stale(first, second):
    question = {"source_chat_ids": {"first_statement": first, "second_statement": second}}
    labels = read_labels("contradiction_resolution", question, SAID)
    assert (labels.old, labels.new, labels.dropped) == ((), (), False)


def test_lists_in_lists_and_ids_in_quotes_are_repaired_and_no_id_dangles():
    labels = read_labels("event_ordering", {"source_chat_ids": [1, [2, 3], "4", " 5 ", "six", None, True]}, SAID)
    assert labels.named == (1, 2, 3, 4, 5)
    assert (labels.flaws["labels_repaired"], labels.flaws["labels_dangling"]) == (4, 3)


def test_a_question_without_labels_names_nothing():
    for question in ({}, {"source_chat_ids": None}, {"source_chat_ids": []}, {"source_chat_ids": {}}):
        labels = read_labels("knowledge_update", question, SAID)
        assert (labels.named, labels.dropped, sum(labels.flaws.values())) == ((), False, 0)


def test_an_update_with_a_plain_list_of_ids_tells_no_order():
    assert read_labels("knowledge_update", {"source_chat_ids": [1, 2]}, SAID).dropped
