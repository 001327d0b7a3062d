"""Gold judged by a second reading of many lives, and the notes of what is out of date."""

import re
from collections import Counter, defaultdict
from datetime import date
from functools import cache

import pytest
from rereading import LASTING, MONTHS, Judge, Reading, alike

from memlab.events import Consent, Erasure, Outcome, Query, Turn
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
    "slips": {"sessions": 20, "attributes": 50, "slips": 4.0, "bank": "sealed"},
    "drift": {"sessions": 30, "months": 30, "attributes": 50, "drift": 8.0, "bank": "open", "overlap": 0.0},
    "erased": {"sessions": 14, "attributes": 40, "erasures": 25, "slips": 2.0, "overlap": 1.0},
    "typos": {"sessions": 16, "attributes": 40, "slips": 2.0, "typo_permille": 300, "homonyms": 12, "episodes": 12},
}
LIVES = 4


def habits_judged(judge, events, kind):
    """The same for people and for what recurs, from the plan and the words."""
    reading, habits = judge.reading, judge.world.habits
    said = [(t, x) for t, x in zip(reading.turns, reading.text, strict=True)][: judge.until]

    def likest(session, patterns, value=""):
        users = [
            (alike(x, patterns), -n)
            for n, (t, x) in enumerate(said)
            if (t.session, t.speaker) == (session, "user") and (not value or contains(x, value))
        ]
        return -max(users)[1]

    def told(session, patterns, value):
        """The likeliest turn and, where it repeats the value, the answer to it."""
        n = likest(session, patterns, value)
        heard = re.sub("^my ", "your ", value)
        return {t.id for t, x in said[n : n + 2] if contains(x, value) or contains(x, heard)}

    if kind == "two_hop":
        for person in judge.world.acquaintances:
            for about, value, sessions in person.facts:
                past = [s for s in sessions if s <= judge.session]
                if person.introduced <= judge.session and past and not person.namesake:
                    first = said[likest(person.introduced, person.relation.introduce, person.name)][0].id
                    yield (value,), [{first}, set().union(*(told(s, about.say, value) for s in past))]
    if kind == "homonym":
        for word in habits.ambiguous:
            for sense, value, sessions in zip(word.homonym.senses, word.values, word.sessions, strict=True):
                past = [s for s in sessions if s <= judge.session]
                if all(s and min(s) <= judge.session for s in word.sessions):
                    yield (value,), [set().union(*(told(s, sense.say, value) for s in past))]
    if kind == "next_request":
        for f in habits.followed:
            past = [s for s, follows in f.times if follows and s <= judge.session]
            yield (f.routine.value,), [{said[likest(s, f.routine.after)][0].id for s in past}]
    if kind in ("best_approach", "avoid_error"):
        done = defaultdict(lambda: defaultdict(list))
        for event in events:
            if isinstance(event, Outcome):
                done[event.task][event.approach].append((event.success, event.turn))
        for tried in done.values():
            rate = {a: sum(ok for ok, _ in all_) / len(all_) for a, all_ in tried.items()}
            if kind == "best_approach":
                top = [a for a in rate if rate[a] == max(rate.values())]
                if len(top) == 1 and len(tried[top[0]]) >= 2 and rate[top[0]] > 0.5:
                    yield (top[0],), [{turn for ok, turn in tried[top[0]] if ok}]
            elif bad := sorted(a for a in rate if rate[a] == 0):
                yield tuple(bad), [{turn for a in bad for _, turn in tried[a]}]
    if kind in ("outcome", "sentiment"):
        for e in habits.episodes:
            if e.ended is not None and e.ended <= judge.session:
                answer = e.ending.outcome_value if kind == "outcome" else e.ending.sentiment
                yield (answer,), [{said[likest(e.ended, e.ending.say, e.value)][0].id}]


