import json

import pytest

from memlab.extract.facts import FactRules
from memlab.extract.llm import ChatFacts
from memlab.llm import Message
from memlab.testing import turn

GOOD = {
    "text": "I live in Oslo", "category": "fact", "slot": "home", "value": "Oslo", "single": True, "ends": False,
    "confidence": 0.9,
}  # fmt: skip
SAID = turn(1, "user: I live in Oslo and I love tea.")


class Scripted:
    """A chat that says its lines in order and remembers what it was asked."""

    def __init__(self, *lines):
        self.lines, self.asked = list(lines), []

    def reply(self, messages, tools=()):
        self.asked.append(list(messages))
        return Message(role="assistant", text=self.lines.pop(0))


class Nothing:
    def facts(self, turn, before=None):
        return ()


def facts(*lines, otherwise=None, said=SAID, before=None):
    chat = Scripted(*lines)
    return ChatFacts(chat, otherwise or Nothing()).facts(said, before), chat


def test_a_list_becomes_facts_whatever_stands_around_it():
    found, chat = facts(f"Here you are:\n```json\n{json.dumps([GOOD])}\n```")
    assert [(fact.slot, fact.value, fact.single) for fact in found] == [("home", "Oslo", True)]
    assert len(chat.asked) == 1
    assert facts("[]")[0] == ()


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("", "no JSON list"),
        ('[{"text": "I live', "no JSON list"),
        ('{"facts": 3}', "no JSON list"),
        ("[3]", "entry 1: it is no object"),
        (json.dumps([GOOD | {"category": "hobby"}]), "'category'"),
        (json.dumps([GOOD | {"single": "yes"}]), "'single'"),
        (json.dumps([GOOD | {"confidence": 7}]), "'confidence'"),
        (json.dumps([GOOD]).replace("0.9", "NaN"), "'confidence'"),
        (json.dumps([GOOD | {"confidence": True}]), "'confidence'"),
        (json.dumps([GOOD | {"text": "I live in Rome"}]), "does not stand"),
        (json.dumps([{k: v for k, v in GOOD.items() if k != "ends"}]), "'ends' is missing"),
        (json.dumps([GOOD | {"value": None}]), "says nothing"),
        ("[" * 5000, "no JSON list"),
    ],
)
def test_a_malformed_answer_is_told_what_is_wrong_and_may_be_put_right(answer, complaint):
    found, chat = facts(answer, json.dumps([GOOD]))
    assert [fact.value for fact in found] == ["Oslo"]
    assert complaint in chat.asked[1][-1].text


def test_what_stays_malformed_is_read_otherwise_and_the_well_formed_is_kept(caplog):
    half = json.dumps([GOOD | {"value": "Oslo town"}, {"text": 3}])
    found, _ = facts(half, "sorry", otherwise=FactRules())
    assert {(fact.slot, fact.value) for fact in found} == {("home", "Oslo town"), ("home", "Oslo"), ("likes", "tea")}
    assert "t1" in caplog.text


def test_an_assistants_turn_costs_no_reply_and_its_claim_counts_when_confirmed():
    assert facts(said=turn(1, "assistant: You live in Oslo.", speaker="assistant"))[1].asked == []
    claim = turn(0, "assistant: You live in Oslo?", speaker="assistant")
    found, chat = facts(json.dumps([GOOD]), said=turn(1, "user: Yes."), before=claim)
    assert [fact.value for fact in found] == ["Oslo"]
    assert "You live in Oslo?" in chat.asked[0][-1].text


def test_a_chat_that_is_out_of_reach_raises():
    with pytest.raises(IndexError):
        facts()
    with pytest.raises(ValueError, match="tries=0"):
        ChatFacts(Scripted(), Nothing(), tries=0)
