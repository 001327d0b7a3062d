"""Sensitive categories by meaning, from example sentences of our own."""

import re
from pathlib import Path

import numpy as np
import pytest

import memlab.sources.simulated as simulated
from memlab.encoders.hashing import Hashing
from memlab.extract.meaning import MOST, Meaning, examples
from memlab.extract.sensitive import categories, found_in, sensitive

ENCODER = Hashing()  # one for all tests, so that the examples are fitted once
NUMBERS = {"alone": 0.6, "seconded": 0.3, "words": 1.0, "strength": 1.0}


class Counting:
    """Encodes as `hashing` does and counts texts."""

    def __init__(self):
        self._inner, self.texts = Hashing(), 0
        self.dim, self.identity = self._inner.dim, self._inner.identity

    def encode(self, texts):
        self.texts += len(texts)
        return self._inner.encode(texts)


def test_each_category_has_its_examples_each_once():
    held = examples()
    assert set(held) == {*categories(), "nothing"}
    assert min(len(held[name]) for name in categories()) >= 60
    assert len(held["nothing"]) >= 150
    texts = [text for texts in held.values() for text in texts]
    assert len(set(texts)) == len(texts)


def test_no_example_is_taken_from_the_simulated_users():
    language = "\n".join(path.read_text() for path in simulated_language())
    theirs = set(fives(language))
    assert [text for texts in examples().values() for text in texts if theirs & set(fives(text))] == []


def simulated_language():
    return sorted((Path(simulated.__file__).parent / "language").glob("*.yaml"))


def fives(text):
    words = re.findall(r"[a-z']+", text.lower())
    return zip(*(words[n:] for n in range(5)), strict=False)


def test_an_example_is_of_its_category_and_a_near_miss_of_none():
    judge = Meaning(ENCODER, **NUMBERS)
    found = [name in judge(text) for name in categories() for text in examples()[name][::10]]
    missed = [bool(judge(text)) for text in examples()["nothing"][::10]]
    assert np.mean(found) > 0.5 > 0.3 > np.mean(missed)


def test_words_count_where_meaning_does_not_contradict_them():
    text = "My rent is $900 a month."
    assert sensitive(text) == {"finance"}
    assert Meaning(ENCODER, **NUMBERS | {"alone": 1.0, "seconded": 0.0})(text) == {"finance"}
    assert Meaning(ENCODER, **NUMBERS | {"alone": 1.0, "seconded": 1.0})(text) == frozenset()


def test_the_examples_are_encoded_once_for_an_encoder_and_of_a_text_what_says_something():
    encoder = Counting()
    assert Meaning(encoder, **NUMBERS)("What is keto? How do vaccines work?") == frozenset()
    assert encoder.texts == 0
    for _ in range(3):
        Meaning(encoder, **NUMBERS)("I play chess.")
    assert encoder.texts == sum(map(len, examples().values())) + 3
    before = encoder.texts
    Meaning(encoder, **NUMBERS)(" ".join(f"I saw number {n} today." for n in range(5000)))
    assert encoder.texts - before == MOST


def test_what_the_lists_find_is_told_by_category():
    found = found_in("I am allergic to soy and the nurse said so.")
    assert len(found) == 2 * len(categories())
    place = categories().index("health")
    assert (found[place], found[len(categories()) + place]) == (1.0, 0.5)
    assert not any(found_in("I play chess."))


@pytest.mark.parametrize("numbers", [{"alone": 1.1}, {"seconded": -0.1}, {"words": -1.0}, {"strength": 0.0}])
def test_a_number_out_of_range_is_refused(numbers):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        Meaning(ENCODER, **NUMBERS | numbers)
