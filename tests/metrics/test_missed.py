"""`missed_…`: the one cause why a query was missed, link by link of the chain from the store to the reader."""

from dataclasses import replace

import pytest
from build_asked import ask, held_scores, hold, lived, nugget, plain_life, quotes, score, scores
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics import missed
from memlab.metrics.evidence_recall import evidence_recall
from memlab.metrics.frames import RunFrames
from memlab.metrics.missed import CAUSES, Missed, why

HOME = lived(["I live in Boston", "my dog is red"], ["I moved to Denver"], ["the river is cold"])
NOW, PET = nugget("t2", values=("Denver",)), nugget("t1")
FIVE = [Missed(cause, 512) for cause in CAUSES]


def end(*turns, position):
    """A session's end at which a memory is held for each turn or list of turns."""
    lists = [[turn] if isinstance(turn, str) else list(turn) for turn in turns]
    found = hold(HOME, *((sources, None) for sources in lists), position=position)
    return replace(found, ids=[f"m-{'-'.join(sources)}" for sources in lists])


def home(*memories, evidence=(NOW,), **more):
    """A query for the home; a memory's id is that of its sources."""
    stale = {"stale": ["t0"], "stale_values": ["Boston"], "answers": ["Denver"]}
    asked = ask(HOME, memories, evidence=evidence, **stale | more)
    return replace(asked, ids=[f"m-{'-'.join(sources)}" for sources in asked.sources])


ALL = [end("t0", "t1", "t2", "t3", position=7)]


def test_what_is_cited_supported_current_and_within_the_budget_is_no_miss():
    assert why(home(*quotes(HOME, ["t2", "t0"])), ALL) is None


def test_what_nothing_cites_was_never_stored():
    assert why(home(*quotes(HOME, ["t0"])), [end("t0", "t1", position=7)]) == "never_stored"
    assert why(home(), []) == "never_stored"


def test_what_is_held_and_not_recalled_is_not_in_the_first():
    assert why(home(*quotes(HOME, ["t0"])), ALL) == "not_in_first"


def test_what_lies_beyond_the_budget_is_over_it():
    asked = home(*quotes(HOME, ["t3", "t2"]))
    tokens = sum(asked.tokens)
    assert [why(asked, ALL, n) for n in (asked.tokens[0], tokens - 1, tokens, None)] == ["over_budget"] * 2 + [None] * 2


def test_the_budget_is_512_tokens_unless_said_otherwise():
    asked = home(*quotes(HOME, ["t3"] * 127 + ["t2"]))
    assert sum(asked.tokens) == 512
    assert why(asked, ALL) is None
    assert why(home(*quotes(HOME, ["t3"] * 128 + ["t2"])), ALL) == "over_budget"


def test_what_is_stale_above_what_holds_is_stale_above():
    assert why(home(*quotes(HOME, ["t3", "t0", "t2"])), ALL) == "stale_above"
    assert why(home(*quotes(HOME, ["t3", "t2", "t0"])), ALL) is None


def test_a_stale_memory_beside_missing_evidence_is_not_to_blame():
    assert why(home(*quotes(HOME, ["t0"])), ALL) == "not_in_first"


@pytest.mark.parametrize(
    ("choice", "reply", "cause"),
    [
        ("Boston", "it is Boston", "read_wrong"),
        (None, "I do not know", "read_wrong"),
        ("denver!", None, None),
        ("Denver", "it is Denver", None),
        (None, None, None),
    ],
)
def test_a_reader_that_has_it_all_may_still_read_it_wrong(choice, reply, cause):
    assert why(home(*quotes(HOME, ["t2"]), choice=choice, reply=reply), ALL) == cause


@pytest.mark.parametrize(
    ("choices", "choice", "cause"),
    [
        ((), "You live in Denver.", None),
        ((), "You live in Boston.", "read_wrong"),
        ((), None, "read_wrong"),
        (("Denver", "Boston"), "You live in Denver.", "read_wrong"),
    ],
)
def test_without_options_a_reply_is_right_where_it_holds_an_answer(choices, choice, cause):
    asked = home(*quotes(HOME, ["t2"]), choice=choice, reply=choice or "I don't know.")
    assert why(replace(asked, gold=replace(asked.gold, choices=choices)), ALL) == cause


def test_a_reader_is_not_to_blame_for_what_it_was_not_given():
    assert why(home(*quotes(HOME, ["t0"]), choice="Boston"), ALL) == "not_in_first"
    assert why(home(*quotes(HOME, ["t0", "t2"]), choice="Boston"), ALL) == "stale_above"


def test_a_right_guess_does_not_make_up_for_missing_evidence():
    assert why(home(choice="Denver"), ALL) == "not_in_first"


def test_a_memory_whose_text_lost_the_turn_did_not_store_it():
    assert why(home(("a city", ["t2"])), ALL) == "never_stored"


def test_what_one_text_lost_another_may_support():
    lost, kept = ("a city", ["t2", "t1"]), ("home: Denver", ["t2"])
    held = [end("t2", ["t2", "t1"], position=7)]
    assert why(home(lost, kept), held) is None
    assert why(home(lost, ("the river is cold", ["t3"]), kept), held, budget_tokens=4) == "over_budget"
    assert why(home(lost), held) == "not_in_first"


def test_another_turn_of_the_nugget_may_be_held():
    either = nugget("t2", "t3", values=("Denver",))
    assert why(home(("a city", ["t2"]), evidence=[either]), ALL) == "not_in_first"
    assert why(home(("a city", ["t2"]), evidence=[either]), [end("t2", position=7)]) == "never_stored"


