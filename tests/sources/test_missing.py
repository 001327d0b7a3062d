"""What is left of a fact's tellings when sessions are missed: nothing builds on what was not said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.sources.simulated.bank import load_bank
from memlab.sources.simulated.facts import Telling, draw_fact
from memlab.sources.simulated.missing import HELD, NEEDS, as_told
from memlab.sources.simulated.world import START

BANK = load_bank()


def modes(tellings, missed):
    return [telling.mode for _, telling in as_told(tellings, missed)]


@pytest.mark.parametrize(
    ("told", "missed", "left"),
    [
        (["say", "change"], {0}, ["say"]),
        (["say", "again"], {0}, ["say"]),
        (["wrong", "correct"], {0}, ["say"]),
        (["wrong", "correct"], {1}, ["wrong"]),
        (["say", "hint", "confirm"], {1}, ["say", "change"]),
        (["hint", "confirm"], {0}, ["say"]),
        (["say", "hint", "hint_off"], {1}, ["say"]),
        (["say", "ironic", "cleared"], {1}, ["say"]),
        (["say", "retract"], {0}, []),
        (["say", "forget"], {0}, []),
        (["say", "change", "retract"], set(), ["say", "change", "retract"]),
    ],
)
def test_a_telling_whose_ground_is_missed_is_said_otherwise_or_not_at_all(told, missed, left):
    assert modes([Telling(n, mode, 0) for n, mode in enumerate(told)], missed) == left


@given(st.integers(0, len(BANK.attributes) - 1), st.sets(st.integers(0, 19), max_size=12), st.integers(0, 30))
def test_whatever_is_missed_nothing_hangs_in_the_air(which, missed, seed):
    from datetime import timedelta

    starts = [START + timedelta(days=15 * n) for n in range(20)]
    fact = draw_fact(BANK.attributes[which], starts, False, True, 3.0, 3.0, seed)
    kept = as_told(fact.tellings, missed)
    assert as_told(fact.tellings, set()) == list(enumerate(fact.tellings))
    for n, (place, telling) in enumerate(kept):
        before = {one.mode for _, one in kept[:n]}
        assert fact.tellings[place].session == telling.session not in missed
        assert telling.mode not in NEEDS or NEEDS[telling.mode] in before
        assert telling.mode not in ("again", "change") or before & HELD
        assert telling.mode != "forget" or before
