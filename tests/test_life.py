from dataclasses import replace
from datetime import timedelta

import pytest

from memlab.events import Query, Reply, Turn
from memlab.life import Life, LifeError, limited
from memlab.testing import START, ask, end, gold, life, turn


def refused(broken: Life) -> str:
    with pytest.raises(LifeError) as caught:
        list(broken.stream())
    return str(caught.value)


def test_time_never_decreases():
    assert refused(life([turn(5, "late"), turn(1, "early")])) == (
        "life u: turn t1 at 2024-01-01 09:01:00 precedes turn t5 at 2024-01-01 09:05:00; time must never decrease"
    )


def test_times_carry_a_zone():
    assert "has no time zone" in refused(life([replace(turn(0, "hi"), at=START.replace(tzinfo=None))]))


def test_turn_ids_are_unique():
    assert "turn id t1 occurs twice" in refused(life([turn(1, "a"), turn(1, "b")]))


def test_query_ids_are_unique():
    assert "query id q1 occurs twice" in refused(life([ask(1, "a"), ask(1, "b")]))


def test_every_query_is_judged():
    assert "query q1 has no gold" in refused(replace(life([ask(1, "a")]), gold={}))


def test_evidence_is_said_before_it_is_asked_for():
    message = refused(life([turn(0, "a"), ask(1, "?"), turn(2, "b")], {"q1": gold("t2")}))
    assert message == "life u: query q1: evidence t2 is not said before it is asked for"


def test_stale_turns_are_said_before_they_are_asked_for():
    assert "stale t9 is not said" in refused(life([turn(0, "a"), ask(1, "?")], {"q1": gold("t0", stale=["t9"])}))


def test_evidence_is_never_stale():
    message = refused(life([turn(0, "a"), ask(1, "?")], {"q1": gold("t0", stale=["t0"])}))
    assert "both evidence and stale" in message


def test_a_life_receives_the_reply_to_its_query():
    heard = []

    def start():
        heard.append((yield turn(0, "hi")))
        heard.append((yield ask(1, "?")))
        yield turn(2, "thanks")

    stream = Life(user="u", start=start, gold={"q1": gold()}).stream()
    assert isinstance(next(stream), Turn)
    assert isinstance(stream.send(None), Query)
    assert stream.send(Reply(text="42")).id == "t2"
    assert heard == [None, Reply(text="42")]


def test_a_recorded_life_ignores_replies():
    stream = life([ask(0, "?"), turn(1, "next")]).stream()
    next(stream)
    assert stream.send(Reply(text="42")).id == "t1"


def test_a_life_can_be_lived_twice():
    lived = life([turn(0, "a"), ask(1, "?")])
    assert list(lived.stream()) == list(lived.stream())


def test_limits_keep_the_first_sessions_and_the_queries_that_they_can_answer():
    events = [
        turn(0, "a"),
        end(1),
        turn(2, "b", session=1),
        end(3, 1),
        ask(4, "a?", 1),
        ask(5, "b?", 1),
        ask(6, "?", 1),
    ]
    whole = life(events, {"q4": gold("t0"), "q5": gold("t2")})
    cut = list(limited(whole, sessions=1, queries=None).stream())
    assert [getattr(event, "id", "end") for event in cut] == ["t0", "end", "q4", "q6"]
    assert [e.id for e in limited(whole, None, 1).stream() if isinstance(e, Query)] == ["q4"]


def test_without_limits_a_life_is_itself():
    whole = life([turn(0, "a")])
    assert limited(whole, None, None) is whole


def test_turns_of_one_moment_are_in_order():
    same = replace(turn(1, "b"), at=START + timedelta(minutes=0))
    assert len(list(life([turn(0, "a"), same]).stream())) == 2


def test_limits_forbid_only_what_is_said_within_them():
    events = [turn(0, "a"), end(1), turn(2, "secret", session=1), end(3, 1), ask(4, "a?", 1)]
    whole = life(events, {"q4": replace(gold("t0"), forbidden=frozenset({"t2"}))})
    cut = limited(whole, sessions=1, queries=None)
    assert [event.id for event in cut.stream() if isinstance(event, Query)] == ["q4"]
    assert cut.gold["q4"].forbidden == frozenset()
