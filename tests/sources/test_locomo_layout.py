import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.sources.locomo_layout import label_counts, named_ids, session_numbers


@pytest.mark.parametrize(
    ("label", "ids"),
    [
        ("D1:11", ["D1:11"]),
        ("D1:11; D3:18", ["D1:11", "D3:18"]),
        ("D9:1 D4:4 D4:6", ["D9:1", "D4:4", "D4:6"]),
        ("D17;39", ["D17:39"]),
        ("D20:6.", ["D20:6"]),
        ("D 2:18", ["D2:18"]),
        ("D:11:26", ["D11:26"]),
        ("D30:05", ["D30:5"]),
        ("d4:2", ["D4:2"]),
        ("D12:3-D12:5", ["D12:3", "D12:4", "D12:5"]),
        ("D12:3 - 5", ["D12:3", "D12:4", "D12:5"]),
        ("D12:5-D12:3", ["D12:5", "D12:3"]),
        ("D12:9-D13:2", ["D12:9", "D13:2"]),
        ("D1:2-D1:3, D1:3", ["D1:2", "D1:3"]),
        ("D", []),
        ("", []),
        (None, []),
    ],
)
def test_ids_are_read_in_many_shapes(label, ids):
    assert named_ids(label) == ids


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 99)), unique=True, max_size=6), st.sampled_from("; ,\n"))
def test_every_id_of_a_list_is_read(pairs, between):
    ids = [f"D{session}:{turn}" for session, turn in pairs]
    assert named_ids(between.join(ids)) == ids


def test_labels_are_repaired_or_dangle_and_nothing_is_dropped_in_silence():
    questions = [
        {"category": 1, "evidence": ["D1:1", "D1;2", "D1:9"]},
        {"category": 1, "evidence": ["D1:1,2", ""]},
        {"category": 2, "evidence": ["D7:7"]},
        {"category": 2, "evidence": None},
    ]
    assert label_counts(questions, {"D1:1", "D1:2"}, {1: "a", 2: "b"}) == {
        "questions": 4,
        "questions_with_evidence": 2,
        "labels": 7,
        "labels_resolved": 3,
        "labels_repeated": 0,
        "labels_dangling": 4,
        "labels_late": 0,
        "labels_unasked": 0,
        "labels_repaired": 2,
        "a": 2,
        "b": 2,
    }


def test_a_date_without_a_session_is_no_session():
    assert session_numbers({"session_10": [], "session_2": [], "session_3_date_time": "", "session_4": None}) == [2, 10]
