import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from hashlib import sha256
from itertools import takewhile
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.config import load_option
from memlab.data.check import check_data
from memlab.data.survey import survey
from memlab.events import Consent, Erasure, Outcome, Query, SessionEnd, Turn
from memlab.life import recorded
from memlab.seeds import derive
from memlab.sources import SourceError
from memlab.sources.cards import load_card
from memlab.sources.simulated import Simulated
from memlab.sources.simulated.asking import AGAIN_AFTER, KINDS
from memlab.sources.simulated.bank import fragments, load_bank
from memlab.sources.simulated.wording import MONTHS
from memlab.sources.simulated.world import Shape, build_world
from memlab.text import contains

PINNED = {
    "plain": "a66ac78e2c4c91482c1f94b0c035faabf950d3d1b497c079c6a6d30f7d37ef15",
    "crooked": "6ad3c04b306ab81dbcb7c2a533feab8e0c1cdc7534c0fe770ccd9424b33d72a0",
}
CROOKED = {"natural": 1, "bank": "sealed", "slips": 5}
LIFE = {"users": 1, "sessions": 12, "months": 14, "queries": 44, "ask_from": 0.3}
UNANSWERABLE = {"never_said", "erased", "not_consented"}
KNOBS = st.fixed_dictionaries(
    {
        "sessions": st.integers(1, 14),
        "months": st.integers(1, 40),
        "attributes": st.integers(0, 74),
        "people": st.integers(0, 12),
        "homonyms": st.integers(0, 40),
        "routines": st.integers(0, 4),
        "tasks": st.integers(0, 14),
        "episodes": st.integers(0, 30),
        "erasures": st.integers(0, 10),
        "drift": st.sampled_from([0, 1, 4]),
        "slips": st.sampled_from([0, 1, 5]),
        "corrections": st.sampled_from([0, 1, 5]),
        "sensitive": st.sampled_from([0, 1, 4]),
        "chatter": st.sampled_from([(0, 0), (1, 3), (5, 9)]),
        "elaboration": st.sampled_from([0, 1, 3]),
        "rates": st.dictionaries(st.sampled_from(KINDS), st.sampled_from([0, 0.5, 1, 3])),
        "delay": st.sampled_from([None, None, (0, 40), (100, 900)]),
        "natural": st.sampled_from([0, 0.2, 1]),
        "typo_permille": st.sampled_from([0, 20, 300]),
        "overlap": st.sampled_from([None, 0, 0.5, 1]),
        "bank": st.sampled_from(["open", "sealed", "both"]),
        "text": st.sampled_from(["{speaker}: {text}", "{text}", "[{at:%d %B %Y %H:%M}] {speaker}: {text}"]),
    }
)


def fingerprint(lived) -> str:
    """Every event, all that the judge knows and what is out of date; sets in order."""
    parts = [
        f"Erasure {event.at} {event.session} {sorted(event.turns)}" if isinstance(event, Erasure) else repr(event)
        for event in lived.stream()
    ]
    for id, g in lived.gold.items():
        parts.append(f"{id} {g.kind} {g.answers} {g.choices} {g.answerable} {sorted(g.facets.items())}")
        parts += [f"{sorted(nugget.turns)} {nugget.values}" for nugget in g.evidence]
        parts.append(f"{sorted(g.stale)} {g.stale_values} {sorted(g.forbidden)}")
    parts += [f"{note.turn} {note.by}" for note in lived.superseded]
    return sha256("\n".join(parts).encode()).hexdigest()


def small(seed=0, **params):
    return Simulated(**(LIFE | params)).life("user-000", seed=seed)


@pytest.fixture(scope="module")
def lives():
    """Eight lives of the size that experiments use, lived once, so that their gold is there."""
    source = Simulated(users=8)
    found = [source.life(user, seed=0) for user in source.users()]
    return [recorded(life.user, list(life.stream()), life.gold, life.superseded) for life in found]


