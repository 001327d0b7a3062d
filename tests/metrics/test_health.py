"""A memory's health at each session's end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from build_asked import DAY, START, held_scores, hold, plain_life
from hypothesis import given
from hypothesis import strategies as st

from memlab.metrics.frames import Read
from memlab.metrics.health import MemoryHealth, churn, health

LIFE = plain_life(20)  # a turn a day, at every other position
SETS = st.sets(st.integers(0, 5).map(str))


def ends(*held, days=None, life=LIFE, archived=None):
    """Session ends that hold the memories named, each with the turn t<name> as its source."""
    found = []
    for place, names in enumerate(held):
        end = hold(life, *[([f"t{name}"], None) for name in names], position=2 * place + 1, session=place)
        at = START + (days[place] if days else place) * DAY
        found.append(replace(end, ids=[f"m{name}" for name in names], at=at, archived_bytes=archived))
    return found


def column(name, found, days=7):
    return [getattr(one, name) for one in health(found, days)]


def test_what_came_within_the_days_is_added():
    assert column("added", ends("0", "01", "012", days=[0, 7, 8])) == [1, 1, 2]


def test_what_went_and_came_back_was_added_when_it_came_back():
    assert column("added", ends("0", "", "0", days=[0, 20, 40])) == [1, 0, 1]


def test_what_was_read_within_the_days_and_is_still_held_was_accessed():
    reads = [Read(1, START + 2 * DAY, frozenset({"m0", "m1"})), Read(5, START + 20 * DAY, frozenset({"m9"}))]
    life = replace(LIFE, read=tuple(reads))
    found = ends("01", "01", "0", "01", days=[1, 3, 4, 9], life=life)
    assert column("accessed", found) == [None, 2, 1, 0]


def test_without_natural_questions_nobody_knows_what_was_accessed():
    assert column("accessed", ends("0", "01")) == [None, None]


def test_churn_is_what_went_or_came_of_what_is_at_either_end():
    assert column("churn", ends("01", "12", "12", "", "")) == [None, pytest.approx(2 / 3), 0.0, 1.0, None]


@given(SETS, SETS)
def test_churn_is_a_share_the_same_both_ways(a, b):
    found = churn(a, b)
    assert found == churn(b, a)
    assert found is None or 0 <= found <= 1
    assert (found == 0) == (a == b and bool(a))


def test_what_is_no_longer_held_and_was_not_erased_is_archived():
    life = replace(LIFE, erased={"t1": 2})
    assert column("archived", ends("012", "2", "02", life=life, archived=9)) == [0, 1, 0]
    assert column("archived", ends("012", "2", life=life, archived=0)) == [0, 0]
    assert column("archived", ends("012", "2", life=life)) == [None, None]


def test_every_user_has_a_past_of_their_own():
    other = replace(LIFE, user="bob")
    both = [*ends("0", "1"), *ends("0", "0", life=other)]
    found = held_scores(MemoryHealth("churn", 7), *both)
    assert [(score.user, score.session, score.value) for score in found] == [("ann", 1, 1.0), ("bob", 1, 0.0)]


def test_names_say_how_far_back_is_looked():
    names = [MemoryHealth(what, 7).name for what in ("added", "accessed", "archived", "churn")]
    assert names == ["memories_added_7d", "memories_accessed_7d", "memories_archived", "memories_churn"]


def test_what_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="what is 'grown'; it must be one of"):
        MemoryHealth("grown", 7)
    with pytest.raises(ValueError, match="days is 0"):
        MemoryHealth("added", 0)


def test_days_are_days():
    late = ends("0", "01", days=[0, 7])
    assert column("added", [late[0], replace(late[1], at=late[1].at - timedelta(seconds=1))]) == [1, 2]