def test_the_earliest_link_of_all_missing_nuggets_counts():
    asked = home(*quotes(HOME, ["t2"]), evidence=[NOW, PET, nugget("t3")])
    assert why(asked, [end("t2", "t1", position=7)]) == "never_stored"
    assert why(asked, ALL) == "not_in_first"
    asked = home(*quotes(HOME, ["t2", "t1"]), evidence=[NOW, PET, nugget("t3")])
    assert why(asked, ALL, 5) == "not_in_first"
    assert why(home(*quotes(HOME, ["t2", "t1"]), evidence=[NOW, PET]), ALL, 4) == "over_budget"


@pytest.mark.parametrize(
    ("position", "cause"), [(3, "never_stored"), (5, "not_in_first"), (7, "not_in_first"), (9, "never_stored")]
)
def test_only_the_session_ends_around_the_query_count(position, cause):
    held = [end("t2" if at == position else "t0", position=at) for at in (9, 3, 7, 5)]
    assert why(home(position=5), held) == cause


def test_what_another_user_holds_is_no_matter():
    other = replace(ALL[0], life=replace(HOME, user="bob"))
    assert why(home(), [other]) == "never_stored"
    assert why(home(), [other, *ALL]) == "not_in_first"


def test_a_query_without_evidence_is_not_judged():
    asked = ask(HOME, quotes(HOME, ["t0"]), stale=["t0"], answers=["Denver"], choice="Boston")
    assert why(asked, ALL) is None
    assert [scores(metric, asked) for metric in FIVE] == [[]] * 5
    assert held_scores(FIVE[0], *ALL) == []


@settings(max_examples=80)
@given(
    recalled=st.lists(st.sampled_from(["t0", "t1", "t2", "t3"]), max_size=6),
    stored=st.sets(st.sampled_from(["t0", "t1", "t2", "t3"])),
    evidence=st.lists(st.sampled_from([NOW, PET, nugget("t3")]), min_size=1, max_size=3, unique=True),
    choice=st.sampled_from([None, "Denver", "Boston"]),
    budget=st.integers(1, 24),
)
def test_causes_and_hits_sum_to_1_and_tell_what_recall_tells(recalled, stored, evidence, choice, budget):
    asked = home(*quotes(HOME, recalled), evidence=evidence, choice=choice)
    held = [end(*sorted(stored), position=7)]
    cause = why(asked, held, budget)
    run = RunFrames([asked], held)
    values = [next(Missed(one, budget).score(run)).value for one in CAUSES]
    assert sum(values) + (cause is None) == 1
    assert (cause in CAUSES[:3]) == (evidence_recall(asked, budget) < 1)
    if cause == "never_stored":
        assert any(not turns & (stored | set(recalled)) for turns in asked.nuggets["turn"])


@settings(max_examples=40)
@given(recalled=st.permutations(["t0", "t1", "t2", "t3"]), budget=st.integers(1, 24))
def test_more_room_only_moves_a_query_along_the_chain(recalled, budget):
    order = [*CAUSES, None]
    asked = home(*quotes(HOME, recalled), evidence=[NOW, PET])
    assert order.index(why(asked, ALL, budget)) <= order.index(why(asked, ALL, budget + 1))


def test_the_oracle_misses_only_what_no_order_finds():
    life = plain_life(3)
    asked = ask(life, evidence=[nugget("t0"), nugget("t1")])
    tokens = sum(asked.ideal_asked.tokens)
    for metric, best in zip((Missed(cause, tokens - 1) for cause in CAUSES), (0, 0, 1, 0, 0), strict=True):
        assert score(metric, asked).attainable == best
    assert {score(Missed(cause, tokens), asked).attainable for cause in CAUSES} == {0.0}


def test_the_oracle_holds_what_a_limit_keeps_it_from_recalling():
    asked = ask(plain_life(3), evidence=[nugget("t0"), nugget("t1")], limit=1)
    assert [score(metric, asked).attainable for metric in FIVE] == [0.0, 1.0, 0.0, 0.0, 0.0]


def test_what_a_reader_would_say_to_the_oracle_is_not_known():
    asked = home(*quotes(HOME, ["t2"]), choice="Boston")
    assert [score(metric, asked).attainable for metric in FIVE] == [0.0] * 4 + [None]
    assert [score(metric, asked).value for metric in FIVE] == [0.0] * 4 + [1.0]


def test_five_figures_are_one_judgement(monkeypatch):
    asked, calls = home(*quotes(HOME, ["t0"])), []
    monkeypatch.setattr(missed, "why", lambda *given: calls.append(given) or "not_in_first")
    run = RunFrames([asked, asked], ALL)
    assert [[found.value for found in metric.score(run)] for metric in FIVE] == [[float(n == 1)] * 2 for n in range(5)]
    assert len(calls) == 4
    missed._judged.cache_clear()


def test_a_cause_that_is_none_is_refused():
    with pytest.raises(ValueError, match="metric missed: cause is 'bad_luck'"):
        Missed("bad_luck", 512)


@pytest.mark.parametrize("budget", [0, -1, 1.5])
def test_a_budget_under_1_is_refused(budget):
    with pytest.raises(ValueError, match="metric missed: budget_tokens"):
        Missed("never_stored", budget)


def test_they_are_named_as_printed_and_should_be_low():
    assert [metric.name for metric in FIVE] == [f"missed_{cause}" for cause in CAUSES]
    assert {metric.higher_is_better for metric in FIVE} == {False}
