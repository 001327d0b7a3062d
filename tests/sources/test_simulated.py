from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.events import Consent, Query, SessionEnd, Turn
from memlab.seeds import derive
from memlab.sources import SourceError
from memlab.sources.simulated import Simulated
from memlab.sources.simulated.bank import load_bank
from memlab.sources.simulated.queries import KINDS
from memlab.sources.simulated.world import build_world
from memlab.text import contains

PINNED = "64138209377794440c2a49f1cfeabe4279a7af69f9675f6e20ff462d9e2e8e1a"


def fingerprint(lived) -> str:
    parts = [repr(event) for event in lived.stream()]
    parts += [f"{id} {g.kind} {g.answers} {sorted(g.evidence_turns)} {sorted(g.stale)}" for id, g in lived.gold.items()]
    return sha256("\n".join(parts).encode()).hexdigest()


def small(seed=0, **params):
    source = Simulated(**({"users": 1, "sessions": 12, "months": 14, "queries": 40, "ask_from": 0.3} | params))
    return source.life("user-000", seed=seed)


def asked(lived):
    """Queries with their gold and the texts of the turns said before each."""
    texts = {}
    for event in lived.stream():
        if isinstance(event, Turn):
            texts[event.id] = event.text
        if isinstance(event, Query):
            yield event, lived.gold[event.id], dict(texts)


def test_a_life_is_the_same_bytes_everywhere():
    assert fingerprint(small()) == PINNED


def test_another_seed_and_another_user_are_other_lives():
    source = Simulated(users=2, sessions=4)
    lives = {fingerprint(source.life(user, seed=seed)) for user in source.users() for seed in (0, 1)}
    assert len(lives) == 4


def test_more_users_change_nothing_in_a_life():
    one, two = Simulated(users=1, sessions=5), Simulated(users=2, sessions=5)
    assert fingerprint(one.life("user-000", seed=3)) == fingerprint(two.life("user-000", seed=3))


def test_more_chatter_leaves_the_facts_and_their_words_as_they_were():
    def stated(lived):
        return {text for _, gold, texts in asked(lived) for id in gold.evidence_turns for text in [texts[id]]}

    assert stated(small(chatter=[0, 0])) == stated(small(chatter=[3, 4]))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), sessions=st.integers(1, 16), months=st.integers(1, 40))
def test_gold_is_exact(seed, sessions, months):
    for query, gold, texts in asked(small(seed, sessions=sessions, months=months)):
        for nugget in gold.evidence:
            for turn in nugget.turns:
                assert any(contains(texts[turn], value) for value in nugget.values), (query.text, texts[turn])
        for turn in gold.stale:
            assert any(contains(texts[turn], value) for value in gold.stale_values)
            assert not any(contains(texts[turn], answer) for answer in gold.answers)
        assert not gold.stale & gold.evidence_turns
        assert not gold.forbidden & gold.evidence_turns
        assert not any(contains(query.text, answer) for answer in gold.answers), query.text
        assert gold.answerable == bool(gold.evidence)


def test_a_value_that_was_never_said_is_in_no_turn():
    lived = small()
    bank = {attribute.name: attribute for attribute in load_bank().attributes}
    truth = build_world(load_bank(), 12, 14, derive(0, "simulated", "user-000"))
    untold = [fact.attribute.name for fact in truth.facts if not fact.told and fact.attribute.ask_current]
    questions = {text for name in untold for text in bank[name].ask_current}
    never = [query.text for query, gold, _ in asked(lived) if gold.kind == "never_said"]
    assert never
    assert set(never) <= questions


def test_two_hops_need_two_sessions():
    source = Simulated(users=4)
    for user in source.users():
        lived = source.life(user, seed=0)
        session = {event.id: event.session for event in lived.stream() if isinstance(event, Turn)}
        for gold in lived.gold.values():
            if gold.kind == "two_hop":
                first, second = ({session[turn] for turn in nugget.turns} for nugget in gold.evidence)
                assert not first & second


def test_every_kind_is_asked_and_updates_are_frequent():
    source = Simulated(users=6)
    golds = [gold for user in source.users() for gold in source.life(user, seed=0).gold.values()]
    counts = {kind: sum(gold.kind == kind for gold in golds) for kind in KINDS}
    assert min(counts.values()) >= 30
    assert sum(bool(gold.stale) for gold in golds) >= 60


def test_superseded_turns_precede_what_superseded_them():
    source = Simulated(users=3)
    for user in source.users():
        lived = source.life(user, seed=0)
        place = {event.id: n for n, event in enumerate(lived.stream()) if isinstance(event, Turn)}
        assert lived.superseded
        assert all(place[note.turn] < place[note.by] for note in lived.superseded)


def test_consent_comes_first_and_what_is_not_allowed_is_forbidden():
    forbidden = 0
    for seed in range(5):
        lived = small(seed=seed)
        events = list(lived.stream())
        granted = {event.category: event.granted for event in events if isinstance(event, Consent)}
        assert set(granted) == {"finance", "health", "relationships"}
        assert all(isinstance(event, Consent) for event in events[:3])
        anything = any(gold.forbidden for gold in lived.gold.values())
        assert not (anything and all(granted.values()))
        forbidden += anything
    assert forbidden


def test_sessions_last_over_the_months_at_waking_hours():
    source = Simulated(users=3)
    for user in source.users():
        turns = [event for event in source.life(user, seed=0).stream() if isinstance(event, Turn)]
        assert 500 <= (turns[-1].at - turns[0].at).days <= 1100
        starts = {turn.session: turn.at.hour for turn in reversed(turns)}
        assert len(starts) == 30
        assert all(7 <= hour <= 21 for hour in starts.values())


def test_questions_come_after_a_session_has_ended():
    before = None
    for event in small().stream():
        if isinstance(event, Query):
            assert isinstance(before, Query | SessionEnd)
        before = event


def test_the_language_is_rich_enough():
    bank = load_bank()
    assert bank.patterns() >= 300
    assert len(bank.exchanges) >= 150
    assert len(bank.attributes) >= 12
    assert {a.process for a in bank.attributes} == {"static", "drifting", "event", "ephemeral"}
    assert {a.sensitivity for a in bank.attributes} > {"health", "finance", "relationships"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"users": 0}, "users is 0; it must be a whole number of at least 1"),
        ({"sessions": 2.5}, "sessions is 2.5"),
        ({"chatter": [3, 1]}, r"chatter is \[3, 1\]; it must be two numbers, least and most"),
        ({"ask_from": 1.5}, "ask_from is 1.5; it must lie between 0 and 1"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, message):
    with pytest.raises(SourceError, match=message):
        Simulated(**wrong)
