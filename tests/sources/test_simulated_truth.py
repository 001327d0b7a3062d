"""Gold judged by a second reading of many lives, and the notes of what is out of date."""

import re
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from rejudging import Judge, is_asked
from rejudging_habits import habits_judged, is_asked_so
from rereading import LASTING, Reading, alike

from memlab.events import Consent, Erasure, Query, Turn
from memlab.seeds import derive
from memlab.sources.simulated import Simulated
from memlab.sources.simulated.asking import KINDS
from memlab.sources.simulated.bank import load_bank
from memlab.sources.simulated.world import Shape, build_world
from memlab.text import contains

SHAPE = {"sessions": 12, "months": 14, "attributes": 24, "people": 4, "homonyms": 3, "routines": 2, "tasks": 3}
SHAPE |= {"episodes": 4, "erasures": 5, "drift": 1.0, "slips": 1.0}
SETTINGS = {
    "plain": {},
    "short": {"sessions": 2, "attributes": 74, "people": 12, "tasks": 14},
    "slips": {"sessions": 20, "attributes": 50, "slips": 4.0, "corrections": 4.0, "bank": "sealed"},
    "drift": {"sessions": 24, "months": 26, "attributes": 40, "drift": 8.0, "bank": "open", "overlap": 0.0},
    "erased": {"sessions": 14, "attributes": 40, "erasures": 25, "slips": 2.0, "overlap": 1.0},
    "typos": {"sessions": 16, "attributes": 40, "slips": 2.0, "typo_permille": 300, "homonyms": 12, "episodes": 12},
}
LIVES = 4


def differences(lived, reading):
    """Every question whose gold is not what a second reading says, with both."""
    events, until, withdrawn = [], 0, set()
    for event in reading.events:
        events.append(event)
        if isinstance(event, Turn) and event.id not in reading.asked:
            until += 1
        if isinstance(event, Consent) and until and not event.granted:
            withdrawn.add(event.category)
        if not isinstance(event, Erasure | Query):
            continue
        judge = Judge(reading, until, event.session, withdrawn)
        if isinstance(event, Erasure):
            gone = [f for f in reading.world.facts if reading.forgot.get(f.attribute.name) in (until - 2, until - 1)]
            if event.turns != {e.turn for f in gone for e in judge.said(f)}:
                yield "erasure", event
        else:
            gold = lived.gold[event.id]
            if gold.forbidden != judge.forbidden():
                yield "forbidden", event, gold.forbidden ^ judge.forbidden()
            differs = of_fact if hasattr(judge, gold.kind) else of_habit
            yield from differs(event.text, gold, judge, events)


def of_fact(text, gold, judge, _events):
    """How the gold of a question about a fact differs."""
    found = list(getattr(judge, gold.kind)())
    right = [(set(a), sorted(map(sorted, n)), s, v) for _, a, n, s, v, *_ in found]
    answers = {value_meant(answer, judge) for answer in gold.answers} if gold.kind == "order" else set(gold.answers)
    own = answers, sorted(map(sorted, (n.turns for n in gold.evidence))), set(gold.stale), set(gold.stale_values)
    if own not in right:
        yield gold.kind, text, own, [r for r in right if r[0] == own[0]]
    elif not any(is_asked(text, gold.kind, *f, judge=judge) for f, r in zip(found, right, strict=True) if r == own):
        yield gold.kind, text, "asks for something else", own


def of_habit(text, gold, judge, events):
    """How the gold of a question about a person, or about what recurs, differs."""
    found = list(habits_judged(judge, events, gold.kind))
    own = set(gold.answers), sorted(map(sorted, (n.turns for n in gold.evidence)))
    same = [f for f in found if (set(f[0]), sorted(map(sorted, f[1]))) == own]
    if not same:
        yield gold.kind, text, own, found
    elif not any(is_asked_so(text, asks, value, [f[2] for f in found if f[2] != asks]) for *_, asks, value in same):
        yield gold.kind, text, "asks for something else", own


def value_meant(answer, judge):
    """What an answer names, or means where it does not name it."""
    happened = [(fact, version.value) for fact, version, _ in judge.happened()]
    named = [value for _, value in happened if value == answer]
    return (named or [value for fact, value in happened if answer in fact.attribute.unnamed])[0]


def superseded(reading):
    """What is out of date from when on, by the plan and the words."""
    for fact in reading.world.facts:
        entries = sorted(reading.entries[fact.attribute.name], key=lambda e: e.place)
        changed = {}
        for e in entries:
            changed.setdefault(e.version, e) if e.role == "true" else None
        for e in entries:
            later = [x for x in entries if x.place > e.place]
            by = []
            if e.role == "true" and fact.attribute.process == "drifting":
                by += [x for x in later if x.role == "true" and x.version == e.version + 1]
                own = {x.version for x in entries if x.place == e.place and x.role == "true"}
                by = [] if e.version + 1 in own else by
            if e.role == "true" and fact.attribute.process == "set":
                by += [x for x in later if x.role == "gone" and x.version == e.version]
            if e.role == "false" and not any(x.place == e.place and x.role == "true" for x in entries):
                by += [x for x in later if x.role == "true" and x.speaker == "user"]
            if e.role == "true" and fact.attribute.process in LASTING and e.version == max(changed):
                by += [x for x in later if x.role == "back"]
            jokes = reading.jokes[fact.attribute.name]
            if (e.place, "ironic", e.value) in jokes:
                by += [x for x in later if (x.place, "cleared", e.value) in jokes]
            if by:
                yield e.turn, by[0].turn


