"""BM25 against two other implementations and against itself rebuilt."""

import pickle

import bm25s
import numpy as np
import pytest
import Stemmer
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from memlab.indexes.bm25 import Bm25Index
from memlab.text import stems

LAW = settings(max_examples=60, derandomize=True)
WORDS = ["the", "a", "x", "of", "Denver", "denver's", "run", "running", "runs", "city", "cities", "moved", "moves"]
WORDS += ["tea", "42", "élan", "漢字", "Boston"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join)
CORPORA = st.lists(TEXTS, min_size=1, max_size=12)
CHANGES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.one_of(st.none(), TEXTS)), max_size=25)
IDF = pytest.mark.parametrize("idf", ["lucene", "okapi"])


def indexed(texts: dict[str, str] | list[str], **params) -> Bm25Index:
    index = Bm25Index(**params)
    for id, text in texts.items() if isinstance(texts, dict) else enumerate(texts):
        index.add(str(id), text)
    return index


def changed(changes, **params) -> tuple[Bm25Index, dict[str, str]]:
    """An index after adds and deletes, and the texts that remain, in order of addition."""
    index, left = Bm25Index(**params), {}
    for id, text in changes:
        if text is None:
            index.delete(id)
            left.pop(id, None)
        else:
            index.add(id, text)
            left[id] = text
    return index, left


def scored(index: Bm25Index, query: str, n: int) -> list[float]:
    return index.scores(query, [str(i) for i in range(n)])


@LAW
@given(CORPORA, TEXTS, st.sampled_from([(1.2, 0.75), (0.5, 0.0), (2.0, 1.0)]))
def test_lucene_scores_are_those_of_bm25s(corpus, query, params):
    k1, b = params
    analysis = {"stopwords": "en", "stemmer": Stemmer.Stemmer("english"), "return_ids": False, "show_progress": False}
    tokens, [asked] = bm25s.tokenize(corpus, **analysis), bm25s.tokenize([query], **analysis)
    assume(any(tokens) and asked)
    reference = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float64")
    reference.index(tokens, show_progress=False)
    expected = reference.get_scores(asked)
    assert scored(indexed(corpus, k1=k1, b=b), query, len(corpus)) == pytest.approx(expected, rel=1e-9)


@LAW
@given(CHANGES, TEXTS)
def test_asked_the_same_between_changes_it_answers_of_what_is_there(changes, query):
    index = Bm25Index()
    for place, (id, text) in enumerate(changes):
        index.search(query, None)
        index.delete(id) if text is None else index.add(id, text)
        known, left = changed(changes[: place + 1])
        assert index.search(query, None) == known.search(query, None)
        assert index.scores(query, left) == known.scores(query, left)


def test_the_defaults_are_those_of_lucene():
    corpus, query = ["moved to Denver", "Denver Denver tea", "Boston"], "Denver tea"
    assert scored(indexed(corpus), query, 3) == scored(indexed(corpus, k1=1.2, b=0.75, idf="lucene"), query, 3)


@LAW
@given(CORPORA, TEXTS, st.sampled_from([(1.2, 0.75), (1.5, 0.0), (2.0, 0.9)]))
def test_okapi_scores_are_those_of_rank_bm25(corpus, query, params):
    k1, b = params
    tokens = [stems(text) for text in corpus]
    assume(any(tokens))
    expected = BM25Okapi(tokens, k1=k1, b=b).get_scores(stems(query))
    assert scored(indexed(corpus, k1=k1, b=b, idf="okapi"), query, len(corpus)) == pytest.approx(expected, rel=1e-9)


@IDF
def test_a_score_is_the_one_computed_by_hand(idf):
    index = indexed(["Denver Denver", "Boston", "tea", "garden"], k1=1.0, b=1.0, idf=idf)
    norm = 2 / 1.25
    expected = np.log(1 + 3.5 / 1.5) * 2 / (2 + norm) if idf == "lucene" else np.log(3.5 / 1.5) * 2 * 2 / (2 + norm)
    assert index.scores("Denver", ["0"]) == [pytest.approx(expected)]


@IDF
@LAW
@given(changes=CHANGES, query=TEXTS)
@example(changes=[("a", "city"), ("b", "tea"), ("c", "city moved tea run"), ("b", "tea city")], query="tea")
def test_adds_and_deletes_leave_exactly_a_fresh_index_over_what_remains(idf, changes, query):
    index, left = changed(changes, idf=idf)
    assert index.scores(query, left) == indexed(left, idf=idf).scores(query, left)


@IDF
@LAW
@given(changes=CHANGES, query=TEXTS, k=st.one_of(st.none(), st.integers(0, 5)))
def test_adds_and_deletes_leave_the_hits_of_a_fresh_index(idf, changes, query, k):
    index, left = changed(changes, idf=idf)
    assert index.search(query, k) == indexed(left, idf=idf).search(query, k)


@LAW
@given(CHANGES)
def test_the_length_is_the_number_of_texts_that_remain(changes):
    index, left = changed(changes)
    assert len(index) == len(left)


