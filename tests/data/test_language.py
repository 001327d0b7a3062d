from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.data.language import (
    entropy,
    grams,
    language,
    near_repeats,
    overlaps,
    repeats,
    said,
    type_token_ratio,
    words,
)
from memlab.data.survey import survey
from memlab.events import Query, Turn
from memlab.life import Gold, Nugget, recorded
from memlab.sources.cards import load_card

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
TEXTS = st.lists(st.lists(st.sampled_from("abc"), max_size=14), max_size=12)


def turn(id, text, speaker="user"):
    return Turn(at=START, session=0, id=id, speaker=speaker, text=f"{speaker}: {text}")


class Spoken:
    """Two lives with the same first turn; the second says it twice, and once again with a word more."""

    LONG = "the train to Lyon leaves at nine from the old station in the north of town"

    def __init__(self):
        self.digest, self.facts = "spoken", {}

    def users(self):
        return ["ada", "bela"]

    def life(self, user, *, seed):
        if user == "ada":
            asked = Query(at=START, session=0, id="q1", text="Which city did I move to from Boston?")
            gold = Gold(kind="when", answers=("Denver",), evidence=(Nugget(turns=frozenset(["t1", "t2"])),))
            events = [turn("t0", self.LONG), turn("t1", "I moved to Denver."), turn("t2", "Leaving Boston to move")]
            return recorded(user, [*events, asked], {"q1": gold})
        asked = Query(at=START, session=0, id="q1", text="Who am I?")
        said = [self.LONG, self.LONG, f"{self.LONG} now", "...", "fine"]
        events = [turn(f"t{n}", text, "assistant") for n, text in enumerate(said)]
        return recorded(user, [*events, asked], {"q1": Gold(kind="x", answers=("denver", "Colorado"))})


def test_figures_of_two_lives():
    found = language(survey(load_card("simulated"), Spoken()))
    assert found["exact_repeats"] == 1 / 7  # of seven turns with a word; the one shared between lives is no repeat
    assert found["near_repeats"] == 2 / 7
    assert found["turn_words"]["p50"] == 16.0  # 1, 4, 4, 16, 16, 16, 17
    assert found["query_overlap"] == 2 / 6  # which citi did move from boston, in "leav boston move"
    assert (found["answer_bits"], found["answer_bits_at_most"]) == (1.0, 1.0)
    assert found["types_per_token"] is None


def test_the_speaker_is_not_said():
    assert said(turn("t0", "user: hello")) == "user: hello"
    assert said(Turn(at=START, session=0, id="t", speaker="user", text="no name before me")) == "no name before me"


def test_evidence_that_shares_nothing_counts_and_questions_without_evidence_do_not():
    (ada, bela) = survey(load_card("simulated"), Spoken()).lives
    assert (len(list(overlaps(ada))), len(list(overlaps(bela)))) == (1, 0)


def test_nothing_at_all_is_none():
    empty = Spoken()
    empty.users = list
    found = language(survey(load_card("simulated"), empty))
    assert found.pop("turn_words") == {"p50": None, "p95": None}
    assert set(found.values()) == {None}


def test_four_fifths_are_not_yet_near():
    before = list("abcdefghijklm")  # nine grams of five
    assert near_repeats([before, before[:-1]]) == [False, True]  # eight of nine
    assert near_repeats([before[:8], before[:9]]) == [False, False]  # four of five, not above


@given(TEXTS)
def test_near_repeats_are_those_that_every_pair_compared_would_give(texts):
    sets = [set(grams(text, 2)) for text in texts]
    near = [any(len(a & b) / len(a | b) > 0.8 for b in sets[:place]) for place, a in enumerate(sets)]
    assert near_repeats(texts, size=2) == near


@given(TEXTS)
def test_what_is_repeated_is_nearly_repeated(texts):
    exact, near = repeats([" ".join(text) for text in texts]), near_repeats(texts)
    assert all(there for there, same in zip(near, exact, strict=True) if same)


@given(st.lists(st.sampled_from("abcd"), min_size=6, max_size=6), st.integers(1, 5))
def test_saying_it_all_again_makes_it_no_poorer_in_equal_windows(text, times):
    assert type_token_ratio([text * times], window=6) == pytest.approx(type_token_ratio([text], window=6))


@given(st.lists(st.sampled_from(["Denver", "denver!", "Boston", "Lyon"]), min_size=1))
def test_entropy_lies_between_none_and_its_most_and_ignores_order(values):
    from math import log2

    assert 0 <= entropy(values) <= log2(len(values)) + 1e-9
    assert entropy(values) == entropy(values[::-1])


def test_curly_and_straight_apostrophes_make_the_same_word():
    assert words("don’t") == words("don't") == ["don't"]