@cache
def lives(setting):
    found = []
    for seed in range(LIVES):
        knobs = SHAPE | SETTINGS[setting]
        lived = Simulated(users=1, queries=120, ask_from=0.2, **knobs).life("user-000", seed=seed)
        bank = load_bank(knobs.get("bank", "both"))
        shape = Shape(**{name: knobs[name] for name in Shape.__slots__ if name in knobs})
        found.append((lived, Reading(lived, build_world(bank, shape, derive(seed, "simulated", "user-000")), bank)))
    return found


@pytest.mark.parametrize("setting", SETTINGS)
def test_gold_is_what_a_second_reading_finds(setting):
    wrong = [d for life in lives(setting) for d in differences(*life)]
    assert not wrong, wrong[:3]


def test_every_kind_is_judged():
    asked = Counter(g.kind for setting in SETTINGS for lived, *_ in lives(setting) for g in lived.gold.values())
    assert set(asked) == set(KINDS)
    assert min(asked.values()) >= 10


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_is_superseded_is_what_a_second_reading_finds_no_more_no_less(setting):
    for lived, reading in lives(setting):
        noted = [(note.turn, note.by) for note in lived.superseded]
        assert sorted(noted) == sorted(set(superseded(reading)))


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_turn_but_those_of_a_fact_tells_it_in_its_words(setting):
    """What names a value elsewhere is chatter, another fact or a word in another sense."""
    for _, reading in lives(setting):
        own = {fact.attribute.name: fact.attribute.say for fact in reading.world.facts}
        for name, value, turn, text in reading.unread():
            assert alike(text, own[name]) < 0.9, (name, value, turn, text)


def test_no_life_tells_of_one_of_its_attributes_by_a_homonym_or_an_episode():
    bank = load_bank()
    attributes, words = {a.name for a in bank.attributes}, {homonym.word for homonym in bank.homonyms}
    kinds = {a.name for a in bank.attributes if a.process == "event"} | {e.name for e in bank.episodes}
    assert all(set(kind.near) <= attributes | words for kind in (*bank.homonyms, *bank.episodes))
    assert all(set(episode.like) <= kinds for episode in bank.episodes)
    for setting in SETTINGS:
        for _, reading in lives(setting):
            habits = reading.world.habits
            known = {fact.attribute.name for fact in reading.world.facts} | {w.homonym.word for w in habits.ambiguous}
            near = [w.homonym.near for w in habits.ambiguous] + [e.kind.near for e in habits.episodes]
            assert known.isdisjoint(name for names in near for name in names)


def test_a_question_of_the_users_own_is_a_turn_and_its_answer_tells_nothing():
    asked = 0
    for setting in SETTINGS:
        for lived, reading in lives(setting):
            for turn, query in reading.asked.values():
                if turn.speaker == "user":
                    assert turn.text == f"user: {query.text}"
                else:
                    assert not any(contains(turn.text, answer) for answer in lived.gold[query.id].answers)
                asked += 1
            natural = [event for event in reading.events if isinstance(event, Query) and not event.probe]
            assert len(reading.asked) == 2 * len(natural)
    assert asked > 100


def test_the_assistant_never_speaks_twice_in_a_row():
    for setting in SETTINGS:
        for _, reading in lives(setting):
            turns = [turn for turn, _ in reading.everything]
            for one, next_ in pairwise(turns):
                assert one.session != next_.session or "user" in (one.speaker, next_.speaker), next_.text


def test_the_assistant_does_not_repeat_what_it_may_not_keep():
    told = 0
    for setting in SETTINGS:
        for _, reading in lives(setting):
            for fact in reading.world.facts:
                if fact.forbidden:
                    said = [entry for entry in reading.entries[fact.attribute.name] if entry.role == "true"]
                    assert all(entry.speaker == "user" for entry in said)
                    told += len(said)
    assert told > 100


@pytest.mark.parametrize("setting", SETTINGS)
def test_days_that_are_told_are_counted_from_the_day_of_the_turn(setting):
    for _, reading in lives(setting):
        assert all(turn.at.date() == reading.world.starts[turn.session].date() for turn in reading.turns)


def test_nothing_is_heard_of_those_whom_the_user_introduces():
    heard = 0
    for setting in SETTINGS:
        for _, reading in lives(setting):
            known = {p.relation.third.format(name=""): p.name for p in reading.world.acquaintances}
            words = {word.homonym.word for word in reading.world.habits.ambiguous}  # Ruby is also a name
            for text in reading.text:
                for who, name in known.items():
                    named = re.findall(rf"\b{re.escape(who)}([A-Z]\w+)", text)
                    assert set(named) <= {name} | words, text
            heard += sum(t.mode == "hearsay" for fact in reading.world.facts for t in fact.tellings)
    assert heard > 20
