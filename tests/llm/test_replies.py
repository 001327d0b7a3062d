"""Kept replies: found by content, and gone without a byte when what they hold is to be gone."""

import pytest

from memlab.llm import Message, Tool, ToolCall
from memlab.llm.replies import Replies, key_of
from memlab.llm.wire import request_of


def asked(*texts, tools=(), **parameters):
    return request_of([Message(role="user", text=text) for text in texts], tools, None, model="tiny", **parameters)


def said(text, *calls):
    return Message(role="assistant", text=text, calls=calls, tokens_in=5, tokens_out=2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "replies.sqlite"


def test_a_reply_comes_back_whole_and_the_first_stays(path):
    call = ToolCall(id="c0", name="search", arguments={"query": "bö\n"}, error=None)
    assert Replies(path).get(asked("hi")) is None
    assert not path.exists()
    assert Replies(path).put(asked("hi"), said("one", call)) == said("one", call)
    assert Replies(path).put(asked("hi"), said("two")) == said("one", call)
    assert Replies(path).get(asked("hi")) == said("one", call)


def test_whatever_a_reply_depends_on_is_in_its_key():
    tool = Tool(name="search", description="Finds.", parameters={"query": "What."})
    result = [Message(role="tool", text="hi", answers="c1")]
    requests = [asked("hi"), asked("ho"), asked("hi", "hi"), asked("hi", tools=[tool]), asked("hi", temperature=1.0)]
    requests += [request_of(result, (), None, model="tiny"), request_of(result, (), {"type": "object"}, model="tiny")]
    assert len({key_of(request) for request in requests}) == len(requests)
    assert key_of(request_of([said("hi")], (), None)) == key_of(
        request_of([Message(role="assistant", text="hi")], (), None)
    ), "what an earlier reply cost is no part of it"


@pytest.mark.parametrize(
    "canary", ["I keep xylophones", 'a "quoted" <b>\nlong & wide \\ text', "ÄÖÜ-Schlüssel 日本", "🦜🦜", "…!"]
)
def test_what_is_to_be_forgotten_leaves_no_byte_wherever_it_stood(path, canary):
    import json

    quoted = json.dumps({"text": canary}, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    replies = Replies(path)
    rows = [(asked(canary), said("a")), (asked(f"data: {quoted}"), said("b")), (asked("c"), said(f"You said {canary}"))]
    rows += [(asked("d"), said("", ToolCall(id="1", name="file", arguments={"content": canary})))]
    for request, reply in [*rows, (asked("harmless"), said("kept"))]:
        replies.put(request, reply)
    assert replies.forget([canary, "", "never said"]) == 4
    assert [replies.get(request) for request, _ in rows] == [None] * 4
    assert replies.get(asked("harmless")) == said("kept")
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    spelt = json.dumps(canary, ensure_ascii=False)[1:-1]
    assert not any(form.encode() in left for form in (canary, spelt, json.dumps(spelt, ensure_ascii=False)[1:-1]))


def test_a_word_within_a_word_is_another_word(path):
    Replies(path).put(asked("the Denverite"), said("yes"))
    assert Replies(path).forget(["Denver"]) == 0


def test_clearing_leaves_nothing(path):
    Replies(path).clear()
    Replies(path).put(asked("xylophone"), said("xylophone"))
    Replies(path).clear()
    assert Replies(path).get(asked("xylophone")) is None
    assert b"xylophone" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
