"""A window and a running summary of what has left it, made of sentences or written by a chat."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab import make
from memlab.events import Erasure, Forget
from memlab.stores.sqlite import SqliteStore
from memlab.testing import START, ScriptedChat, ask, turn
from memlab.text import count_tokens

AT = START + timedelta(hours=9)
TALK = (
    "The parrot swears again. It is Monday.",
    "I fed the parrot. The kettle sang.",
    "My parrot likes Denver. So it goes.",
    "Denver is cold. The tram was late.",
    "We fly to Denver. Tea is ready.",
    "The lamp broke. Denver has lamps.",
)
SMALL = {"capacity": 2, "summary_tokens": 14}


def heard(strategy, texts=TALK, first=0):
    for place, text in enumerate(texts, first):
        strategy.observe(turn(place, text))
    return strategy


def held(strategy):
    return [(memory.id, memory.text, memory.sources) for memory in strategy.memories()]


def texts(strategy):
    return [memory.text for memory in strategy.memories()]


def test_what_leaves_the_window_leaves_its_most_telling_sentence():
    strategy = heard(make("strategy/buffer_summary", capacity=2, summary_tokens=100), TALK[:4])
    assert texts(strategy) == ["I fed the parrot.", "The parrot swears again.", TALK[3], TALK[2]]
    assert [memory.sources for memory in strategy.memories()] == [("t1",), ("t0",), ("t3",), ("t2",)]


def test_summary_and_window_stand_newest_first_and_scores_fall():
    strategy = heard(make("strategy/buffer_summary", **SMALL))
    recalled = strategy.recall(ask(90, "anything")).memories
    assert [memory.score for memory in recalled] == [1 / (1 + place) for place in range(len(recalled))]
    assert [memory.text for memory in recalled] == texts(strategy)
    assert recalled[-2:] == strategy.recall(ask(90, "anything")).memories[-2:]


@settings(max_examples=30)
@given(st.lists(st.text(alphabet="abc dé.\n", max_size=60), max_size=12), st.integers(0, 20))
def test_the_summary_never_outgrows_its_limit(said, limit):
    strategy = heard(make("strategy/buffer_summary", capacity=1, summary_tokens=limit), said)
    lines = [memory.text for memory in strategy.memories()][: -1 if said else None]
    assert sum(map(count_tokens, lines)) <= limit


@settings(max_examples=30)
@given(st.sets(st.integers(0, 5)), st.sets(st.integers(0, 5), max_size=2))
def test_what_is_erased_counts_as_never_said(erased, forgotten):
    lines = {memory.id for memory in heard(make("strategy/buffer_summary", **SMALL)).memories()}
    drop = Forget(at=AT, session=0, memories=frozenset(sorted(lines)[n] for n in forgotten if n < len(lines)))
    gone = frozenset(f"t{n}" for n in erased)
    strategy, twin = (make("strategy/buffer_summary", **SMALL) for _ in range(2))
    heard(strategy)
    for place, text in enumerate(TALK):
        if place not in erased:
            twin.observe(turn(place, text))
    strategy.observe(drop)
    twin.observe(drop)
    strategy.observe(Erasure(at=AT, session=0, turns=gone))
    assert held(strategy) == held(twin)
    assert not {id for id, _, _ in held(strategy)} & drop.memories


def written(chat, store=None, **numbers):
    parts = {"chat": chat, "store": store or SqliteStore()}
    return make("strategy/buffer_written", **parts, **{"capacity": 1, "summary_tokens": 40} | numbers)


def test_a_chat_writes_the_lines_of_the_turn_that_leaves():
    chat = ScriptedChat(["* Has a parrot.\n\n2. It swears.", "", "far too long " * 40])
    strategy = heard(written(chat), TALK[:4])
    assert [(memory.text, memory.sources) for memory in strategy.memories()][:-1] == [
        ("It swears.", ("t0",)),
        ("Has a parrot.", ("t0",)),
    ]
    assert TALK[0] in chat.shown[0][-1].text
    assert "* Has a parrot." in chat.shown[1][0].text


def test_what_a_chat_wrote_is_not_asked_for_again_until_an_erasure(tmp_path):
    path = tmp_path / "life.sqlite"
    strategy = heard(written(ScriptedChat(["One.", "Two.", "Three."]), SqliteStore(path)), TALK[:4])
    before = held(strategy)
    strategy.close()
    chat = ScriptedChat(["New one.", "New three."])
    reopened = written(chat, SqliteStore(path))
    assert (held(reopened), chat.shown) == (before, [])
    reopened.observe(Erasure(at=AT, session=0, turns=frozenset({"t1"})))
    assert texts(reopened) == ["New three.", "New one.", TALK[3]]
    assert len(chat.shown) == 2


def test_a_turn_that_a_chat_failed_to_fold_is_folded_when_it_is_said_again():
    strategy = written(ScriptedChat([OSError("down"), "One."]))
    strategy.observe(turn(0, TALK[0]))
    with pytest.raises(OSError, match="down"):
        strategy.observe(turn(1, TALK[1]))
    assert texts(strategy) == [TALK[0]]
    strategy.observe(turn(1, TALK[1]))
    assert texts(strategy) == ["One.", TALK[1]]


@pytest.mark.parametrize("number", [{"capacity": 0}, {"summary_tokens": -1}, {"lines_per_turn": 0}])
def test_numbers_out_of_range_are_refused(number):
    with pytest.raises(Exception, match="summary_tokens must be 0 or more, the others at least 1"):
        make("strategy/buffer_summary", **number)
