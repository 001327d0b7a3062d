"""The language bank: how much there is, that it does not repeat itself, and that its parts share nothing."""

import re
from collections import Counter, defaultdict
from dataclasses import fields
from itertools import combinations
from math import ceil
from string import Formatter

import pytest

from memlab.sources.simulated.bank import fragments, in_part, load_bank
from memlab.sources.simulated.patterns import Attribute
from memlab.text import contains, normalise

ALIKE = 0.6
SLOTS = {
    "say": {"value", "when"}, "echo": {"value"}, "change": {"value", "old"}, "add": {"value"}, "remove": {"value"},
    "ask_now": set(), "ask_past": {"value"}, "ask_preference": set(), "ask_when": {"value"}, "ask_list": set(),
    "ask_count": set(),
}  # fmt: skip
NEEDED = {
    "static": ("ask_now",), "drifting": ("change", "ask_now", "ask_past"), "cyclic": ("change", "ask_now", "ask_past"),
    "event": ("ask_when",), "ephemeral": (), "set": ("add", "remove", "ask_list", "ask_count"),
}  # fmt: skip


@pytest.fixture(scope="module")
def bank():
    return load_bank()


def words(text):
    return frozenset(re.findall(r"[a-z']+", re.sub(r"\{\w+\}|\d", " ", text.lower())))


def slots(pattern):
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


def test_there_is_enough_of_everything(bank):
    assert len(bank.attributes) >= 60
    assert len({attribute.domain for attribute in bank.attributes}) == 16
    assert {attribute.process for attribute in bank.attributes} == set(NEEDED)
    assert len({attribute.sensitivity for attribute in bank.attributes} - {"none"}) >= 4
    assert len(set(fragments(bank))) >= 3000
    assert len(bank.exchanges) >= 400
    assert sum(len(exchange) > 2 for exchange in bank.exchanges) >= 180
    assert len(bank.homonyms) >= 40
    assert len(bank.registers) == 5


def test_no_two_fragments_share_more_than_three_in_five_words(bank):
    texts = sorted(set(fragments(bank)) | {turn for exchange in bank.exchanges for turn in exchange})
    bags = [words(text) for text in texts]
    often = Counter(word for bag in bags for word in bag)
    by_word = defaultdict(list)
    for place, bag in enumerate(bags):
        # two bags that share more than ALIKE of their words share one of these, their rarest
        rarest = sorted(bag, key=lambda word: (often[word], word))[: len(bag) - ceil(ALIKE * len(bag)) + 1]
        for other in {other for word in rarest for other in by_word[word]}:
            alike = len(bag & bags[other]) / len(bag | bags[other])
            assert len(bag) < 2 or alike <= ALIKE, (texts[place], texts[other], round(alike, 2))
        for word in rarest:
            by_word[word].append(place)


def test_few_fragments_are_bare_fillers(bank):
    texts = set(fragments(bank))
    assert sum(len(words(text)) <= 3 for text in texts) <= len(texts) / 5


def test_each_part_has_something_of_everything_and_shares_none_of_it(bank):
    parts = [load_bank("open"), load_bank("sealed")]
    for attribute in bank.attributes:
        for field in fields(Attribute):
            own = getattr(attribute, field.name)
            if field.name in SLOTS and own:
                halves = [
                    set(getattr(next(a for a in part.attributes if a.name == attribute.name), field.name))
                    for part in parts
                ]
                assert all(halves), (attribute.name, field.name)
                assert not halves[0] & halves[1], (attribute.name, field.name)
                assert halves[0] | halves[1] == set(own)
    share = len(list(fragments(parts[0]))) / len(list(fragments(bank)))
    assert 0.45 <= share <= 0.55
    assert not set(parts[0].exchanges) & set(parts[1].exchanges)


def test_a_part_is_known_by_the_fragment_alone():
    assert in_part("any sentence", "open") != in_part("any sentence", "sealed")
    assert in_part("any sentence", "both")


def test_an_attribute_has_what_its_process_needs(bank):
    for attribute in bank.attributes:
        for name in NEEDED[attribute.process]:
            assert len(getattr(attribute, name)) >= 4, (attribute.name, name)
        assert 20 <= len(set(attribute.values)) <= 200, attribute.name
        assert len(attribute.say) >= 6, attribute.name


