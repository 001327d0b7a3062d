"""The replier: what it says of what it was given, and what the user waits for it."""

import pytest

from memlab import make
from memlab.config import ConfigError, load_option
from memlab.events import Memory
from memlab.readers import Weighing
from memlab.testing import START, ask
from memlab.text import contains, count_tokens

TOWNS = ("Boston", "Denver", "Lyon")
NODE = load_option("reader", "replier")


@pytest.fixture(scope="module")
def replier():
    return make("reader/replier")


def said(*texts):
    return [Memory(id=f"m{n}", text=text, score=1.0, at=START, sources=(f"t{n}",)) for n, text in enumerate(texts)]


DENVER = said("user: the town where I live is Denver", "user: insulin twice a day, that is my medication")


def test_it_chooses_as_the_reader_that_chooses(replier):
    question, choice = ask(90, "In which town do I live?"), make("reader/choice", encoder=None)
    for memories in (DENVER, DENVER[1:], said("user: the town I live in is Lyon, no longer Denver"), []):
        assert replier.answer(question, memories, TOWNS).choice == choice.answer(question, memories, TOWNS).choice


def test_it_weighs_as_the_reader_that_chooses(replier):
    question, choice = ask(90, "In which town do I live?"), make("reader/choice", encoder=None)
    assert isinstance(replier, Weighing)
    for memories in (DENVER, []):
        weighed = replier.weigh(question, memories, TOWNS)
        assert weighed == choice.weigh(question, memories, TOWNS)
        assert sum(weighed.values()) == pytest.approx(1)
    assert replier.weigh(question, DENVER, ()) is None


def test_it_says_what_it_chose_and_brings_up_nothing_else(replier):
    reply = replier.answer(ask(90, "In which town do I live?"), DENVER, TOWNS)
    assert reply.text in [sentence.format(choice="Denver") for sentence in NODE["answers"]]
    assert reply.used == ("m0",)
    assert not contains(reply.text, "insulin")


def test_a_request_that_asks_nothing_is_acted_on(replier):
    reply = replier.answer(ask(90, "Find me a flat in the town where I live."), DENVER, TOWNS)
    assert reply.text in [sentence.format(choice="Denver") for sentence in NODE["acts"]]


@pytest.mark.parametrize("choices", [TOWNS, ()])
def test_where_it_does_not_know_it_asks_back(replier, choices):
    reply = replier.answer(ask(90, "In which town do I live?"), [], choices)
    assert (reply.choice, reply.used) == (None, ())
    assert reply.text in NODE["asks"]


def test_one_choice_is_worded_alike_whoever_asks(replier):
    texts = {replier.answer(ask(n, "In which town do I live?"), DENVER, TOWNS).text for n in range(90, 120)}
    assert len(texts) == 1


def test_seconds_are_declared(replier):
    question = ask(90, "In which town do I live?")
    reply, per = replier.answer(question, DENVER, TOWNS), NODE["seconds"]
    read = sum(count_tokens(text) for text in (question.text, *(memory.text for memory in DENVER)))
    assert (reply.tokens_in, reply.tokens_out) == (read, count_tokens(reply.text))
    waited = per["call"] + 2 * per["memory"] + per["token_in"] * read + per["token_out"] * reply.tokens_out
    assert reply.seconds == pytest.approx(waited, abs=0.0006)


@pytest.mark.parametrize(("params", "told"), [({"asks": []}, "asks is empty"), ({"seconds": {"call": 1}}, "token_in")])
def test_what_does_not_fit_is_refused(params, told):
    with pytest.raises(ConfigError, match=told):
        make("reader/replier", **params)
