"""Reacting lives keep the laws of lives, whatever is replied; what two assistants share is drawn alike."""

from dataclasses import replace
from itertools import pairwise

import pytest

from memlab import make
from memlab.checks import CheckFailed, NotApplicable
from memlab.data.exact import EXACT_LAWS
from memlab.data.laws import LAWS
from memlab.data.survey import LivedThrough, Survey
from memlab.events import Erasure, Query, Reply, SessionEnd, Turn
from memlab.life import limited
from memlab.satisfaction.reacting.words import sentences
from memlab.seeds import Draw
from memlab.sources import SourceError
from memlab.sources.cards import load_card

SMALL = {"users": 6, "sessions": 12}


def right(life, query):
    return Reply(text=f"It is {life.gold[query.id].answers[0]}.", choice=life.gold[query.id].answers[0])


def asks(life, query):
    return Reply(text="Could you tell me?")


def mixed(life, query):
    choices = (*life.gold[query.id].choices, None, life.gold[query.id].answers[0])
    choice = Draw(0, "mixed", query.id).choice(choices)
    return Reply(text=f"It is {choice}." if choice else "Could you tell me?", choice=choice)


def silent(life, query):
    return None


def lived(life, replying):
    """The events of a life under a way of replying."""
    stream, reply, events = life.stream(), None, []
    while True:
        try:
            event = stream.send(reply)
        except StopIteration:
            return events
        events.append(event)
        reply = replying(life, event) if isinstance(event, Query) else None


@pytest.fixture(scope="module")
def source():
    return make("source/reacting", **SMALL)


def lives(source, replying):
    for user in source.users():
        life = source.life(user, seed=0)
        yield life, lived(life, replying)


@pytest.mark.parametrize("replying", [right, asks, mixed, silent])
def test_every_law_of_exact_data_holds_whatever_is_replied(source, replying):
    through = [
        LivedThrough(life.user, events, dict(life.gold), life.superseded, None)
        for life, events in lives(source, replying)
    ]
    survey = Survey(load_card("reacting"), source.facts, through, None)
    judged = []
    for law in (*LAWS, *EXACT_LAWS):
        try:
            law(survey)
            judged.append(law.__name__)
        except NotApplicable:
            pass
        except CheckFailed as error:
            pytest.fail(f"{law.__name__}: {error}")
    assert len(judged) > len((*LAWS, *EXACT_LAWS)) / 2


@pytest.mark.parametrize("replying", [right, mixed])
def test_a_life_that_is_cut_begins_as_the_whole(source, replying):
    for user in source.users()[:3]:
        whole = lived(source.life(user, seed=0), replying)
        for sessions in (5, 9):
            cut = limited(source.life(user, seed=0), sessions, None)
            begun = lived(cut, replying)
            assert begun == whole[: len(begun)]
            assert {felt.session for felt in cut.feedback} == set(range(sessions))


def test_the_same_replies_give_the_same_bytes_and_a_life_may_be_lived_again(source):
    life = source.life("user-001", seed=0)
    once, felt = lived(life, mixed), list(life.feedback)
    assert (lived(life, mixed), list(life.feedback)) == (once, felt)
    other = source.life("user-001", seed=0)
    assert (lived(other, mixed), list(other.feedback)) == (once, felt)
    assert lived(source.life("user-001", seed=1), mixed) != once


def test_sessions_are_scheduled_before_anything_is_replied(source):
    for user in source.users():
        schedules = []
        for replying in (right, asks, silent):
            life = source.life(user, seed=0)
            lived(life, replying)
            schedules.append([(felt.session, felt.at) for felt in life.feedback if felt.query is None])
        assert schedules[0] == schedules[1] == schedules[2]
        assert [session for session, _ in schedules[0]] == list(range(12))


def test_which_sessions_count_is_the_schedules_alone():
    """With company for the only goal there is often nothing to want; under every assistant the same sessions count."""
    source = make("source/reacting", **SMALL, goals={"company": {"rate": 1, "kinds": ["outcome"]}})
    empty = 0
    for replying in (right, asks):
        for life, _ in lives(source, replying):
            wholes = [felt for felt in life.feedback if felt.query is None]
            assert [felt.session for felt in wholes if felt.is_due] == list(range(4, 12))
            empty += sum(felt.is_due and felt.held and not felt.goal for felt in wholes)
    assert empty > 0