def asked(lived):
    """Queries with their gold and the turns said before each."""
    turns = {}
    for event in lived.stream():
        if isinstance(event, Turn):
            turns[event.id] = event
        if isinstance(event, Query):
            yield event, lived.gold[event.id], dict(turns)


def of_kind(lives, kind):
    found = [(lived, *rest) for lived in lives for rest in asked(lived) if rest[1].kind == kind]
    assert found, kind
    return found


def world_of(user, **shape):
    node = load_option("source", "simulated") | shape
    return build_world(
        load_bank(), Shape(**{name: node[name] for name in Shape.__slots__}), derive(0, "simulated", user)
    )


def version_on(fact, day):
    """Which version of a fact is true on a day; None before the first."""
    return max((n for n, version in enumerate(fact.versions) if version.since <= day), default=None)


@pytest.mark.parametrize("params", PINNED)
def test_a_life_is_the_same_bytes_everywhere(params):
    """A crooked life too: what is seldom said in a plain one is in it."""
    assert fingerprint(small(**CROOKED if params == "crooked" else {})) == PINNED[params]


def test_another_seed_and_another_user_are_other_lives():
    source = Simulated(users=2, sessions=4)
    lives = {fingerprint(source.life(user, seed=seed)) for user in source.users() for seed in (0, 1)}
    assert len(lives) == 4


def test_more_users_change_nothing_in_a_life():
    one, two = Simulated(users=1, sessions=5), Simulated(users=2, sessions=5)
    assert fingerprint(one.life("user-000", seed=3)) == fingerprint(two.life("user-000", seed=3))


def test_slips_leave_what_is_true_as_it_was():
    plain, crooked = (world_of("user-000", slips=slips, attributes=60) for slips in (0.0, 3.0))
    first = [fact.versions[:1] for fact in plain.facts]
    assert first == [fact.versions[:1] for fact in crooked.facts]
    same = [a.versions == b.versions for a, b in zip(plain.facts, crooked.facts, strict=True)]
    assert sum(same) > 0.6 * len(same)


def test_the_hash_seed_of_the_process_moves_nothing():
    """Sets of words come in another order in every process."""
    code = (
        "from memlab.sources.simulated import Simulated as S; "
        "life = S(sessions=8, attributes=40, ask_from=0).life('user-000', seed=0); "
        "print(list(map(repr, life.stream()))[-1], [(g.kind, g.answers, sorted(g.stale), sorted(g.forbidden)) "
        "for g in life.gold.values()], [e.text for e in life.stream() if hasattr(e, 'text')], life.superseded)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert len(said.pop()) > 10_000


@pytest.mark.parametrize("changed", [{"chatter": [0, 0]}, {"chatter": [4, 6]}, {"homonyms": 0}, {"episodes": 9}])
def test_what_a_knob_has_nothing_to_do_with_stays_as_it_was(changed):
    """Facts are stated in the same words and sessions whatever else there is in a life."""

    def stated(lived):
        said = {event.id: event for event in lived.stream() if isinstance(event, Turn)}
        notes = [g for g in lived.gold.values() if g.kind in ("current_value", "past_value", "preference")]
        return {(said[id].session, said[id].text) for gold in notes for id in gold.evidence_turns}

    before, after = stated(small(queries=400)), stated(small(queries=400, **changed))
    assert len(before) > 10
    assert len(before & after) >= 0.9 * len(before | after)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), knobs=KNOBS)
def test_gold_is_exact_for_every_seed_and_knob(seed, knobs):
    for query, gold, turns in asked(small(seed, **knobs)):
        where = (gold.kind, query.text)
        for nugget in gold.evidence:
            for turn in nugget.turns:
                assert not nugget.values or any(contains(turns[turn].text, value) for value in nugget.values), where
        for turn in gold.stale:
            assert any(contains(turns[turn].text, value) for value in gold.stale_values), where
        assert not gold.stale & gold.evidence_turns
        assert not gold.forbidden & gold.evidence_turns
        if gold.choices and gold.kind == "order":
            assert all(contains(query.text, choice) for choice in gold.choices), where
        else:
            assert not any(contains(query.text, value) for value in (*gold.answers, *gold.choices)), where
        assert not gold.choices or (set(gold.choices) & set(gold.answers) and len(set(gold.choices)) >= 2), where
        assert bool(gold.choices) <= gold.answerable, where
        assert gold.answerable == bool(gold.evidence) == (gold.kind not in UNANSWERABLE)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), knobs=KNOBS)
