import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.data.language import words
from memlab.data.surface import FEATURES, surface, surfaces
from memlab.sources.cards import load_card


def of(text):
    return dict(zip(FEATURES, surface(text), strict=True))


def test_the_fifteen_features_are_those_that_the_card_of_the_simulated_users_lists():
    assert len(FEATURES) == 15
    assert load_card("simulated").surface == FEATURES


def test_a_turn_worked_out_by_hand():
    found = of("My dog's 3, and you? Zzyzx!!")  # 6 words: my dog's 3 and you zzyzx
    assert found["words"] == pytest.approx(2.585, abs=1e-3)  # log2 6
    assert found["word_length"] == (2 + 5 + 1 + 3 + 3 + 5) / 6
    assert found["sentence_words"] == pytest.approx(1.585, abs=1e-3)  # log2 of 6 in two sentences
    assert (found["commas"], found["other_marks"]) == (1 / 6, 0)
    assert found["digits"] == 1 / 28
    assert found["capitals"] == 2 / 17
    assert (found["question"], found["exclamation"]) == (1, 1)
    assert (found["first_person"], found["second_person"], found["contractions"]) == (1 / 6, 1 / 6, 1 / 6)
    assert found["stop_words"] == 3 / 6  # my, and, you
    assert found["types"] == 1
    assert found["rare_words"] == 1 / 6  # zzyzx


def test_lines_of_a_list_are_sentences_and_its_signs_other_marks():
    found = of("Pack:\n- tent\n- rope")
    assert found["sentence_words"] == 0
    assert found["other_marks"] == 1  # a colon and two dashes on three words


def test_a_text_without_a_word_has_no_surface():
    with pytest.raises(ValueError, match="a text without a word has no surface"):
        surface("...")
    assert surfaces([]).shape == (0, 15)


@given(st.text(max_size=60).filter(words))
def test_every_text_has_fifteen_finite_numbers_and_shares_are_shares(text):
    found = of(text)
    shares = (
        "digits",
        "capitals",
        "first_person",
        "second_person",
        "contractions",
        "stop_words",
        "types",
        "rare_words",
    )
    assert all(0 <= found[name] <= 1 for name in shares)
    assert all(abs(value) < 1e6 for value in found.values())
