"""Token counts, cuts, stems and normal forms."""

from unittest.mock import patch

import bm25s
import pytest
import Stemmer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memlab import text as module
from memlab.text import contains, count_tokens, cut, how_many_fit, normalise, stems

LAW = settings(max_examples=60, derandomize=True)
LETTERS = "abcdeéßñ 漢字 한국 де हि .,-'\n\t7"
TEXTS = st.one_of(st.text(), st.text(LETTERS), st.text("abcdefghij ", max_size=60))
ASCII_WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=8)
LENGTHS = st.lists(st.integers(0, 50), max_size=12)


@LAW
@given(TEXTS, st.integers(0, 12))
@example("한국", 1)
@example("e\u0301e\u0301 unaffable", 2)
def test_a_cut_text_has_at_most_that_many_tokens(text, tokens):
    assert count_tokens(cut(text, tokens)) <= tokens


@LAW
@given(TEXTS, st.integers(-2, 12))
def test_a_cut_text_is_a_beginning_of_the_text(text, tokens):
    assert text.startswith(cut(text, tokens))


@LAW
@given(ASCII_WORDS, st.integers(0, 40))
def test_a_cut_takes_every_whole_word_that_fits(words, tokens):
    kept = cut(" ".join(words), tokens).split()
    assert kept == words[: len(kept)]
    assert count_tokens(" ".join(kept)) <= tokens
    assert kept == words or count_tokens(" ".join(words[: len(kept) + 1])) > tokens


@LAW
@given(TEXTS, st.integers(0, 5))
def test_a_text_that_fits_is_not_cut(text, spare):
    assert cut(text, count_tokens(text) + spare) == text


@LAW
@given(st.lists(TEXTS, max_size=8).map(" ".join), st.integers(-2, 40))
@example("  a\x1c b\u2028c \u0301d [MASK]  e", 4)
def test_how_much_of_a_text_is_read_at_a_time_moves_no_cut(text, tokens):
    with patch.object(module, "CHARACTERS_PER_TOKEN", 10_000):
        whole = cut(text, tokens)
    for characters in (1, 3, 8):
        with patch.object(module, "CHARACTERS_PER_TOKEN", characters):
            assert cut(text, tokens) == whole


@pytest.mark.parametrize("tokens", [0, -1])
def test_nothing_is_left_of_a_text_without_tokens_to_spend(tokens):
    assert cut("I moved to Denver.", tokens) == ""


def test_special_tokens_are_not_counted():
    assert count_tokens("") == 0


def test_long_texts_are_counted_to_the_end():
    assert count_tokens("denver " * 3000) == 3000


@LAW
@given(LENGTHS, st.integers(0, 300))
def test_what_fits_stays_within_the_budget(lengths, budget):
    assert sum(lengths[: how_many_fit(lengths, budget)]) <= budget


@LAW
@given(LENGTHS, st.integers(0, 300))
def test_the_first_that_does_not_fit_would_break_the_budget(lengths, budget):
    n = how_many_fit(lengths, budget)
    assert n == len(lengths) or sum(lengths[: n + 1]) > budget


@LAW
@given(LENGTHS, st.integers(0, 300), st.integers(0, 300))
def test_a_larger_budget_never_fits_fewer(lengths, budget, more):
    assert how_many_fit(lengths, budget) <= how_many_fit(lengths, budget + more)


@given(LENGTHS)
@LAW
def test_without_a_budget_everything_fits(lengths):
    assert how_many_fit(lengths, None) == len(lengths)


@LAW
@given(ASCII_WORDS, st.text("abcdefgh", min_size=1, max_size=3))
def test_a_word_is_contained_where_it_is_one_of_the_words(words, word):
    assert contains(", ".join(words), word) == (word in words)


@LAW
@given(ASCII_WORDS, st.data())
def test_any_run_of_words_is_contained(words, data):
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    assert contains("; ".join(words), " ".join(words[start:end]).upper())


@pytest.mark.parametrize(("text", "value"), [("Denverite", "Denver"), ("in New-York", "York New"), ("12.50", "2.5")])
def test_parts_of_words_and_other_orders_are_not_contained(text, value):
    assert not contains(text, value)


@pytest.mark.parametrize("value", ["", " ", "?!", "_"])
def test_a_value_without_words_is_contained_nowhere(value):
    assert not contains("What? Well_done! ", value)


@pytest.mark.parametrize(
    ("text", "value"), [("Straße", "STRASSE"), ("cafe\u0301", "café"), ("ﬁne", "fine"), ("well_done", "well done")]
)
def test_spelling_variants_of_one_character_are_equal(text, value):
    assert contains(text, value)


@pytest.mark.parametrize(("text", "value"), [("İstanbul", "stanbul"), ("हिन्दी", "ह"), ("வணக்கம்", "வணக")])
def test_a_mark_inside_a_word_does_not_end_the_word(text, value):
    assert not contains(text, value)


@LAW
@given(TEXTS)
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


@LAW
@given(TEXTS)
def test_a_normal_form_has_single_spaces_and_one_at_each_end(text):
    assert normalise(text) == f" {' '.join(normalise(text).split())} "


@LAW
@given(
    st.one_of(TEXTS, st.lists(st.sampled_from(["The", "runs", "running", "x", "CITIES", "not", "it's"])).map(" ".join))
)
def test_stems_are_those_of_bm25s(text):
    stemmer = Stemmer.Stemmer("english")
    [expected] = bm25s.tokenize([text], stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)
    assert list(stems(text)) == expected


def test_a_cut_never_ends_inside_a_word():
    assert [cut("a Denverite", n) for n in (1, 2, 3)] == ["a", "a", "a Denverite"]


def test_leaving_out_the_spaces_does_not_dodge_a_budget():
    assert count_tokens("¬".join(["wordless"] * 300)) > 300
    assert count_tokens("\u200b".join(["wordless"] * 300)) > 300
