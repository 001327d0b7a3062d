"""The reader without a model, on memories written down by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab import make
from memlab.config import ConfigError
from memlab.events import Memory
from memlab.readers import Weighing
from memlab.testing import START, ask, turn

TOWNS = ("Boston", "Denver", "Lyon")


@pytest.fixture(scope="module")
def reader():
    return make("reader/choice", encoder=None)


def said(*texts, first=1):
    """One memory a text, best first, each said a minute after the one before it in the list of turns."""
    turns = [turn(first + place, text) for place, text in enumerate(texts)]
    return [Memory(id=t.id, text=t.text, score=1.0, at=t.at, sources=(t.id,)) for t in turns]


def chosen(reader, question, choices, *texts):
    return reader.answer(ask(90, question), said(*texts), choices).choice


def test_what_offers_nothing_is_not_answered(reader):
    assert reader.answer(ask(90, "Where do I live?"), said("user: I live in Denver these days"), ()) is None


def test_the_option_near_the_words_of_the_question_is_chosen(reader):
    texts = ("user: my aunt has a bakery in Lyon. The town where I live now is Denver.",)
    assert chosen(reader, "In which town do I live?", TOWNS, *texts) == "Denver"


def test_the_first_memories_weigh_more(reader):
    texts = ("user: the town where I live is Denver", "user: the town where I live is Boston")
    assert chosen(reader, "In which town do I live?", TOWNS, *texts) == "Denver"
    assert chosen(reader, "In which town do I live?", TOWNS, *reversed(texts)) == "Boston"


def test_without_a_memory_that_bears_an_option_out_it_abstains(reader):
    assert chosen(reader, "In which town do I live?", TOWNS) is None
    reply = reader.answer(ask(90, "In which town do I live?"), said("user: I live by the river these days"), TOWNS)
    assert (reply.choice, reply.text) == (None, "")


def test_two_options_borne_out_alike_are_abstained_from(reader):
    text = "user: I live in Boston or in Denver, which town was it"
    assert chosen(reader, "In which town do I live?", TOWNS, text) is None


def test_a_bare_list_of_values_says_nothing(reader):
    assert chosen(reader, "In which town do I live?", TOWNS, "Denver", "tea, Denver") is None


def test_who_said_something_is_told_by_how_the_nearest_memory_begins(reader):
    choices = ("the user said it", "the assistant said it")
    texts = ("assistant: have you tried flashcards for the exam", "user: the weather is nice today")
    assert chosen(reader, "Who came up with flashcards?", choices, *texts) == "the assistant said it"


def test_a_feeling_is_told_by_its_cues(reader):
    choices = ("positive", "negative", "mixed")
    assert chosen(reader, "How did the exam feel?", choices, "user: the exam was a disaster") == "negative"
    assert chosen(reader, "How did the exam feel?", choices, "user: the exam was on Monday") is None


def test_of_two_things_that_the_question_names_the_one_told_of_first_is_chosen(reader):
    texts = ("user: the broken nose healed", "user: what a Radiohead gig")
    question = "Which came first, the Radiohead gig or the broken nose?"
    assert chosen(reader, question, ("Radiohead", "broken nose"), *texts) == "broken nose"
    assert chosen(reader, question, ("Radiohead", "broken nose"), texts[0]) is None


def test_a_day_is_told_by_its_name_or_by_when_it_was_spoken_of(reader):
    choices = ("30 December 2023", "14 March 2024")
    question = "On what day was the Radiohead gig?"
    assert chosen(reader, question, choices, "user: the Radiohead gig is on 14 March") == "14 March 2024"
    assert START.date().isoformat() == "2024-01-01"
    assert chosen(reader, question, choices, "user: the Radiohead gig was last Saturday") == "30 December 2023"


@pytest.mark.parametrize("choices", [("two", "three"), ("2 months", "5 months")])
def test_what_must_be_counted_is_abstained_from(reader, choices):
    assert chosen(reader, "How many?", choices, f"user: the kettle broke after {choices[0]}, so it goes") is None


def test_a_list_is_borne_out_by_all_that_is_in_it(reader):
    texts = ("user: I volunteer at the beach clean", "user: I volunteer at the crisis line too")
    choices = ("beach clean, night shelter", "beach clean, crisis line", "night shelter, crisis line")
    assert chosen(reader, "Where do I volunteer?", choices, *texts) == "beach clean, crisis line"


def test_where_words_fail_the_nearest_in_meaning_is_chosen():
    reader = make("reader/choice", encoder=make("encoder/minilm"))
    choices = ("I got the job", "they turned me down")
    text = "user: Rejection email after the interview at the bank, four lines, they spelled my name wrong."
    assert chosen(reader, "How did the interview at the bank end?", choices, text) == "they turned me down"


@given(st.permutations(TOWNS), st.integers(0, 9))
def test_the_order_of_the_options_tells_nothing(choices, seed):
    reader = make("reader/choice", encoder=None, seed=seed)
    texts = ("user: the town where I live is Denver", "user: my aunt has a bakery in Lyon")
    assert chosen(reader, "In which town do I live?", choices, *texts) == "Denver"


@given(st.lists(st.text(), max_size=4), st.text(), st.lists(st.text(), max_size=4))
def test_odd_texts_are_read_to_an_end(texts, question, choices):
    reader = make("reader/choice", encoder=None)
    reply = reader.answer(ask(90, question), said(*texts), choices)
    assert (reply is None) == (not choices)
    assert reply is None or reply.choice in (None, *choices)


QUESTION = "In which town do I live?"
LIVES = ("user: the town where I live is Denver", "user: my aunt has a bakery in Lyon")


def weighed(reader, *texts, choices=TOWNS):
    return reader.weigh(ask(90, QUESTION), said(*texts), choices)


def test_it_says_how_probable_each_option_is(reader):
    assert isinstance(reader, Weighing)
    found = weighed(reader, *LIVES)
    assert found.keys() == {*TOWNS, None}
    assert sum(found.values()) == pytest.approx(1)
    assert max(found, key=found.get) == "Denver"
    assert found["Boston"] == 0.0


def test_without_a_memory_it_is_sure_to_abstain(reader):
    assert weighed(reader) == {**dict.fromkeys(TOWNS, 0.0), None: 1.0}
    assert weighed(reader, *LIVES, choices=()) is None


def test_the_temperature_makes_it_surer_and_moves_no_choice():
    cold, warm = (make("reader/choice", encoder=None, temperature=t) for t in (0.1, 2.0))
    found = [weighed(reader, *LIVES) for reader in (cold, warm)]
    assert found[0]["Denver"] > 0.99 > found[1]["Denver"] > max(found[1]["Lyon"], found[1][None])


@given(st.lists(st.sampled_from([*LIVES, "user: I live in Boston or Denver, which town was it", "tea"]), max_size=4))
def test_what_it_chooses_is_what_nothing_is_more_probable_than(texts):
    reader = make("reader/choice", encoder=None)
    chosen, found = reader.answer(ask(90, QUESTION), said(*texts), TOWNS).choice, weighed(reader, *texts)
    assert chosen is None or all(found[chosen] >= found[option] for option in TOWNS)


def test_a_memory_without_text_tells_of_no_day(reader):
    choices = ("30 December 2023", "14 March 2024")
    assert chosen(reader, "On what day was the Radiohead gig?", choices, "") is None


@pytest.mark.parametrize("number", ["doubt", "temperature"])
def test_a_scale_of_nothing_is_refused(number):
    with pytest.raises(ConfigError, match="both must be over 0"):
        make("reader/choice", encoder=None, **{number: 0.0})