def test_what_is_erased_is_every_turn_that_names_it_and_is_never_evidence_again(seed, knobs):
    lived, gone, said = small(seed, **knobs | {"erasures": 8, "attributes": 40}), set(), set()
    for event in lived.stream():
        if isinstance(event, Turn):
            said.add(event.id)
        if isinstance(event, Erasure):
            assert event.turns <= said
            gone |= event.turns
        if isinstance(event, Query):
            gold = lived.gold[event.id]
            assert not gold.evidence_turns & gone
            assert gone <= gold.forbidden


def test_an_erased_value_stands_in_no_turn_that_is_left():
    found = 0
    for n in range(4):
        world, lived = world_of(f"user-{n:03d}"), Simulated(users=4).life(f"user-{n:03d}", seed=0)
        texts = {event.id: event.text for event in lived.stream() if isinstance(event, Turn)}
        gone = frozenset().union(*(event.turns for event in lived.stream() if isinstance(event, Erasure)))
        for fact in world.facts:
            if fact.forgotten is not None:
                found += 1
                told = {telling.version for telling in fact.tellings}
                clauses = [fact.attribute.clause.i.format(value=fact.versions[v].value) for v in told]
                assert not any(contains(text, c) for id, text in texts.items() if id not in gone for c in clauses)
    assert found >= 4


def test_every_kind_is_asked_about_as_often(lives):
    counts = Counter(gold.kind for lived in lives for gold in lived.gold.values())
    assert set(counts) == set(KINDS)
    counts["current_value"] /= 3
    assert max(counts.values()) <= 2 * min(counts.values())  # of eight users; the linter looks at twenty


def test_rates_decide_how_often_a_kind_is_asked():
    rates = {kind: 0 for kind in KINDS} | {"when": 1, "count": 0.5, "current_value": 2}
    counts = Counter(gold.kind for _, gold, _ in asked(small(rates=rates, attributes=60)))
    assert set(counts) == {"when", "count", "current_value"}
    assert 3 * counts["count"] < 1.5 * counts["when"] + counts["current_value"]


def test_where_every_rate_is_next_to_nothing_no_question_is_asked():
    assert not list(asked(small(rates={kind: 0.0004 for kind in KINDS})))


def test_what_was_asked_is_asked_again_only_after_a_while():
    gaps, last = [], {}
    rates = {kind: 0 for kind in KINDS} | {"outcome": 1}
    for seed in range(3):
        lived = small(seed, sessions=40, months=30, queries=300, ask_from=0, rates=rates)
        starts = {event.session: event.at for event in reversed(list(lived.stream()))}
        for query, gold, _ in asked(lived):
            thing = seed, gold.evidence
            if thing in last:
                gaps.append(starts[query.session] - starts[last[thing]])
            last[thing] = query.session
    assert len(gaps) > 30
    assert AGAIN_AFTER <= min(gaps) < 2 * AGAIN_AFTER


def test_a_fifth_is_asked_as_part_of_the_talk(lives):
    for lived in lives:
        events = list(lived.stream())
        natural = [n for n, event in enumerate(events) if isinstance(event, Query) and not event.probe]
        assert 0.15 <= len(natural) / len(lived.gold) <= 0.2
        for n in natural:
            question, answer = events[n + 1 : n + 3]
            assert (question.speaker, question.text) == ("user", f"user: {events[n].text}")
            assert answer.speaker == "assistant"
            assert not any(contains(answer.text, known) for known in lived.gold[events[n].id].answers)
            assert lived.gold[events[n].id].answerable


