"""A simulated life read again, from its turns and the plan of its world: what holds and what is asked for, anew.

Nothing here uses how the source finds its questions: it is what its gold is judged by.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from memlab.events import Turn
from memlab.text import contains

TOLD = {"say", "late", "again", "change", "confirm", "correct", "assistant_wrong", "happened", "add"}
OWN = {"say": ["say"], "wrong": ["say"], "happened": ["say"], "add": ["add"], "remove": ["remove"]}
OWN |= {"again": ["say"], "change": ["change"]}
SHARED = {"change": "update_plain", "assistant_wrong": "assistant_corrected"}
LASTING = {"static", "drifting", "cyclic"}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
MONTHS += ["November", "December"]
WORDS = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@dataclass(frozen=True)
class Entry:
    """A turn names a value of a fact: as `true` of a version, as `false`, or as an `aside`, `gone` or taken `back`."""

    place: int
    turn: str
    speaker: str
    role: str
    version: int
    value: str


@cache
def words_of(pattern):
    return frozenset(re.findall(r"[a-z']{3,}", re.sub(r"\{\w+\}", " ", pattern).lower()))


def alike(text, patterns):
    """How much of the likeliest pattern stands in a text."""
    said = set(re.findall(r"[a-z']{3,}", text.lower()))
    return max(len(words_of(p) & said) / max(1, len(words_of(p))) + len(words_of(p)) / 1000 for p in patterns)


class Reading:
    """What a life says, found in its turns: for each fact the entries, in order, from its world's plan alone."""

    def __init__(self, lived, world, bank):
        self.lived, self.world, self.bank = lived, world, bank
        self.turns = [event for event in lived.stream() if isinstance(event, Turn)]
        self.place = {turn.id: n for n, turn in enumerate(self.turns)}
        self.text = [turn.text.split(": ", 1)[1] for turn in self.turns]
        self.by_session = defaultdict(list)
        for n, turn in enumerate(self.turns):
            self.by_session[turn.session].append(n)
        self.entries, self.taken, self.forgot = defaultdict(list), set(), {}
        self.jokes, self.dated = defaultdict(list), {}
        for fact in world.facts:
            for telling in fact.tellings:
                self._read(fact, telling)

    def _read(self, fact, telling):
        name, mode = fact.attribute.name, telling.mode
        patterns = [p for part in OWN.get(mode, []) for p in getattr(fact.attribute, part)]
        patterns += self.bank.modes.get(SHARED.get(mode, mode), ())
        own = fact.versions[telling.version].value
        foreign = mode in {"wrong", "hint", "hint_off", "hearsay", "hypothetical", "quoted", "ironic", "cleared"}
        value = telling.other if foreign else own
        wanted = fact.attribute.topic if mode == "forget" else value
        n = self._find(telling.session, wanted, patterns)
        self.taken.add(n)
        if mode == "forget":
            self.forgot[name] = n
            return

        def note(at, role, version, value):
            entry = Entry(at, self.turns[at].id, self.turns[at].speaker, role, version, value)
            self.entries[name].append(entry)

        role = "true" if mode in TOLD else {"wrong": "false", "remove": "gone", "retract": "back"}.get(mode, "aside")
        if mode == "assistant_wrong":
            assert contains(self.text[n - 1], telling.other)
            note(n - 1, "false", telling.version, telling.other)
        note(n, role, telling.version, value)
        if mode == "change" and contains(self.text[n], fact.versions[telling.version - 1].value):
            note(n, "true", telling.version - 1, fact.versions[telling.version - 1].value)
        if mode == "correct" and contains(self.text[n], telling.other):
            note(n, "false", telling.version, telling.other)
        if n + 1 < len(self.turns) and contains(self.text[n + 1], value):
            note(n + 1, role, telling.version, value)
        if mode == "happened":
            self.dated[name, telling.version] = n
        if mode in ("ironic", "cleared"):
            self.jokes[name].append((n, mode, telling.other))

    def _find(self, session, value, patterns):
        best = [
            (alike(self.text[n], patterns), -n)
            for n in self.by_session[session]
            if self.turns[n].speaker == "user" and n not in self.taken and contains(self.text[n], value)
        ]
        assert best, (session, value, patterns[:2])
        return -max(best)[1]

    def unread(self):
        """Turns that name a value of a fact and are read as no telling of it."""
        for fact in self.world.facts:
            known = {entry.place for entry in self.entries[fact.attribute.name]}
            for value in {e.value for e in self.entries[fact.attribute.name]}:
                for n, text in enumerate(self.text):
                    if n not in known and contains(text, value):
                        yield fact.attribute.name, value, self.turns[n].id, text


