"""Whether a memory's text bears out what it cites: by the turn, by a value, by half of the words."""

import pytest
from build_asked import ask, lived, nugget, quotes
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.support import covers, supports, values_stated, verdict, within_budget
from memlab.text import count_tokens

WORDS = st.lists(st.sampled_from(["red", "dog", "house", "river", "north", "apple"]), min_size=1, max_size=6)
LAW = settings(max_examples=60)


def test_a_text_supports_the_turn_that_it_holds():
    turn = "user: I moved to Denver"
    assert supports(turn, turn, values=("Colorado",))
    assert supports(f"[2024-01-01] {turn}! and more", turn, values=("Colorado",))


def test_case_and_punctuation_are_no_matter():
    assert supports("USER -- I moved to denver", "user: I moved to Denver.", values=("Colorado",))


def test_a_text_supports_a_turn_by_a_value():
    assert supports("lives in Denver", "we finally unpacked", values=("Mile High City", "Denver"))


def test_a_value_counts_as_whole_words_only():
    assert not supports("a true Denverite", "we finally unpacked", values=("Denver",))


def test_where_a_value_is_known_half_of_the_words_are_not_enough():
    turn = "we moved house to Denver"
    assert supports("moved house", turn)
    assert not supports("moved house", turn, values=("Denver",))


@pytest.mark.parametrize(
    ("text", "enough"), [("red dog", True), ("red", False), ("red apple", False), ("dogs, red", True)]
)
def test_without_a_value_half_of_the_stemmed_content_words_are_enough(text, enough):
    assert supports(text, "the red dog, house, river") is enough


def test_stop_words_do_not_count():
    assert not supports("the and of to", "the red dog and the river of the north")


@pytest.mark.parametrize("text", ["", " ", "...", "something else altogether"])
@pytest.mark.parametrize("values", [(), ("Denver",)])
def test_other_texts_are_refused(text, values):
    assert not supports(text, "I moved to Denver", values=values)


def test_an_empty_value_supports_nothing():
    assert not supports("red dog", "I moved to Denver", values=("", "!"))


@LAW
@given(turn=WORDS, before=WORDS, after=WORDS)
def test_more_words_around_a_turn_never_take_its_support_away(turn, before, after):
    assert supports(" ".join(before + turn + after), " ".join(turn), values=("never",))


@LAW
@given(text=WORDS, turn=WORDS)
def test_the_order_of_words_is_no_matter_in_a_text_no_longer_than_the_turn(text, turn):
    text = text[: len(turn)]
    assert supports(" ".join(text), " ".join(turn)) == supports(" ".join(sorted(text)), " ".join(turn))


def test_words_that_stand_far_apart_support_nothing():
    turn = "the red dog, house, river"
    assert supports("a red, noisy, angry dog", turn)
    assert not supports("a red, noisy, angry, hungry dog", turn)
    assert supports("north " * 50 + "red dog", turn)


@LAW
@given(text=WORDS, turn=WORDS, between=st.integers(0, 3))
def test_half_of_the_words_must_stand_in_a_stretch_as_long_as_the_turn(text, turn, between):
    said = [word for place, own in enumerate(text) for word in [own, *[f"x{place}{n}" for n in range(between)]]]
    stretches = [set(said[place : place + len(turn)]) for place in range(len(said))]
    assert supports(" ".join(said), " ".join(turn), ()) == any(
        2 * len(s & set(turn)) >= len(set(turn)) for s in stretches
    )


def test_a_nugget_is_covered_by_a_cited_turn_that_the_text_supports():
    life = lived(["red dog", "green house"])
    red, green = nugget("t0"), nugget("t1")
    asked = ask(life, evidence=[red, green])
    assert covers(asked, "red dog, green house", ["t0", "t9"], red)
    assert not covers(asked, "red dog, green house", ["t0", "t9"], green)
    assert not covers(asked, "red dog, green house", [], red)


def test_a_turn_with_two_values_is_supported_nugget_by_nugget():
    life = lived(["we live by the lake and she nurses there"])
    home, job = nugget("t0", values=("Denver",)), nugget("t0", values=("nurse",))
    asked = ask(life, evidence=[home, job])
    assert [covers(asked, "home: Denver", ["t0"], part) for part in (home, job)] == [True, False]
    assert [covers(asked, "job: nurse", ["t0"], part) for part in (home, job)] == [False, True]
    assert set(values_stated(asked, "t0")) == {"Denver", "nurse"}


def test_superseded_turns_are_supported_by_the_stale_values():
    life = lived(["we finally unpacked all boxes", "and moved on again"])
    asked = ask(life, evidence=[nugget("t1", values=("Denver",))], stale=["t0"], stale_values=["Boston"])
    assert verdict(asked, "home: Boston", ["t0", "t1"]) == "stale"
    assert verdict(asked, "home: Denver", ["t0", "t1"]) == "current"
    assert values_stated(asked, "t0") == ("Boston",)


def test_an_empty_text_supports_nothing():
    assert not supports("", "👍")
    assert not supports(" ", "")


@pytest.mark.parametrize(
    ("budget", "texts"),
    [
        (1, ["red"]),
        (2, ["red dog"]),
        (3, ["red dog", "green"]),
        (4, ["red dog", "green house"]),
        (5, ["red dog", "green house", "river"]),
        (None, ["red dog", "green house", "river"]),
    ],
)
def test_texts_fit_in_order_and_the_first_that_does_not_is_cut(budget, texts):
    life = lived(["red dog", "green house", "river"])
    asked = ask(life, quotes(life, life.turns))
    assert within_budget(asked, budget) == [(text, [f"t{n}"]) for n, text in enumerate(texts)]


def test_a_short_text_after_the_one_that_is_cut_is_not_taken():
    asked = ask(lived(["one"]), [("red dog green house", ["t0"]), ("river", ["t0"])])
    assert within_budget(asked, 3) == [("red dog green", ["t0"])]


@LAW
@given(texts=st.lists(WORDS.map(" ".join), max_size=5), budget=st.integers(1, 30))
def test_what_fits_is_never_more_than_the_budget(texts, budget):
    asked = ask(lived(["one"]), [(text, ["t0"]) for text in texts])
    taken = [text for text, _ in within_budget(asked, budget)]
    assert sum(map(count_tokens, taken)) == min(budget, sum(asked.tokens))
    assert " ".join(texts).startswith(" ".join(taken))