@pytest.mark.parametrize("delay", [(0, 40), (200, 900)])
def test_delay_decides_how_old_is_what_is_asked_for(delay):
    found = 0
    for query, gold, turns in asked(small(delay=delay, sessions=30, months=24)):
        if gold.evidence and gold.kind != "session_reference":
            at = max(max(turns[turn].at for turn in nugget.turns) for nugget in gold.evidence)
            assert delay[0] <= (query.at - at).days + 1
            assert (query.at - at).days <= delay[1] + 1
            found += 1
    assert found > 10


def test_whoever_elaborates_says_more():
    plain, long = ([e for e in small(elaboration=n).stream() if isinstance(e, Turn)] for n in (0, 2))
    assert [turn.id for turn in plain if turn.id[4] == "t"] == [turn.id for turn in long if turn.id[4] == "t"]
    assert sum(len(turn.text) for turn in long) > 1.5 * sum(len(turn.text) for turn in plain)


def test_sensitive_decides_how_many_facts_are_sensitive():
    def share(factor):
        facts = [fact for n in range(6) for fact in world_of(f"user-{n:03d}", sensitive=factor).facts]
        return mean(fact.attribute.sensitivity != "none" for fact in facts)

    assert share(0) == 0
    assert share(3) > 1.3 * share(1)


def test_no_sensitive_attribute_fills_up_what_others_leave_wanting():
    wanted = {a.name for a in load_bank().attributes if a.sensitivity == "none"}
    assert {fact.attribute.name for fact in world_of("user-000", sensitive=0, attributes=74).facts} == wanted
    assert len(wanted) < 74


def test_corrections_come_as_often_as_they_are_told():
    def put_right(factor):
        facts = [fact for n in range(6) for fact in world_of(f"user-{n:03d}", corrections=factor).facts]
        return sum(t.mode in ("correct", "assistant_wrong") for fact in facts for t in fact.tellings)

    assert put_right(0) == 0
    assert put_right(4) > 2 * put_right(1) > 0


def test_two_hops_need_two_sessions(lives):
    for _, _, gold, turns in of_kind(lives, "two_hop"):
        first, second = ({turns[turn].session for turn in nugget.turns} for nugget in gold.evidence)
        assert not first & second


def test_of_two_people_of_one_name_each_is_spoken_of_with_the_relation():
    told = 0
    for n in range(12):
        user = f"user-{n:03d}"
        people = world_of(user).acquaintances
        often = Counter(person.name for person in people)
        same = [person for person in people if often[person.name] > 1]
        who = {person.relation.name: person.relation.third.format(name=person.name) for person in same}
        turns = [e for e in Simulated().life(user, seed=0).stream() if isinstance(e, Turn) and e.speaker == "user"]
        for person in same:
            for _, value, sessions in person.facts:
                for session in sessions:
                    own = [t.text for t in turns if t.session == session and contains(t.text, value)]
                    own = [text for text in own if contains(text, person.name)]
                    assert any(contains(text, who[person.relation.name]) for text in own)
                    assert all(any(contains(text, name) for name in who.values()) for text in own)
                    told += 1
    assert told > 10


def test_a_reference_needs_its_own_session_and_comes_within_it(lives):
    for lived, query, gold, turns in of_kind(lives, "session_reference"):
        assert any(turns[turn].session == query.session for turn in gold.evidence_turns)
        before = list(takewhile(lambda event, query=query: event != query, lived.stream()))
        assert isinstance(before[-1], Turn)
        assert before[-1].session == query.session
        assert not any(isinstance(event, SessionEnd) and event.session == query.session for event in before)