@IDF
def test_a_deleted_text_leaves_no_rounding_behind(idf):
    corpus = {str(n): " ".join(WORDS[n % 7 : n % 7 + 1 + n % 5]) + f" word{n}" for n in range(40)}
    index = indexed({"gone": "running in Boston city 42 tea", **corpus}, idf=idf)
    index.delete("gone")
    assert index.scores("tea in Denver city", corpus) == indexed(corpus, idf=idf).scores("tea in Denver city", corpus)


@LAW
@given(CORPORA, TEXTS)
def test_hits_are_the_positive_scores_best_first_and_ties_in_order_of_addition(corpus, query):
    index = indexed(corpus)
    scores = scored(index, query, len(corpus))
    best = sorted((i for i, score in enumerate(scores) if score > 0), key=lambda i: -scores[i])
    assert index.search(query, None) == [(str(i), scores[i]) for i in best]


@IDF
@LAW
@given(corpus=CORPORA, query=TEXTS)
@example(corpus=["Denver"], query="Denver")
@example(corpus=["Denver", "Boston"], query="Denver")
def test_every_text_that_shares_a_word_is_found(idf, corpus, query):
    shared = {str(i) for i, text in enumerate(corpus) if set(stems(text)) & set(stems(query))}
    assert {id for id, _ in indexed(corpus, idf=idf).search(query, None)} == shared


@LAW
@given(CORPORA, TEXTS, st.integers(0, 15))
def test_the_k_best_are_the_first_k_of_all(corpus, query, k):
    index = indexed(corpus)
    assert index.search(query, k) == index.search(query, None)[:k]


def test_ties_come_in_order_of_addition():
    index = indexed({"b": "Denver", "a": "Denver", "c": "Denver"})
    assert [id for id, _ in index.search("Denver", None)] == ["b", "a", "c"]


def test_a_replaced_text_keeps_its_place():
    index = indexed({"b": "Denver", "a": "Denver"})
    index.add("b", "Denver")
    assert [id for id, _ in index.search("Denver", None)] == ["b", "a"]


def test_a_replaced_text_is_no_longer_found_by_its_old_words():
    index = indexed({"a": "Denver", "b": "Boston"})
    index.add("a", "tea")
    assert (index.search("Denver", None), len(index)) == ([], 2)


@IDF
def test_an_empty_index_finds_nothing(idf):
    assert Bm25Index(idf=idf).search("Denver", None) == []


@IDF
def test_an_index_with_every_text_deleted_is_as_new(idf):
    index = indexed(["Denver tea", "Denver Boston", "the"], idf=idf)
    for n in range(3):
        index.delete(str(n))
    emptied = (len(index), index.search("Denver tea Boston", None))
    index.add("x", "tea")
    index.add("y", "garden")
    index.add("z", "city")
    assert (emptied, index.search("tea", None)) == (
        (0, []),
        indexed({"x": "tea", "y": "garden", "z": "city"}, idf=idf).search("tea", None),
    )


def test_deleting_an_unknown_id_changes_nothing():
    index = indexed(["Denver"])
    index.delete("unknown")
    assert len(index) == 1


def test_the_score_of_an_unknown_id_is_refused():
    with pytest.raises(KeyError):
        indexed(["Denver"]).scores("Denver", ["unknown"])


def test_the_score_of_a_deleted_id_is_refused():
    index = indexed(["Denver", "Boston"])
    index.delete("0")
    with pytest.raises(KeyError):
        index.scores("Denver", ["0"])


def test_texts_without_content_words_are_kept_and_never_found():
    index = indexed(["the of", ""])
    assert (len(index), index.search("the of", None)) == (2, [])


@IDF
def test_a_thousand_replacements_leave_exactly_a_fresh_index(idf):
    index, left = Bm25Index(idf=idf), {}
    for n in range(1000):
        id, text = str(n * 7 % 40), " ".join(WORDS[n % 13 : n % 13 + n % 6])
        left[id] = text
        index.add(id, text)
        if n % 3 == 0:
            index.delete(str(n * 11 % 40))
            left.pop(str(n * 11 % 40), None)
    assert index.search("Denver tea runs", None) == indexed(left, idf=idf).search("Denver tea runs", None)


def test_replacing_a_text_again_and_again_does_not_grow_the_index():
    once, often = indexed({"a": "Denver tea"}), indexed({"a": "Denver tea"})
    for _ in range(5000):
        often.add("a", "Denver tea")
    assert len(pickle.dumps(often)) < len(pickle.dumps(once)) + 5000


@pytest.mark.parametrize("params", [{"k1": -0.1}, {"b": -0.1}, {"b": 1.1}])
def test_parameters_out_of_range_are_refused(params):
    with pytest.raises(ValueError, match="k1 must be 0 or more and b between 0 and 1"):
        Bm25Index(**params)


def test_an_unknown_idf_is_refused():
    with pytest.raises(ValueError, match="must be 'lucene' or 'okapi'"):
        Bm25Index(idf="robertson")


@pytest.mark.parametrize("params", [{"k1": 0}, {"b": 0}, {"b": 1}])
def test_parameters_at_the_ends_of_their_ranges_are_taken(params):
    assert indexed(["Denver", "tea"], **params).search("Denver", None)[0][0] == "0"