def differences(lived, world, bank):
    """Every question whose gold is not what a second reading says, with both."""
    reading, events, until, withdrawn = Reading(lived, world, bank), [], 0, set()
    for event in lived.stream():
        events.append(event)
        if isinstance(event, Turn):
            until += 1
        if isinstance(event, Consent) and until and not event.granted:
            withdrawn.add(event.category)
        judge = Judge(reading, until, event.session, withdrawn)
        if isinstance(event, Erasure):
            wanted = {
                e.turn
                for f in world.facts
                if reading.forgot.get(f.attribute.name) in (until - 2, until - 1)
                for e in judge.said(f)
            }
            if event.turns != wanted:
                yield "erasure", event, wanted
        if isinstance(event, Query):
            gold = lived.gold[event.id]
            own = (set(gold.answers), sorted(map(sorted, (n.turns for n in gold.evidence))))
            if gold.forbidden != judge.forbidden():
                yield "forbidden", event, gold.forbidden ^ judge.forbidden()
            if hasattr(judge, gold.kind):
                found = list(getattr(judge, gold.kind)())
                own += (set(gold.stale), set(gold.stale_values))
                right = [(set(a), sorted(map(sorted, n)), s, v) for _, a, n, s, v, *_ in found]
            else:
                right = [(set(a), sorted(map(sorted, n))) for a, n in habits_judged(judge, events, gold.kind)]
            if own not in right:
                near = [r for r in right if r[0] == own[0]]
                yield gold.kind, event.text, own, near
            elif hasattr(judge, gold.kind):
                subjects = [f for f, r in zip(found, right, strict=True) if r == own]
                if not any(is_asked(event.text, gold.kind, *f, judge=judge) for f in subjects):
                    yield (
                        gold.kind,
                        event.text,
                        "asks for something else",
                        [f[0] and f[0].attribute.name for f in subjects],
                    )


def is_asked(text, kind, fact, answers, turns, stale, stale_values, *named, judge):
    """Whether a question asks for what it is judged by: its topic, noun or own words, what it names, and its month."""
    attribute = fact.attribute if fact else next((n for n in named if hasattr(n, "topic")), None)
    names = [n for n in named if isinstance(n, str)]
    if not all(contains(text, n) for n in names):
        return False
    if kind == "as_of":
        month, year = re.search(rf"in ({'|'.join(MONTHS)}) (20[0-9][0-9])", text).groups()
        first = date(int(year), MONTHS.index(month) + 1, 1)
        days = [date.fromordinal(first.toordinal() + n) for n in range(28)]
        began = min(judge.reading.turns[e.place].at.date() for e in judge.said(fact, "true", named[0]))
        held = {max(n for n, v in enumerate(fact.versions) if v.since <= day) for day in days}
        if held != {named[0]} or began >= first:
            return False
    if attribute is None:
        return True
    own = [
        p for part in ("now", "past", "preference", "when", "list", "count") for p in getattr(attribute, f"ask_{part}")
    ]
    shorter = attribute.noun if kind == "session_reference" else attribute.topic
    return contains(text, shorter) or alike(text, own) > 0.2


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
        shape = Shape(**{name: knobs[name] for name in Shape.__slots__})
        found.append((lived, build_world(bank, shape, derive(seed, "simulated", "user-000")), bank))
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
    for lived, world, bank in lives(setting):
        noted = [(note.turn, note.by) for note in lived.superseded]
        assert sorted(noted) == sorted(set(superseded(Reading(lived, world, bank))))


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_turn_but_those_of_a_fact_tells_it_in_its_words(setting):
    """What names a value elsewhere is chatter, another fact or a word in another sense."""
    for lived, world, bank in lives(setting):
        own = {fact.attribute.name: fact.attribute.say for fact in world.facts}
        for name, value, turn, text in Reading(lived, world, bank).unread():
            assert alike(text, own[name]) < 0.9, (name, value, turn, text)


@pytest.mark.parametrize("setting", SETTINGS)
def test_days_that_are_told_are_counted_from_the_day_of_the_turn(setting):
    for lived, world, _ in lives(setting):
        turns = [event for event in lived.stream() if isinstance(event, Turn)]
        assert all(turn.at.date() == world.starts[turn.session].date() for turn in turns)


def test_nothing_is_heard_of_those_whom_the_user_introduces():
    heard = 0
    for setting in SETTINGS:
        for lived, world, _ in lives(setting):
            known = {p.relation.third.format(name=""): p.name for p in world.acquaintances}
            words = {word.homonym.word for word in world.habits.ambiguous}  # Ruby is also a name
            for event in lived.stream():
                if isinstance(event, Turn):
                    for who, name in known.items():
                        named = re.findall(rf"\b{re.escape(who)}([A-Z]\w+)", event.text)
                        assert set(named) <= {name} | words, event.text
            heard += sum(t.mode == "hearsay" for fact in world.facts for t in fact.tellings)
    assert heard > 20
