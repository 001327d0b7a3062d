"""A simulated life read again, from its turns and the plan of its world: what holds and what is asked for, anew.

Nothing here uses how the source finds its questions: it is what its gold is judged by.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from memlab.events import Query, Turn
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


@cache
def threes(text):
    return frozenset(text[n : n + 3].lower() for n in range(len(text) - 2))


def closeness(text, patterns):
    """How much of the likeliest pattern stands in a text, in three letters at a time, which a typo mostly leaves."""
    said = threes(text)
    bare = [re.sub(r"\{\w+\}", "", pattern) for pattern in patterns]
    return max(len(threes(p) & said) / len(threes(p)) for p in bare)


class Reading:
    """What a life says, found in its turns: for each fact the entries, in order, from its world's plan alone.

    A question that the user asks in the course of the talk, and the answer to it, tell nothing; they stand in `asked`.
    """

    def __init__(self, lived, world, bank):
        self.lived, self.world, self.bank = lived, world, bank
        self.events = list(lived.stream())
        self.turns, self.asked, waiting = [], {}, []
        for event in self.events:
            if isinstance(event, Query) and not event.probe:
                waiting = [event, event]
            if isinstance(event, Turn) and waiting:
                self.asked[event.id] = event, waiting.pop()
            elif isinstance(event, Turn):
                self.turns.append(event)
        self.text = [turn.text.split(": ", 1)[1] for turn in self.turns]
        self.low = [text.lower() for text in self.text]
        self.by_session = defaultdict(list)
        for n, turn in enumerate(self.turns):
            self.by_session[turn.session].append(n)
        self.entries, self.taken, self.forgot = defaultdict(list), set(), {}
        self.jokes, self.dated = defaultdict(list), {}
        self._named, self._likest = {}, {}
        self.everything = [(event, event.text.lower()) for event in self.events if isinstance(event, Turn)]
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
        if contains(self.text[n + 1], value) and alike(self.text[n + 1], fact.attribute.echo) > 0.9:
            note(n + 1, role, telling.version, value)
        if mode == "happened":
            self.dated[name, telling.version] = n
        if mode in ("ironic", "cleared"):
            self.jokes[name].append((n, mode, telling.other))

    def _find(self, session, value, patterns):
        best = [
            (alike(self.text[n], patterns), -n)
            for n in self.by_session[session]
            if self.turns[n].speaker == "user" and n not in self.taken and self.names(n, value)
        ]
        assert best, (session, value, patterns[:2])
        return -max(best)[1]

    def first_named(self, value):
        """The first turn that names a value, whoever says it and whatever about, be it to ask."""
        if value not in self._named:
            words = re.findall("[a-z]+", value.lower())
            likely = (turn for turn, low in self.everything if all(word in low for word in words))
            self._named[value] = next(turn for turn in likely if contains(turn.text.split(": ", 1)[1], value))
        return self._named[value]

    def likest(self, session, patterns, value=""):
        """The user's turn of a session that is most like some patterns."""
        key = session, id(patterns), value
        if key not in self._likest:
            users = [n for n in self.by_session[session] if self.turns[n].speaker == "user"]
            fit = [n for n in users if not value or self.names(n, value)]
            self._likest[key] = max(fit, key=lambda n: (closeness(self.text[n], patterns), -n))
        return self._likest[key]

    def names(self, n, value):
        """Whether a turn names a value, which stands in it as it is written."""
        return value.lower() in self.low[n] and contains(self.text[n], value)

    def unread(self):
        """Turns that name a value of a fact and are read as no telling of it."""
        for fact in self.world.facts:
            known = {entry.place for entry in self.entries[fact.attribute.name]}
            for value in {e.value for e in self.entries[fact.attribute.name]}:
                for n, text in enumerate(self.text):
                    if n not in known and self.names(n, value):
                        yield fact.attribute.name, value, self.turns[n].id, text