def test_a_month_is_asked_for_only_if_the_truth_held_all_through_it(lives):
    for lived, query, gold, _ in of_kind(lives, "as_of"):
        month, year = re.search(rf"({'|'.join(MONTHS)}) (20\d\d)", query.text).groups()
        on = [date(int(year), MONTHS.index(month) + 1, day) for day in (1, 15, 28)]
        world = world_of(lived.user)
        held = {
            fact.versions[version].value
            for fact in world.facts
            for day in on
            if (version := version_on(fact, day)) is not None
        }
        assert gold.answers[0] in held


def test_counts_are_those_of_the_members_and_lists_hold_them_all(lives):
    words = ("zero", "one", "two", "three", "four", "five", "six")
    for _, _, gold, _ in of_kind(lives, "count"):
        assert gold.answers == (words[len(gold.evidence)], str(len(gold.evidence)))
    for _, _, gold, turns in of_kind(lives, "list"):
        members = gold.answers[0].split(", ")
        assert [nugget.values[0] for nugget in gold.evidence] == members
        assert not set(members) & set(gold.stale_values)
        assert all(any(contains(turns[t].text, v) for v in gold.stale_values) for t in gold.stale)


def test_what_came_first_has_the_earlier_date(lives):
    unnamed = 0
    for lived, _, gold, _ in of_kind(lives, "order"):
        facts = world_of(lived.user).facts
        dates = {version.value: version.since for fact in facts for version in fact.versions}
        told = {fact: [fact.versions[t.version].since for t in fact.tellings] for fact in facts}
        dates |= {name: told[fact][0] for fact in facts for name in fact.attribute.unnamed if told[fact]}
        assert gold.answers[0] == min(gold.choices, key=lambda choice: dates[choice])
        unnamed += gold.choices[0] not in {version.value for fact in facts for version in fact.versions}
    assert unnamed > 2


def test_the_best_approach_worked_more_often_than_any_other(lives):
    for lived, query, gold, _ in of_kind(lives, "best_approach"):
        tried, won = Counter(), Counter()
        for event in lived.stream():
            if isinstance(event, Query) and event.id == query.id:
                break
            if isinstance(event, Outcome):
                tried[event.task, event.approach] += 1
                won[event.task, event.approach] += event.success
        (best,) = gold.answers
        task = next(task for task, approach in tried if approach == best)
        rates = {a: won[t, a] / n for (t, a), n in tried.items() if t == task}
        assert all(rates[best] > rate for approach, rate in rates.items() if approach != best)


def test_an_outcome_says_what_its_turn_says(lives):
    for lived in lives:
        texts = {event.id: event.text for event in lived.stream() if isinstance(event, Turn)}
        outcomes = [event for event in lived.stream() if isinstance(event, Outcome)]
        assert outcomes
        assert all(contains(texts[event.turn], event.approach) for event in outcomes)


def test_both_senses_of_a_word_are_there_before_one_is_asked_for(lives):
    for lived, _, gold, turns in of_kind(lives, "homonym"):
        word = next(w for w in world_of(lived.user).habits.ambiguous if gold.answers[0] in w.values)
        assert all(any(contains(turn.text, value) for turn in turns.values()) for value in word.values)


def test_superseded_turns_precede_what_superseded_them(lives):
    for lived in lives:
        place = {event.id: n for n, event in enumerate(lived.stream()) if isinstance(event, Turn)}
        assert lived.superseded
        assert all(place[note.turn] < place[note.by] for note in lived.superseded)


def test_consent_comes_first_may_be_withdrawn_and_what_is_not_allowed_is_forbidden(lives):
    withdrawn = 0
    for lived in lives:
        events = list(lived.stream())
        first = [event for event in events[:6] if isinstance(event, Consent)]
        assert len(first) == len({event.category for event in first}) >= 5
        later = [event for event in events[6:] if isinstance(event, Consent)]
        assert not any(event.granted for event in later)
        withdrawn += len(later)
    assert withdrawn
    assert all(gold.forbidden for _, _, gold, _ in of_kind(lives, "not_consented"))