def test_patterns_name_the_slots_that_they_are_given(bank):
    for attribute in bank.attributes:
        for name, allowed in SLOTS.items():
            for pattern in getattr(attribute, name):
                assert slots(pattern) <= allowed, (attribute.name, pattern)
        for pattern in attribute.say:
            assert "value" in slots(pattern), (attribute.name, pattern)
            assert ("when" in slots(pattern)) == (attribute.process == "event"), (attribute.name, pattern)
        assert slots(attribute.clause.thing) == ({"value"} if attribute.process == "event" else set()), attribute.name
        assert slots(attribute.clause.i) == slots(attribute.clause.you) == {"value"}, attribute.name


def test_no_value_holds_another_of_its_attribute(bank):
    for attribute in bank.attributes:
        for value in attribute.values:
            others = [other for other in attribute.values if other != value and contains(other, value)]
            assert not others, (attribute.name, value, others)


def test_no_question_names_a_value(bank):
    asking = ("ask_now", "ask_preference", "ask_list", "ask_count")
    for attribute in bank.attributes:
        for pattern in (pattern for name in asking for pattern in getattr(attribute, name)):
            named = [value for value in attribute.values if contains(pattern, value)]
            assert not named, (attribute.name, pattern, named)


def test_every_slot_of_an_exchange_has_words(bank):
    for exchange in bank.exchanges:
        for turn in exchange:
            assert slots(turn) <= set(bank.words), turn


def test_people_are_asked_for_by_relation_and_spoken_of_by_name(bank):
    for relation in bank.relations:
        for about in relation.about:
            assert all("name" in slots(pattern) and "value" in slots(pattern) for pattern in about.say), about.name
            assert not any(slots(pattern) for pattern in about.ask), about.name


def test_an_echo_repeats_the_value_in_all_its_wordings_or_in_none(bank):
    """What an echo states is noted for the list as a whole; that of an attribute is always noted."""
    own = [attribute.echo for attribute in bank.attributes]
    others = [about.echo for relation in bank.relations for about in relation.about]
    others += [sense.echo for homonym in bank.homonyms for sense in homonym.senses]
    assert min(len(own), len(others)) > 70
    assert all("{value}" in pattern for echo in own for pattern in echo)
    for echo in others:
        assert len({"{value}" in pattern for pattern in echo}) == 1, echo


def test_a_word_with_two_senses_stands_in_its_questions(bank):
    for homonym in bank.homonyms:
        assert len(homonym.senses) == 2
        for sense in homonym.senses:
            assert all(homonym.word.lower() in pattern.lower() for pattern in sense.ask), (homonym.word, sense.name)
            assert not any(contains(p, v) for p in sense.ask for v in sense.values), (homonym.word, sense.name)


def test_what_is_said_beside_the_point_goes_with_every_domain_and_names_no_value(bank):
    assert set(bank.talk) == {attribute.domain for attribute in bank.attributes} | {"any"}
    named = [a.values for a in bank.attributes] + [e.values for e in bank.episodes] + [t.approaches for t in bank.tasks]
    named += [sense.values for homonym in bank.homonyms for sense in homonym.senses]
    named += [values for r in bank.relations for values in (r.names, *(about.values for about in r.about))]
    by_word = defaultdict(set)
    for value in (value for values in named for value in values):
        by_word[normalise(value).split()[0]].add(value)
    for domain, subject in bank.talk.items():
        assert min(map(len, (subject.more, subject.think, subject.steps))) >= 20, domain
        for text in fragments(subject):
            assert not slots(text), text
            likely = {value for word in set(normalise(text).split()) for value in by_word[word]}
            assert not [value for value in likely if contains(text, value)], (domain, text)


def test_what_is_meant_without_being_named_is_tellable_apart(bank):
    events = [attribute for attribute in bank.attributes if attribute.process == "event"]
    things = [words(thing) for attribute in events for thing in attribute.unnamed]
    assert len(things) >= 6 * len(events)
    assert all(len(a & b) / len(a | b) <= ALIKE for a, b in combinations(things, 2))
    for attribute in events:
        assert not any(contains(thing, value) for thing in attribute.unnamed for value in attribute.values)
    for kind in bank.episodes:
        for pattern in (*kind.ask_outcome_unnamed, *kind.ask_sentiment_unnamed):
            assert not slots(pattern), pattern
            endings = [ending.outcome_value for ending in kind.outcomes]
            assert not any(contains(pattern, value) for value in (*kind.values, *endings)), pattern
