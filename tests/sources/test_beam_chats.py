import json
import shutil
from pathlib import Path

import pytest

from memlab.events import Turn
from memlab.sources import MissingData, SourceError
from memlab.sources.beam import Beam

SAMPLE = Path(__file__).parent.parent.parent / "datasets" / "beam" / "sample"


@pytest.fixture
def chat(tmp_path) -> Path:
    """A copy of the sample that a test may damage."""
    return shutil.copytree(SAMPLE, tmp_path / "100K" / "1")


def change(file, alter):
    raw = json.loads(file.read_text())
    alter(raw)
    file.write_text(json.dumps(raw))


def test_messages_that_the_encoder_cuts_are_counted(chat):
    def lengthen(raw):
        for message, words in zip(raw[0]["turns"][0], (256, 257, 5000, 1), strict=True):
            message["content"] = " ".join(["hull"] * words)

    change(chat / "chat.json", lengthen)
    assert Beam(chat).facts["100K: messages_over_256_word_pieces"] == 2


def test_chats_lie_in_folders_by_size_and_come_in_the_order_of_their_numbers(tmp_path):
    for folder in ("100K/10", "100K/2", "500K/1"):
        shutil.copytree(SAMPLE, tmp_path / folder)
    assert Beam(tmp_path).users() == ("100K-2", "100K-10")
    assert Beam(tmp_path, size="500K").users() == ("500K-1",)
    assert Beam(tmp_path / "100K" / "2" / "chat.json").users() == ("100K-2",)
    with pytest.raises(SourceError, match=r"no chats of size 1M at .*; there are some of 100K, 500K"):
        Beam(tmp_path, size="1M")


def test_the_data_folder_is_searched_for_the_size(tmp_path, monkeypatch):
    shutil.copytree(SAMPLE, tmp_path / "beam" / "chats" / "100K" / "1")
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert Beam().users() == ("100K-1",)
    with pytest.raises(MissingData, match=r"no \*\*/10M/\*/chat\.json at .*beam"):
        Beam(size="10M")


def test_the_plans_of_a_large_chat_are_read_in_order(chat):
    file = chat / "chat.json"
    batches = json.loads(file.read_text())
    plans = {f"plan-{n}": [] for n in (3, 5, 6, 7, 8, 9)} | {"plan-10": batches[2:], "plan-2": batches[1:2]}
    file.write_text(json.dumps([{"plan-1": batches[:1]}, plans | {"plan-4": None}]))
    assert [turn.id for turn in Beam(chat).life("100K-1", seed=0).stream() if isinstance(turn, Turn)] == [
        f"m{n}" for n in range(20)
    ]


def test_questions_may_lie_in_a_folder_of_their_own(chat):
    (chat / "probing_questions").mkdir()
    shutil.move(chat / "probing_questions.json", chat / "probing_questions" / "probing_questions.json")
    assert Beam(chat).facts["100K: questions"] == 14
    shutil.rmtree(chat / "probing_questions")
    with pytest.raises(SourceError, match=r"no probing_questions\.json beside .*a chat is read with its questions"):
        Beam(chat)


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda raw: raw.reverse(), "message 14 follows message 19; ids must increase"),
        (lambda raw: raw[1]["turns"].reverse(), "message 8 follows message 13; ids must increase"),
        (lambda raw: raw[0]["turns"][0][1].update(id=0), "message 0 follows message 0; ids must increase"),
        (
            lambda raw: raw[0]["turns"][0][0].update(time_anchor="noon"),
            "batch 1: time_anchor is 'noon'; expected a form",
        ),
        (lambda raw: raw[0]["turns"][0][0].pop("time_anchor"), "batch 1: its first message has no 'time_anchor'"),
        (lambda raw: raw[2]["turns"][0][1].pop("content"), "batch 3, message 1: it needs 'id', 'content' and a 'role'"),
        (lambda raw: raw[3].pop("turns"), "batch 4: no 'turns' with groups of messages"),
        (lambda raw: raw.clear(), "must hold a list of batches"),
    ],
)
def test_a_damaged_or_reordered_chat_is_named_with_its_place(chat, alter, message):
    change(chat / "chat.json", alter)
    with pytest.raises(SourceError, match=message):
        Beam(chat)


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda raw: raw.update(trivia=[]), "'trivia' is no kind with a list; it must be one of abst"),
        (lambda raw: raw["abstention"][0].pop("question"), "abstention, question 0: no text under 'question'"),
        (lambda raw: raw.clear(), "must hold a mapping of kinds to questions"),
    ],
)
def test_damaged_questions_are_named_with_their_place(chat, alter, message):
    change(chat / "probing_questions.json", alter)
    with pytest.raises(SourceError, match=message):
        Beam(chat)


def test_a_file_of_another_data_set_is_refused(sample):
    with pytest.raises(SourceError, match=r"no probing_questions\.json beside"):
        Beam(sample)