def test_users_talk_in_registers_and_mistype_as_often_as_they_are_told(lives):
    assert len({world_of(f"user-{n:03d}").register for n in range(20)}) == 5
    straight, crooked = (
        [e.text for e in small(typo_permille=n).stream() if isinstance(e, Turn) and e.speaker == "user"]
        for n in (0, 500)
    )
    assert len(straight) == len(crooked)
    assert sum(a != b for a, b in zip(straight, crooked, strict=True)) > 0.8 * len(straight)


def test_overlap_decides_how_many_words_a_question_shares_with_its_evidence():
    shares = [
        mean(gold.facets["overlap"] for _, gold, _ in asked(small(overlap=overlap)) if gold.evidence)
        for overlap in (0, 1)
    ]
    assert shares[0] < 0.6 * shares[1]


def test_without_slips_everything_is_said_plainly_and_without_drift_nothing_changes():
    plain = world_of("user-000", slips=0.0, corrections=0.0, drift=0.0, attributes=60)
    modes = {telling.mode for fact in plain.facts for telling in fact.tellings}
    assert modes <= {"say", "again", "change", "happened", "add", "forget"}
    lasting = [fact for fact in plain.facts if fact.attribute.process in ("static", "drifting")]
    assert {len(fact.versions) for fact in lasting} == {1}
    crooked = world_of("user-000", slips=5.0, corrections=5.0, drift=4.0, attributes=60)
    modes = Counter(telling.mode for fact in crooked.facts for telling in fact.tellings)
    assert modes["change"] > 20
    assert all(
        modes[mode] for mode in ("wrong", "correct", "hint", "hearsay", "quoted", "ironic", "cleared", "retract")
    )


@pytest.mark.parametrize("preset", ["simulated_easy", "simulated_hard", "simulated_standard"])
def test_a_preset_is_a_source_of_its_own(preset):
    node = load_option("source", preset)
    source = Simulated(**{name: value for name, value in node.items() if name not in ("_target_", "name")})
    lived = source.life("user-003", seed=0)
    assert node["name"] == preset
    assert sum(1 for _ in asked(lived)) > 30


@pytest.mark.slow
def test_ten_years_take_little_more_memory_than_one():
    """Each life in a process of its own, since a peak is never forgotten; the law is 1.3."""
    code = (
        "import resource; from memlab.config import load_option; from memlab.sources.simulated import Simulated; "
        "node = load_option('source', 'simulated_lifetime') | {'sessions': %d}; del node['_target_'], node['name']; "
        "turns = sum(hasattr(e, 'text') for e in Simulated(**node).life('user-000', seed=0).stream()); "
        "print(turns, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    (few, least), (many, most) = (
        map(int, subprocess.run([sys.executable, "-c", code % n], capture_output=True, check=True).stdout.split())
        for n in (500, 5000)
    )
    assert many > 8 * few
    assert most <= 1.3 * least


def test_what_is_hard_is_harder_than_what_is_easy():
    def shares(preset):
        node = load_option("source", preset)
        source = Simulated(**{name: value for name, value in node.items() if name not in ("_target_", "name")})
        lives = [source.life(user, seed=0) for user in source.users()[:3]]
        turns = [sum(isinstance(e, Turn) for e in lived.stream()) for lived in lives]
        golds = [gold for lived in lives for gold in lived.gold.values() if gold.evidence]
        return mean(gold.facets["overlap"] for gold in golds), mean(turns)

    (easy, few), (hard, many) = shares("simulated_easy"), shares("simulated_hard")
    assert easy > 1.5 * hard
    assert many > 1.5 * few


def test_a_life_does_not_repeat_itself(lives):
    for lived in lives:
        texts = [event.text for event in lived.stream() if isinstance(event, Turn)]
        assert sum(n - 1 for n in Counter(texts).values()) <= 0.012 * len(texts)


