"""What every question of a simulated life should have for gold, by the second reading of its words."""

import re
from datetime import date

from rereading import LASTING, MONTHS, WORDS, alike, closeness

from memlab.text import contains


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
        """Turns that state what must not be used, the user's questions that name it among them."""
        gone = [f for f in self.world.facts if self.is_forbidden(f) or self.is_erased(f)]
        values = {e.value for f in gone for e in self.said(f)}
        asked = (turn for turn, _ in self.reading.asked.values() if turn.session < self.session)
        return {e.turn for f in gone for e in self.said(f)} | {
            turn.id for turn in asked if any(value in turn.text and contains(turn.text, value) for value in values)
        }

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
            said = [e for e in self.said(found[0]) if e.role in ("true", "false")]
            sessions = {self.reading.turns[e.place].session for e in said}
            if len(sessions) == 1 and (self.now - self.world.starts[min(sessions)].date()).days >= 149:
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

    def is_alone(self, fact):
        """Whether nothing else that has been told of could be meant by words for what happened."""
        told = [f for f, *_ in self.happened() if f is fact]
        coming = [e for e in self.world.habits.episodes if e.announced <= self.session]
        return len(told) == 1 and not any(fact.attribute.name in e.kind.like for e in coming)

    def when(self):
        for fact, version, place in self.happened():
            day = f"{version.since.day} {MONTHS[version.since.month - 1]}"
            turns = [{self.reading.turns[place].id}]
            yield fact, (f"{day} {version.since.year}", day), turns, set(), set(), version.value

    def order(self):
        for fact, one, place in self.happened():
            for _, two, other in self.happened():
                if (two.since - one.since).days >= 2 and not (
                    contains(one.value, two.value) or contains(two.value, one.value)
                ):
                    turns = [{self.reading.turns[p].id} for p in sorted((place, other))]
                    yield fact, (one.value,), turns, set(), set(), one.value, two.value

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

    def who_said(self):
        """Only what was first named to the point, not in chatter, of another or in another sense."""
        for fact, version in self.lasting():
            value = fact.versions[version].value
            if self.reading.first_named(value).id in {e.turn for e in self.said(fact)}:
                yield from self.said_first(fact, value)
        for task in self.world.habits.tasks:
            for approach in {a.approach for a in task.attempts if a.session <= self.session}:
                if alike(self.reading.first_named(approach).text, task.kind.propose) > 0.9:
                    yield from self.said_first(None, approach)

    def said_first(self, fact, value):
        turn = self.reading.first_named(value)
        answer = "the user said it" if turn.speaker == "user" else "the assistant said it"
        yield fact, (answer,), [{turn.id}], set(), set(), value

    def session_reference(self):
        for fact, version in self.lasting():
            near = [e for e in self.said(fact) if self.reading.turns[e.place].session == self.session]
            if near and {e.value for e in near} == {fact.versions[version].value}:
                turns = {e.turn for e in near if e.role == "true"}
                yield fact, (fact.versions[version].value,), [turns], set(), set()

    def never_said(self):
        kinds = [word.homonym for word in self.world.habits.ambiguous]
        kinds += [episode.kind for episode in self.world.habits.episodes]
        near = {name for kind in kinds for name in kind.near}
        for attribute in self.reading.bank.attributes:
            if attribute.ask_now and attribute.name not in {n for n, e in self.reading.entries.items() if e} | near:
                yield None, (), [], set(), set(), attribute

    def erased(self):
        yield from ((f, (), [], set(), set(), f.attribute) for f in self.world.facts if self.is_erased(f))

    def not_consented(self):
        for fact in self.world.facts:
            if self.is_forbidden(fact) and self.said(fact) and not self.is_erased(fact):
                yield fact, (), [], set(), set(), fact.attribute


def is_asked(text, kind, fact, answers, turns, stale, stale_values, *named, judge):
    """Whether a question asks for what it is judged by: its topic, noun or own words, what it names, and its month."""
    attribute = fact.attribute if fact else next((n for n in named if hasattr(n, "topic")), None)
    names = [n for n in named if isinstance(n, str)]
    if not all(contains(text, n) for n in names):
        return is_meant(text, kind, fact, names, judge)
    if kind == "as_of":
        month, year = re.search(rf"in ({'|'.join(MONTHS)}) (20[0-9][0-9])", text).groups()
        first = date(int(year), MONTHS.index(month) + 1, 1)
        days = [date.fromordinal(first.toordinal() + n) for n in range(28)]
        began = min(judge.reading.turns[e.place].at.date() for e in judge.said(fact, "true", named[0]))
        held = {max(n for n, v in enumerate(fact.versions) if v.since <= day) for day in days}
        if held != {named[0]} or began >= first:
            return False
    if attribute is None or kind in ("order", "who_said"):
        return True
    own = [
        p for part in ("now", "past", "preference", "when", "list", "count") for p in getattr(attribute, f"ask_{part}")
    ]
    shorter = attribute.noun if kind == "session_reference" else attribute.topic
    return contains(text, shorter) or alike(text, own) > 0.2


def is_meant(text, kind, fact, names, judge):
    """Whether a question means something that it does not name, and can mean nothing else."""
    if kind == "when":
        return meant(text, judge.reading.bank) == fact.attribute.name and judge.is_alone(fact)
    if kind == "order":
        facts = [f for f, version, _ in judge.happened() if version.value in names]
        return min(closeness(text, f.attribute.unnamed) for f in facts) > 0.6 and all(judge.is_alone(f) for f in facts)
    if kind == "who_said":
        told = {e.turn for e in judge.said(fact, "true")} if fact else set()
        only = fact is not None and {e.value for e in judge.said(fact)} == set(names)
        said = alike(text, [fact.attribute.topic]) > 0.7 if fact else False
        return only and said and judge.reading.first_named(names[0]).id in told
    return False


def meant(text, bank):
    """The event whose unnamed phrases are most like a text."""
    events = [a for a in bank.attributes if a.process == "event"]
    return max(events, key=lambda a: closeness(text, a.unnamed)).name
