"""The simulated user: lists of replies in, lists of reactions out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.config import load_option
from memlab.events import Reply
from memlab.satisfaction.reacting.noticing import Goal, notice
from memlab.satisfaction.reacting.step import State, change, comes, new_user, step, thumb
from memlab.satisfaction.reacting.weights import Weights
from memlab.testing import START

WEIGHTS = Weights(**load_option("source", "reacting")["user"])
ALWAYS = replace(WEIGHTS, leaves=0.0, leaves_unhappy=0.0, corrects=1.0, objects=0.0, thanks=1.0)
GOAL = Goal(
    session=5,
    at=START,
    query="q",
    name="answer",
    answers=("Denver",),
    choices=("Boston", "Denver", "Lyon", "Oslo"),
    stale=("Boston",),
    foreign=("Lyon",),
    private=("insulin",),
    statement="I live in Denver",
    allowed=3,
)
RIGHT, STALE = Reply(text="Denver.", choice="Denver"), Reply(text="Boston.", choice="Boston")
ASKS = Reply(text="Where do you live?")
REPLIES = st.sampled_from(
    [None, RIGHT, STALE, ASKS, Reply(text="Lyon", choice="Lyon"), Reply(text="Oslo", choice="Oslo"), Reply(text="")]
)


def reactions(replies, weights=WEIGHTS, root=1, goal=GOAL):
    """What a new user does about each of some replies, one after the other, and how they feel afterwards."""
    state, found = replace(new_user(weights, root), goal=goal), []
    for reply in replies:
        state, reaction, felt = step(state, reply)
        found.append((reaction, felt))
    return found, state


def kinds(replies, **how):
    return [(reaction.kind, reaction.again) for reaction, _ in reactions(replies, **how)[0]]


@pytest.mark.parametrize(
    ("reply", "noticed"),
    [
        (RIGHT, ("right",)),
        (Reply(text="It is denver, I think."), ("right",)),
        (STALE, ("stale",)),
        (Reply(text="Lyon", choice="Lyon"), ("foreign",)),
        (Reply(text="Oslo", choice="Oslo"), ("mistaken",)),
        (ASKS, ("asked_again",)),
        (Reply(text="Boston or Denver?"), ("asked_again",)),
        (None, ("silent",)),
        (Reply(text=" "), ("silent",)),
        (Reply(text="Denver, and mind your insulin.", choice="Denver"), ("right", "intrusion")),
        (Reply(text="Denver", choice="Denver", seconds=10.0), ("right", "slow")),
        (Reply(text="Denver " * 41, choice="Denver"), ("right", "long")),
    ],
)
def test_what_is_noticed_in_a_reply(reply, noticed):
    found = notice(GOAL, reply, WEIGHTS, WEIGHTS.long_words)
    assert (found.outcome, *found.irritants) == noticed


def test_a_forgotten_preference_is_noticed_where_a_recommendation_is_wanted():
    wanted = replace(GOAL, name="recommendation")
    assert notice(wanted, STALE, WEIGHTS, 40).irritants == ("preference",)
    assert notice(wanted, RIGHT, WEIGHTS, 40).irritants == ()


def test_a_user_who_never_leaves_repeats_corrects_and_thanks():
    assert kinds([ASKS, STALE, RIGHT], weights=ALWAYS) == [("repeat", True), ("correction", True), ("thanks", False)]


def test_after_the_last_attempt_nothing_is_asked_again():
    assert kinds([STALE] * 3, weights=ALWAYS)[-1] == ("correction", False)
    assert kinds([ASKS] * 3, weights=ALWAYS)[-1] == ("leaving", False)


def test_who_wants_a_recommendation_says_again_what_they_like():
    (reaction, _), *_ = reactions([ASKS], weights=ALWAYS, goal=replace(GOAL, name="recommendation"))[0]
    assert (reaction.kind, reaction.states) == ("repeat", True)


def test_who_cannot_put_it_right_objects():
    (reaction, _), *_ = reactions([STALE], weights=ALWAYS, goal=replace(GOAL, statement=""))[0]
    assert (reaction.kind, reaction.about) == ("objection", "stale")


def test_what_was_used_of_the_memory_is_not_the_users_to_see():
    for reply in (RIGHT, STALE, ASKS):
        seen = replace(reply, used=("m1", "m2"), tokens_in=99, tokens_out=7)
        assert reactions([reply] * 3) == reactions([seen] * 3)


def test_what_moves_the_mood_is_what_the_weights_say():
    unit = WEIGHTS.right
    assert change(notice(GOAL, RIGHT, WEIGHTS, 40), WEIGHTS) == pytest.approx(unit)
    assert change(notice(GOAL, STALE, WEIGHTS, 40), WEIGHTS) == pytest.approx(-unit * 2.25 * 1.25)


@given(st.lists(REPLIES, min_size=1, max_size=6), st.integers(0, 50))
def test_a_mood_stays_between_0_and_1_and_the_same_replies_give_the_same_reactions(replies, root):
    found, state = reactions(replies, root=root)
    assert all(0 <= felt.mood <= 1 for _, felt in found)
    assert (found, state) == reactions(replies, root=root)


@given(st.lists(REPLIES, max_size=4), REPLIES, st.integers(0, 50))
def test_no_reply_pleases_more_than_a_right_one(before, reply, root):
    state = reactions(before, root=root)[1]
    assert step(state, reply).state.mood <= step(state, RIGHT).state.mood


@given(st.lists(REPLIES, max_size=4), st.lists(REPLIES, max_size=3), st.lists(REPLIES, max_size=3), st.integers(0, 50))
def test_two_assistants_meet_the_same_user_until_their_replies_differ(same, one, other, root):
    n = len(same)
    assert reactions(same + one, root=root)[0][:n] == reactions(same + other, root=root)[0][:n]


def test_who_is_displeased_comes_less_often_and_on_the_same_draws():
    def held(mood):
        return {n for n in range(400) if comes(replace(new_user(WEIGHTS, 1), mood=mood), n)[1]}

    assert held(0.0) < held(0.5) < held(1.0)


def test_a_mood_comes_back_between_sessions():
    low = replace(new_user(WEIGHTS, 1), mood=0.2)
    assert comes(low, 3)[0].mood == pytest.approx(0.2 + WEIGHTS.recovers * (WEIGHTS.start - 0.2))


def test_thumbs_go_up_for_help_without_annoyance_alone():
    always = replace(WEIGHTS, rates=1.0)

    def verdict(*replies):
        return thumb(reactions(replies, weights=always)[1], 5)

    assert [verdict(RIGHT), verdict(ASKS, RIGHT), verdict(ASKS)] == [1, 0, -1]
    assert thumb(reactions([RIGHT], weights=replace(WEIGHTS, rates=0.0))[1], 5) == 0


def test_a_user_without_a_goal_hears_nothing():
    with pytest.raises(ValueError, match="without a goal"):
        step(new_user(WEIGHTS, 1), RIGHT)


def test_every_weight_has_its_source_or_is_called_assumed():
    from memlab.config import option_path

    lines = option_path("source", "reacting").read_text().splitlines()
    (first,) = (n for n, line in enumerate(lines) if line.startswith("user:"))
    own = [line for line in lines[first + 1 : lines.index(next(s for s in lines if s.startswith("world:")))] if line]
    assert len(own) == len(WEIGHTS.__slots__)
    for line in own:
        assert "#" in line, line
        assert "assumed" in line or any(f"{year}" in line for year in range(1950, 2030)), line


@pytest.mark.parametrize(("name", "value"), [("mistaken", -1.0), ("thanks", 1.5), ("start", True), ("right", "0.1")])
def test_a_weight_out_of_its_range_is_refused(name, value):
    with pytest.raises(ValueError, match=rf"user\.{name} is"):
        replace(WEIGHTS, **{name: value})


def test_states_are_frozen():
    with pytest.raises(AttributeError):
        new_user(WEIGHTS, 1).mood = 0.1
    assert isinstance(new_user(WEIGHTS, 1), State)
