"""`answer_recall@budget`: whether the answer's words are in what was recalled."""

import pytest
from build_asked import ask, lived, nugget, quotes, score, scores, value
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.answer_recall import AnswerRecall, stated_answers

WORDS = ["red", "dog", "house", "river", "north", "apple"]


def told(*memories, answers=("Denver",), text="I moved to Denver"):
    """A query for what one turn says, besides one other turn."""
    return ask(lived([text, "the weather is fine"]), memories, evidence=[nugget("t0")], answers=answers)


def test_the_answer_is_found_wherever_it_comes_from():
    assert value(AnswerRecall(512), told(("lives in Denver", ["t1"]))) == 1.0
    assert value(AnswerRecall(512), told(("lives in Denver", []))) == 1.0


def test_the_evidence_without_the_answer_is_not_enough():
    assert value(AnswerRecall(512), told(("moved last year", ["t0"]))) == 0.0


def test_case_and_punctuation_are_no_matter():
    assert value(AnswerRecall(512), told(("to DENVER!", []), answers=("denver",))) == 1.0


def test_only_whole_words_count():
    assert value(AnswerRecall(512), told(("a Denverite", []))) == 0.0


def test_any_of_the_stated_answers_will_do():
    asked = told(("the capital", []), answers=("Denver", "capital"), text="Denver is the capital")
    assert value(AnswerRecall(512), asked) == 1.0


def test_an_answer_that_the_evidence_does_not_state_is_no_answer():
    asked = told(("Mile High City", []), answers=("Denver", "Mile High City"))
    assert stated_answers(asked) == ["Denver"]
    assert value(AnswerRecall(512), asked) == 0.0


def test_a_query_whose_answer_is_inferred_is_not_judged():
    assert scores(AnswerRecall(512), told(("Colorado", []), answers=("Colorado",))) == []


def test_an_answer_stated_only_outside_the_evidence_is_not_judged():
    assert scores(AnswerRecall(512), told(answers=("weather",))) == []


@pytest.mark.parametrize("answer", ["yes", "No", "YES", "12", "a", ""])
def test_yes_no_and_short_answers_are_left_out(answer):
    asked = told((f"{answer} indeed", []), answers=(answer,), text=f"well {answer} I said")
    assert scores(AnswerRecall(512), asked) == []


def test_three_characters_are_enough():
    assert value(AnswerRecall(512), told(("the cat", []), answers=("cat",), text="my cat")) == 1.0


def test_a_query_without_evidence_or_answers_is_not_judged():
    life = lived(["I moved to Denver"])
    assert scores(AnswerRecall(512), ask(life, answers=["Denver"])) == []
    assert scores(AnswerRecall(512), ask(life, evidence=[nugget("t0")])) == []


def test_the_answer_beyond_the_budget_is_not_found():
    asked = told(("the weather is fine", ["t1"]), ("Denver", ["t0"]))
    assert [value(AnswerRecall(n), asked) for n in (4, 5, None)] == [0.0, 1.0, 1.0]


def test_the_answer_is_sought_in_the_text_that_is_cut():
    asked = told(("Denver is fine", ["t0"]), ("house", []))
    assert value(AnswerRecall(1), asked) == 1.0


def test_no_budget_takes_all():
    asked = told(*[("the weather is fine", ["t1"])] * 300, ("Denver", []))
    assert value(AnswerRecall(512), asked) == 0.0
    assert value(AnswerRecall(None), asked) == 1.0


@settings(max_examples=60)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), max_size=5))
def test_a_larger_budget_never_finds_less(texts):
    asked = told(*((text, []) for text in texts), answers=("dog",), text="my dog")
    found = [value(AnswerRecall(n), asked) for n in (*range(1, sum(asked.tokens) + 2), None)]
    assert found == sorted(found)
    assert found[-1] == float(any("dog" in text for text in texts))


@pytest.mark.parametrize("budget", [1, 4, None])
def test_the_oracle_gets_what_is_attainable(budget):
    life = lived(["I moved to Denver", "Denver it is, then, at last"])
    asked = ask(life, quotes(life, ["t1"]), evidence=[nugget("t0", "t1")], answers=["Denver"])
    best = score(AnswerRecall(budget), asked.ideal_asked)
    assert best.value == best.attainable == float(budget != 1)


def test_an_empty_recall_scores_0():
    assert value(AnswerRecall(512), told()) == 0.0


@pytest.mark.parametrize("budget", [0, -512])
def test_a_budget_under_1_is_refused(budget):
    with pytest.raises(ValueError, match="metric answer_recall: budget_tokens"):
        AnswerRecall(budget)


def test_it_is_named_as_printed():
    assert AnswerRecall(512).name == "answer_recall@512"
    assert AnswerRecall(None).name == "answer_recall@all"
