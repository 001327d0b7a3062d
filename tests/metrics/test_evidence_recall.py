"""`evidence_recall@budget`: supported evidence within a number of tokens."""

import pytest
from build_asked import ask, lived, nugget, plain_life, quotes, score, scores, value
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.evidence_recall import EvidenceRecall
from memlab.text import count_tokens

WORDS = ["red", "dog", "house", "river", "north", "apple", "music", "paper", "green", "horse"]
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


def test_the_share_of_nuggets_that_are_recalled():
    life = plain_life(6)
    asked = ask(life, quotes(life, ["t1", "t4"]), evidence=[nugget("t0", "t1"), nugget("t2")])
    assert value(EvidenceRecall(512), asked) == 0.5


def test_the_text_that_does_not_fit_is_judged_as_cut():
    life = lived(["red dog green house"])
    asked = ask(life, quotes(life, ["t0"]), evidence=[nugget("t0")])
    assert [value(EvidenceRecall(n), asked) for n in (1, 2, 3, 4)] == [0.0, 1.0, 1.0, 1.0]


def test_a_value_beyond_the_cut_is_not_recalled():
    life = lived(["we painted it"])
    asked = ask(life, [("my house is green", ["t0"])], evidence=[nugget("t0", values=("green",))])
    assert [value(EvidenceRecall(n), asked) for n in (3, 4)] == [0.0, 1.0]


def test_a_value_before_the_cut_is_recalled():
    life = lived(["we painted it"])
    asked = ask(life, [("green is my house", ["t0"])], evidence=[nugget("t0", values=("green",))])
    assert value(EvidenceRecall(1), asked) == 1.0


def test_nothing_counts_after_the_text_that_is_cut():
    life = lived(["one two three four five", "dog"])
    asked = ask(life, quotes(life, ["t0", "t1"]), evidence=[nugget("t1")])
    assert [value(EvidenceRecall(n), asked) for n in (4, 5, 6)] == [0.0, 0.0, 1.0]


def test_an_empty_text_takes_no_room():
    life = lived(["one two three", "dog"])
    asked = ask(life, [("", ["t0"]), *quotes(life, ["t1"])], evidence=[nugget("t1")])
    assert value(EvidenceRecall(1), asked) == 1.0


def test_a_citation_that_the_text_does_not_bear_out_earns_nothing():
    life = lived(["I moved to Denver", "the weather is fine"])
    asked = ask(life, [("the weather is fine", ["t0"])], evidence=[nugget("t0")])
    assert value(EvidenceRecall(512), asked) == 0.0


def test_a_text_that_does_not_cite_the_evidence_earns_nothing():
    life = lived(["I moved to Denver", "the weather is fine"])
    asked = ask(life, [("I moved to Denver", ["t1"]), ("I moved to Denver", [])], evidence=[nugget("t0")])
    assert value(EvidenceRecall(512), asked) == 0.0


def test_empty_texts_with_all_ids_earn_nothing():
    life = plain_life(8)
    asked = ask(life, [("", [id]) for id in life.turns], evidence=[nugget("t0"), nugget("t1")])
    assert value(EvidenceRecall(2048), asked) == 0.0


def test_an_empty_text_with_every_source_earns_nothing():
    life = plain_life(8)
    assert value(EvidenceRecall(512), ask(life, [("", list(life.turns))], evidence=[nugget("t0")])) == 0.0


def test_one_memory_of_everything_pays_for_all_its_words():
    life = plain_life(200)
    everything = (" ".join(turn.text for turn in life.turns.values()), list(life.turns))
    asked = ask(life, [everything], evidence=[nugget("t0"), nugget("t199")])
    assert value(EvidenceRecall(256), asked) == 0.5


def test_a_value_in_other_words_is_evidence_too():
    life = lived(["we finally unpacked in Denver"])
    asked = ask(life, [("home: Denver", ["t0"])], evidence=[nugget("t0", values=("Denver", "Mile High City"))])
    assert value(EvidenceRecall(512), asked) == 1.0


def test_each_nugget_is_held_to_its_own_values():
    life = lived(["we finally unpacked our boxes", "they gave me the badge"])
    evidence = [nugget("t0", values=("Denver",)), nugget("t1", values=("nurse",))]
    asked = ask(life, [("works as a nurse", ["t0", "t1"])], evidence=evidence)
    assert value(EvidenceRecall(512), asked) == 0.5


@settings(max_examples=80)
@given(data=st.data())
def test_a_larger_budget_never_recalls_less(data):
    life = lived(data.draw(st.lists(SENTENCES, min_size=3, max_size=5)))
    turns = list(life.turns)
    memory = st.tuples(SENTENCES, st.lists(st.sampled_from(turns), max_size=3))
    values = st.lists(st.sampled_from(WORDS), max_size=1)
    evidence = [nugget(id, values=data.draw(values)) for id in turns[:3]]
    asked = ask(life, data.draw(st.lists(memory, max_size=5)), evidence=evidence)
    found = [value(EvidenceRecall(n), asked) for n in range(1, sum(asked.tokens) + 3)]
    assert found == sorted(found)


def test_a_budget_beyond_all_text_changes_nothing():
    life = plain_life(6)
    asked = ask(life, quotes(life, ["t3", "t0"]), evidence=[nugget("t0"), nugget("t5")])
    assert value(EvidenceRecall(sum(asked.tokens)), asked) == value(EvidenceRecall(10_000), asked) == 0.5


def test_small_budgets_bound_what_is_attainable():
    life = lived(["one two three four", "dog house"])
    asked = ask(life, evidence=[nugget("t0"), nugget("t1")])
    assert [score(EvidenceRecall(n), asked).attainable for n in (2, 6)] == [0.5, 1.0]


@pytest.mark.parametrize("budget", [1, 2, 4, 6, 100])
def test_the_oracle_gets_what_is_attainable(budget):
    life = lived(["one two three four", "dog house", "apple"])
    asked = ask(life, evidence=[nugget("t0"), nugget("t1", "t0"), nugget("t2")])
    best = score(EvidenceRecall(budget), asked.ideal_asked)
    assert best.value == best.attainable
    assert best.value > 0


def test_the_oracle_says_the_shortest_turn_of_each_nugget_shortest_first():
    life = lived(["one two three four", "dog house", "apple"])
    asked = ask(life, evidence=[nugget("t0"), nugget("t0", "t1"), nugget("t2")])
    assert asked.ideal_asked.texts == ["apple", "dog house", "one two three four"]
    assert asked.ideal_asked.tokens == [count_tokens(text) for text in asked.ideal_asked.texts]


def test_an_empty_recall_scores_0():
    assert value(EvidenceRecall(512), ask(plain_life(3), evidence=[nugget("t0")])) == 0.0


def test_a_query_without_evidence_is_not_judged():
    assert scores(EvidenceRecall(512), ask(plain_life(3))) == []


def test_few_turns_are_enough():
    assert len(scores(EvidenceRecall(512), ask(plain_life(1), evidence=[nugget("t0")]))) == 1


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_under_1_is_refused(budget):
    with pytest.raises(ValueError, match="metric evidence_recall: budget_tokens"):
        EvidenceRecall(budget)


def test_it_is_named_as_printed():
    assert EvidenceRecall(512).name == "evidence_recall@512"