class Judge:
    """What the answers to every kind of question are after `until` turns, at the end of `session`."""

    def __init__(self, reading, until, session, withdrawn):
        self.reading, self.until, self.session, self.withdrawn = reading, until, session, withdrawn
        self.world, self.now = reading.world, reading.world.starts[session].date()

    def said(self, fact, role=None, version=None, value=None):
        return [
            e
            for e in self.reading.entries[fact.attribute.name]
            if e.place < self.until
            and (role is None or e.role == role)
            and (version is None or e.version == version)
            and (value is None or e.value == value)
        ]

    def is_erased(self, fact):
        return self.reading.forgot.get(fact.attribute.name, self.until) < self.until

    def is_forbidden(self, fact):
        category = fact.attribute.sensitivity
        return self.world.consents.get(category) is False or category in self.withdrawn

    def is_open(self, fact):
        """May be told, was neither erased nor taken back, and no joke about it waits to be cleared."""
        jokes = [(mode, other) for n, mode, other in self.reading.jokes[fact.attribute.name] if n < self.until]
        pending = {o for m, o in jokes if m == "ironic"} - {o for m, o in jokes if m == "cleared"}
        return not (self.is_forbidden(fact) or self.is_erased(fact) or self.said(fact, "back") or pending)

    def current(self, fact):
        return max((e.version for e in self.said(fact, "true")), default=None)

    def lasting(self):
        for fact in self.world.facts:
            if fact.attribute.process in LASTING and self.is_open(fact) and self.current(fact) is not None:
                yield fact, self.current(fact)

    def forbidden(self):
        gone = [f for f in self.world.facts if self.is_forbidden(f) or self.is_erased(f)]
        return {e.turn for f in gone for e in self.said(f)}

    def current_value(self):
        for fact, version in self.lasting():
            value = fact.versions[version].value
            good = {e.turn for e in self.said(fact, "true", version)}
            older = [e for e in self.said(fact, "true") if e.version < version] + self.said(fact, "false")
            bad = {(e.turn, e.value) for e in older if e.value != value}
            yield fact, (value,), [good], {turn for turn, _ in bad} - good, {v for _, v in bad}

    preference = current_value

    def old_but_true(self):
        for found in self.current_value():
            sessions = {t.session for t in found[0].tellings if t.session <= self.session}
            if len(sessions) == 1 and (self.now - self.world.starts[min(sessions)].date()).days >= 199:
                yield found

    def past_value(self):
        for fact, version in self.lasting():
            values = [v.value for v in fact.versions[: version + 1]]
            for n in range(1, version + 1):
                if values.count(values[n]) == 1:
                    turns = {e.turn for e in self.said(fact, "true", n - 1)}
                    yield fact, (values[n - 1],), [turns], set(), set(), values[n]

    def as_of(self):
        for fact, version in self.lasting():
            for n in range(version):
                turns = {e.turn for e in self.said(fact, "true", n)}
                yield fact, (fact.versions[n].value,), [turns], set(), set(), n

    def duration(self):
        """Only what began and ended once; counted from what was true and from what was said, which must agree."""
        for fact, version in self.lasting():
            values = [v.value for v in fact.versions[: version + 1]]
            for n in range(1, version):
                ends = [min(e.place for e in self.said(fact, "true", v)) for v in (n, n + 1)]
                told = [self.reading.turns[end].at.date() for end in ends]
                true = [fact.versions[v].since for v in (n, n + 1)]
                counts = {round((b - a).days / 30.4) for a, b in (told, true)}
                if values.count(values[n]) == 1 and len(counts) == 1 and (months := counts.pop()) >= 2:
                    answers = (f"{months} months", *((f"{WORDS[months]} months",) if months <= 12 else ()))
                    turns = [{self.reading.turns[end].id} for end in ends]
                    yield fact, answers, turns, set(), set(), values[n]

    def happened(self):
        for fact in self.world.facts:
            for n, version in enumerate(fact.versions):
                place = self.reading.dated.get((fact.attribute.name, n), self.until)
                if place < self.until and self.is_open(fact):
                    yield fact, version, place

    def when(self):
        for fact, version, place in self.happened():
            day = f"{version.since.day} {MONTHS[version.since.month - 1]}"
            turns = [{self.reading.turns[place].id}]
            yield fact, (f"{day} {version.since.year}", day), turns, set(), set(), version.value

    def order(self):
        for _, one, place in self.happened():
            for _, two, other in self.happened():
                if (two.since - one.since).days >= 2 and not (
                    contains(one.value, two.value) or contains(two.value, one.value)
                ):
                    turns = [{self.reading.turns[p].id} for p in sorted((place, other))]
                    yield None, (one.value,), turns, set(), set(), one.value, two.value

    def list(self):
        for fact in self.world.facts:
            if fact.attribute.process == "set" and self.is_open(fact):
                gone = {e.version for e in self.said(fact, "gone")}
                held = sorted({e.version for e in self.said(fact, "true")} - gone)
                values = [fact.versions[n].value for n in held]
                nuggets = [{e.turn for e in self.said(fact, "true", n)} for n in held]
                left = [e for n in gone for e in self.said(fact, "true", n)]
                if 2 <= len(held) <= 6:
                    yield fact, (", ".join(values),), nuggets, {e.turn for e in left}, {e.value for e in left}

    def count(self):
        for fact, _, nuggets, stale, values in self.list():
            yield fact, (WORDS[len(nuggets)], str(len(nuggets))), nuggets, stale, values

    def named_first(self, value):
        """The first turn that names a value, whoever says it and whatever about."""
        return next(n for n in range(self.until) if contains(self.reading.text[n], value))

    def who_said(self):
        named = [fact.versions[version].value for fact, version in self.lasting()]
        named += [a.approach for t in self.world.habits.tasks for a in t.attempts if a.session <= self.session]
        for value in named:
            turn = self.reading.turns[self.named_first(value)]
            answer = "the user said it" if turn.speaker == "user" else "the assistant said it"
            yield None, (answer,), [{turn.id}], set(), set(), value

    def session_reference(self):
        for fact, version in self.lasting():
            near = [e for e in self.said(fact) if self.reading.turns[e.place].session == self.session]
            if near and {e.value for e in near} == {fact.versions[version].value}:
                turns = {e.turn for e in near if e.role == "true"}
                yield fact, (fact.versions[version].value,), [turns], set(), set()

    def never_said(self):
        for attribute in self.reading.bank.attributes:
            if attribute.ask_now and attribute.name not in {n for n, e in self.reading.entries.items() if e}:
                yield None, (), [], set(), set(), attribute

    def erased(self):
        yield from ((f, (), [], set(), set(), f.attribute) for f in self.world.facts if self.is_erased(f))

    def not_consented(self):
        for fact in self.world.facts:
            if self.is_forbidden(fact) and self.said(fact) and not self.is_erased(fact):
                yield fact, (), [], set(), set(), fact.attribute
