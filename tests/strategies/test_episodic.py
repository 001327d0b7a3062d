"""Announced in one session, told in a later one: linked, found, and forgotten with what was erased."""

from functools import partial

import numpy as np
import pytest

from memlab import make
from memlab.config import ConfigError
from memlab.events import Erasure, Forget
from memlab.strategies.episodic import by_session, by_topic
from memlab.testing import START, ask, turn

NEWS = "The aquarium interview went well, they hired me!"
AHEAD = "The aquarium interview is on Friday."
TALK = (
    (0, 0, AHEAD),
    (1, 0, "My tomatoes are full of aphids."),
    (2, 1, "The tram was late again."),
    (3, 2, NEWS),
    (4, 2, "Soup for lunch."),
)
HOW = "How did the aquarium interview go?"


def told(talk=TALK, **numbers):
    numbers = {"follows": 0.4, "split": by_session, "trigger_tokens": 32} | numbers
    memory = make("strategy/episodic", encoder=make("encoder/hashing"), **numbers)
    for place, session, text in talk:
        memory.observe(turn(place, text, session=session))
    return memory


def found(memory, question=HOW):
    return [memory.id for memory in memory.recall(ask(50, question)).memories]


def test_what_follows_up_an_announcement_quotes_and_cites_it():
    (first, *_) = told().recall(ask(50, HOW)).memories
    assert first.id == "episode:t3:t0"
    assert first.sources == ("t3", "t0")
    assert first.text == f"{NEWS}\nearlier: {AHEAD}"


def test_a_link_may_rank_and_neither_be_quoted_nor_cited():
    (first, *_) = told(trigger_tokens=0).recall(ask(50, HOW)).memories
    assert (first.id, first.text, first.sources) == ("episode:t3", NEWS, ("t3",))
    assert [episode.trigger.id for episode in told(trigger_tokens=0).episodes()][-1] == "t0"


def test_without_the_link_and_the_look_ahead_the_announcement_is_as_near():
    plain = told(follow_weight=0.0, ahead_weight=0.0, episode_weight=0.0)
    assert found(plain)[:1] == ["episode:t0"]
    assert found(told(follow_weight=0.0, ahead_weight=0.5, episode_weight=0.0))[:1] == ["episode:t3:t0"]
    assert found(told(follow_weight=0.5, ahead_weight=0.0, episode_weight=0.0))[:1] == ["episode:t3:t0"]


def test_nothing_is_followed_up_within_its_own_session_or_when_too_far():
    same = told([(0, 0, AHEAD), (1, 0, NEWS)])
    assert found(same)[-1:] == ["episode:t0"]
    assert {memory.sources for memory in same.memories()} == {("t0",), ("t1",)}
    assert all(len(memory.sources) == 1 for memory in told(follows=0.99).memories())


def test_the_assistants_words_are_no_lines():
    memory = told()
    memory.observe(turn(9, "The aquarium interview went badly.", session=3, speaker="assistant"))
    assert not any("t9" in memory.sources for memory in memory.memories())


def test_an_erased_announcement_unlinks_what_followed():
    memory = told()
    memory.observe(Erasure(at=START, session=3, turns=frozenset({"t0"})))
    assert found(memory)[0] == "episode:t3"
    assert AHEAD not in "".join(memory.text for memory in memory.memories())


def test_a_forgotten_announcement_is_followed_up_no_more():
    memory = told(TALK[:3])
    memory.observe(Forget(at=START, session=1, memories=frozenset({"episode:t0"})))
    memory.observe(turn(3, NEWS, session=2))
    assert found(memory)[0] == "episode:t3"
    assert "episode:t0" not in found(memory)


def test_an_episode_has_a_trigger_a_summary_an_outcome_a_sentiment_and_times():
    memory = told(summary_lines=1)
    garden, tram, news = memory.episodes()
    assert (garden.trigger.id, garden.outcome, garden.sentiment) == ("t0", None, None)
    assert (tram.session, tram.start, tram.end) == (1, tram.trigger.at, tram.trigger.at)
    assert (news.trigger.id, news.outcome.id, news.sentiment) == ("t0", "t3", "positive")
    assert len(garden.summary) == 1
    assert [episode.session for episode in memory.similar("aquarium interview hired", k=1)] == [2]


def test_episodes_end_with_the_session_or_with_the_topic():
    assert [episode.session for episode in told().episodes()] == [0, 1, 2]
    split = told(split=partial(by_topic, least=0.99))
    assert [episode.session for episode in split.episodes()] == [0, 0, 1, 2, 2]
    north, east = np.eye(2, dtype=np.float32)
    assert by_topic(north, east, least=0.1)
    assert not by_topic(north, north, least=0.1)
    assert not by_session(north, east)


def test_what_to_avoid_is_told_in_words_of_failure():
    talk = [(0, 0, "Baking with yeast worked, lovely."), (1, 1, "Baking with soda was a disaster.")]
    question = "Which baking should I avoid?"
    assert found(told(talk, avoid_weight=1.0), question)[0] == "episode:t1"
    assert found(told(talk, avoid_weight=0.0), "Baking with yeast?")[0] == "episode:t0"


def test_numbers_out_of_range_are_refused():
    with pytest.raises(ConfigError, match="summary_lines at least 1"):
        told(summary_lines=0)
