"""JSON as models write it, and replies held to a shape."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.llm import ChatError, Message
from memlab.llm.shaped import ask, loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@dataclass(frozen=True)
class Fact:
    what: str
    sure: float = 0.5


class Saying:
    """A chat that says its texts in turn."""

    def __init__(self, *texts):
        self.texts, self.shown = list(texts), []

    def reply(self, messages, tools=()):
        self.shown.append(list(messages))
        return Message(role="assistant", text=self.texts.pop(0))


class Schematic(Saying):
    """One that takes a schema."""

    def reply_in(self, messages, schema):
        self.schema = schema
        return self.reply(messages)


@settings(max_examples=40)
@given(VALUES)
def test_json_is_read_as_json(value):
    assert loads(json.dumps(value)) == value


@settings(max_examples=40)
@given(
    st.dictionaries(st.text(), VALUES), st.sampled_from(["```json\n{}\n```", "Here you are: {} Anything else?", "{}"])
)
def test_what_stands_around_it_is_passed_over(value, around):
    assert loads(around.replace("{}", json.dumps(value))) == value


@settings(max_examples=40)
@given(st.lists(st.text(), min_size=1))
def test_a_comma_too_many_changes_no_text(texts):
    assert loads(json.dumps(texts)[:-1] + " ,]") == texts


@pytest.mark.parametrize("text", ["", "no", '{"a": "b', '{"a": [1, 2', "}{", "{" * 5000, "[" * 100_000, '{"a" 1}'])
def test_what_is_cut_short_or_none_is_not_made_up(text):
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_a_reply_becomes_a_value_and_a_schema_is_told_in_words_and_to_who_takes_it():
    chat = Schematic('{"what": "moved", "sure": 1}')
    assert ask(chat, [Message(role="system", text="Be."), Message(role="user", text="x")], Fact) == Fact("moved", 1.0)
    assert (chat.schema["required"], chat.schema["additionalProperties"]) == (["what", "sure"], False)
    assert [m.role for m in chat.shown[0]] == ["system", "user"]
    assert chat.shown[0][0].text.startswith("Be.\n\nReply with one JSON value of this schema")
    assert ask(Saying("[]"), [Message(role="user", text="x")], list[Fact]) == []


@pytest.mark.parametrize(
    ("first", "told"),
    [('{"sure": 1}', "at what: Field required"), ("Well.", "no whole JSON value"), ('{"what": "x', "no whole JSON")],
)
def test_what_does_not_fit_goes_back_with_what_is_wrong(first, told):
    chat = Saying(first, '{"what": "moved"}')
    assert ask(chat, [Message(role="user", text="x")], Fact) == Fact("moved")
    assert told in chat.shown[1][-1].text
    assert chat.shown[1][-2].text == first


def test_when_nothing_fits_it_is_told_and_not_lost():
    with pytest.raises(ChatError, match=r"does not fit Fact: at what: .*; it said '\{\"what\": 7\}'") as caught:
        ask(Saying("Well.", '{"what": 7}'), [Message(role="user", text="x")], Fact)
    assert caught.value.said == '{"what": 7}'