def test_nothing_is_said_in_a_session_that_is_not_held(source):
    missed = 0
    for life, events in lives(source, asks):
        absent = {felt.session for felt in life.feedback if not felt.held}
        missed += len(absent)
        assert absent.isdisjoint({event.session for event in events})
        ended = {event.session for event in events if isinstance(event, SessionEnd)}
        assert ended == set(range(12)) - absent
    assert missed > 0


def test_who_is_helped_comes_more_often(source):
    def held(replying):
        return sum(felt.held for life, _ in lives(source, replying) for felt in life.feedback if felt.query is None)

    assert held(right) > held(asks)


def test_two_assistants_hear_the_same_until_they_reply_otherwise(source):
    for user in source.users():
        one, other = (lived(source.life(user, seed=0), replying) for replying in (right, asks))
        first = next(n for n, event in enumerate(one) if isinstance(event, Query))
        assert one[: first + 1] == other[: first + 1]


def test_a_correction_is_evidence_and_the_reply_before_it_stale(source):
    found = 0
    for life, events in lives(source, mixed):
        asked = [event for event in events if isinstance(event, Query)]
        said = {event.id: event for event in events if isinstance(event, Turn)}
        put_right = {felt.query for felt in life.feedback if felt.reaction == "correction"}
        for before, after in pairwise(asked):
            gold = life.gold[after.id]
            if (
                before.id in put_right
                and before.session == after.session
                and gold.kind in ("current_value", "preference")
            ):
                newest = max(gold.evidence_turns, key=lambda id: (said[id].at, id))
                assert said[newest].at > before.at
                assert said[newest].speaker == "user"
                assert any(said[id].at > before.at and said[id].speaker == "assistant" for id in gold.stale)
                found += 1
    assert found > 0


def test_an_erasure_takes_every_reply_that_named_the_fact(source):
    erased = 0
    for user in source.users():
        begun = source._world.begin(user, 0)
        values = {f.attribute.name: [v.value for v in f.versions] for f in begun.world.facts if f.forgotten is not None}
        events = lived(source.life(user, seed=0), mixed)
        for place, event in enumerate(events):
            if isinstance(event, Erasure) and event.turns:
                erased += 1
                replies = [e for e in events[:place] if isinstance(e, Turn) and e.text.startswith("assistant: It is ")]
                for name, held in values.items():
                    named = {e.id for e in replies if e.text[len("assistant: It is ") : -1] in held}
                    assert not named or named <= event.turns or not (named & event.turns), name
    assert erased > 0


def test_every_reaction_has_a_dozen_ways_and_those_that_state_hold_a_slot():
    for name, said in sentences().items():
        assert len(set(said)) >= 12, name
        slotted = name == "restatement" or name.startswith("correction_")
        assert all(("{fact}" in sentence) == slotted for sentence in said), name
        assert not any(sentence.startswith("{") for sentence in said), name


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"warm_up": 0}, "warm_up is 0"),
        ({"attempts": True}, "attempts is True"),
        ({"goals": {"gossip": {"rate": 1, "kinds": ["when"]}}}, "no goal 'gossip'"),
        ({"goals": {"answer": {"rate": 1, "kinds": ["count"]}}}, "no kind 'count'"),
        ({"goals": {"answer": {"rate": 0, "kinds": ["when"]}}}, "no rate above 0"),
        ({"user": {"start": 0.5}}, "missing"),
    ],
)
def test_what_does_not_fit_is_refused(params, told):
    with pytest.raises(SourceError, match=told):
        make("source/reacting", **SMALL, **params)


def test_feedback_of_a_cut_life_names_questions_that_were_asked(source):
    life = limited(source.life("user-002", seed=0), 8, 2)
    asked = {event.id for event in lived(life, mixed) if isinstance(event, Query)}
    assert len(asked) == 2
    assert {felt.query for felt in life.feedback if felt.query is not None} == asked
    assert replace(life.feedback[0], session=0) == life.feedback[0]