def test_sessions_last_over_the_months_at_waking_hours(lives):
    for lived in lives:
        turns = [event for event in lived.stream() if isinstance(event, Turn)]
        assert 500 <= (turns[-1].at - turns[0].at).days <= 1100
        starts = {turn.session: turn.at.hour for turn in reversed(turns)}
        assert len(starts) == 30
        assert all(7 <= hour <= 21 for hour in starts.values())
        assert 12 <= len(turns) / len(starts) <= 24


def test_the_yaml_and_the_class_agree():
    node = load_option("source", "simulated")
    by_yaml = Simulated(**{name: value for name, value in node.items() if name not in ("_target_", "name")})
    assert fingerprint(by_yaml.life("user-001", seed=0)) == fingerprint(Simulated().life("user-001", seed=0))


def test_the_survey_counts_what_the_card_is_about():
    found = survey(load_card("simulated"), Simulated(users=2))
    assert all(life.error is None for life in found.lives)
    assert [life.user for life in found.lives] == ["user-000", "user-001"]
    assert found.facts == {"attributes": len(load_bank().attributes), "fragments": len(list(fragments(load_bank())))}
    assert len(found.asked) == sum(len(life.gold) for life in found.lives) > 2 * 55
    for life in found.lives:
        kinds = Counter(type(event).__name__ for event in life.events)
        assert len(life.turns) == kinds["Turn"] > 400
        assert len(life.asked) == kinds["Query"]
        assert kinds["SessionEnd"] == 30
        assert 1 <= kinds["Erasure"] <= 5


@pytest.mark.slow
def test_a_hundred_lives_keep_every_law():
    found = survey(load_card("simulated"), Simulated(users=100))
    broken = [result for result in check_data(found) if result.status == "failed"]
    assert not broken
    assert len(found.lives) == 100


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"users": 0}, "users is 0; it must be a whole number of at least 1"),
        ({"sessions": 2.5}, "sessions is 2.5"),
        ({"people": -1}, "people is -1; it must be a whole number of at least 0"),
        ({"chatter": [3, 1]}, r"chatter is \[3, 1\]; it must be two whole numbers, least and most"),
        ({"ask_from": 1.5}, "ask_from is 1.5; it must lie between 0 and 1"),
        ({"overlap": -0.5}, "overlap is -0.5; it must lie between 0 and 1"),
        ({"drift": -1}, "drift is -1; it must lie between 0 and 10"),
        ({"delay": [9, 3]}, r"delay is \[9, 3\]; it must be two whole numbers, least and most"),
        ({"natural": 2}, "natural is 2; it must lie between 0 and 1"),
        ({"rates": {"gossip": 1}}, "rates is 'gossip'; it must be a kind of question, one of current_value, "),
        ({"rates": {"when": -1}}, r"rates.when is -1; it must lie between 0 and 10"),
        ({"months": 1201}, "months is 1201; it must be a whole number from 1 to 1200"),
        ({"months": True}, "months is True; it must be a whole number from 1 to 1200"),
        ({"chatter": [1, 201]}, r"chatter is \[1, 201\]; it must be two whole numbers, least and most, of at most 200"),
        ({"chatter": None}, "chatter is None; it must be two whole numbers"),
        ({"chatter": 3}, "chatter is 3; it must be two whole numbers"),
        ({"delay": 3}, "delay is 3; it must be two whole numbers, least and most, or null"),
        ({"ask_from": None}, "ask_from is None; it must lie between 0 and 1"),
        ({"natural": None}, "natural is None; it must lie between 0 and 1"),
        ({"overlap": "1"}, "overlap is '1'; it must lie between 0 and 1, or null"),
        ({"drift": "1"}, "drift is '1'; it must lie between 0 and 10"),
        ({"slips": None}, "slips is None; it must lie between 0 and 10"),
        ({"rates": {"when": "1"}}, "rates.when is '1'; it must lie between 0 and 10"),
        ({"rates": None}, "rates is None; it must be kinds of question, each with a number"),
        ({"bank": "secret"}, "bank is 'secret'; it must be one of open, sealed, both"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, message):
    with pytest.raises(SourceError, match=message):
        Simulated(**wrong)
