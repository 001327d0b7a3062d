import pytest

from memlab.llm import ChatError, Message, Tool
from memlab.llm.recorded import RecordedChat
from memlab.testing import ScriptedChat

TOOL = Tool(name="search", description="Finds.", parameters={"query": "What."})


def hello(text="Hello"):
    return [Message(role="user", text=text)]


def test_what_was_recorded_is_replayed_without_the_chat(tmp_path):
    inner = ScriptedChat([[("search", {"query": "wörd\u2028"})], []])
    recording = RecordedChat(tmp_path / "chat.jsonl", inner)
    said = [recording.reply(hello(), [TOOL]), recording.reply(hello())]
    assert [recording.reply(hello(), [TOOL]), len(inner.shown)] == [said[0], 2]
    replayed = RecordedChat(tmp_path / "chat.jsonl")
    assert [replayed.reply(hello(), [TOOL]), replayed.reply(hello())] == said
    assert said[0].calls[0].arguments == {"query": "wörd\u2028"}


def test_what_was_not_recorded_is_told(tmp_path):
    with pytest.raises(ChatError, match=r"of its 0 replies none is to this request, which ends in 'Who\?'"):
        RecordedChat(tmp_path / "chat.jsonl").reply(hello("Who?"))


def test_a_line_that_is_none_is_told(tmp_path):
    (tmp_path / "chat.jsonl").write_text('{"request": {}}\n')
    with pytest.raises(ChatError, match=r"chat.jsonl:1 is no recorded reply"):
        RecordedChat(tmp_path / "chat.jsonl")
