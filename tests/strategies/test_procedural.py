"""What worked how often, by hand: counts, the rules that rank them, and what erasure takes out of them."""

import pytest

from memlab import make
from memlab.config import ConfigError
from memlab.events import Erasure, Forget, Outcome
from memlab.strategies.procedural import lower_bound, posterior_mean, ratio
from memlab.testing import START, ask, turn

BREAD = ("Overnight it rose.", "Overnight again, lovely crumb.", "Overnight, flat as a stone.", "Overnight, a joy.")


def told(strategy="procedural", **numbers):
    return make(f"strategy/{strategy}", encoder=make("encoder/hashing"), **numbers)


def tried(memory, place, text, approach, success, task="sourdough", session=0):
    """A turn that tells of an attempt, and its outcome."""
    memory.observe(turn(place, text, session=session))
    memory.observe(Outcome(at=START, session=session, turn=f"t{place}", task=task, approach=approach, success=success))


def baker(strategy="procedural", **numbers):
    """Resting overnight worked 3 of 4 times; a hot pot 1 of 1."""
    memory = told(strategy, **numbers)
    for place, text in enumerate(BREAD):
        tried(memory, place, text, "resting overnight", success=place != 2)
    tried(memory, 10, "The hot pot gave a good crust.", "a hot pot", success=True)
    return memory


def best(memory, question="How do I bake sourdough best?", place=90):
    return [found.text.split("\n")[0] for found in memory.recall(ask(place, question)).memories]


def test_an_approach_says_how_often_it_worked_and_cites_who_told_it_first_what_is_mostly_so():
    (rested, _) = baker().recall(ask(90, "How do I bake sourdough best?")).memories
    assert rested.text == "sourdough: resting overnight worked 3 of 4 times (worth 0.67)\nOvernight, a joy."
    assert rested.sources == ("t3", "t1", "t0", "t2")
    assert rested.category == "procedure"


def test_an_approach_that_mostly_failed_cites_its_failures_first():
    memory = told()
    for place, success in enumerate((True, False, False)):
        tried(memory, place, f"Attempt {place}", "kneading", success)
    (kneaded,) = memory.memories()
    assert kneaded.sources == ("t2", "t1", "t0")


@pytest.mark.parametrize(
    ("rule", "worths"),
    [
        (ratio, (1.0, 0.75)),
        (lambda s, n: posterior_mean(s, n, prior_successes=1, prior_failures=1), (0.667, 0.667)),
        (lambda s, n: lower_bound(s, n, confidence=0.9), (0.378, 0.433)),
    ],
)
def test_what_one_lucky_trial_and_three_of_four_are_worth(rule, worths):
    assert (round(rule(1, 1), 3), round(rule(3, 4), 3)) == worths


def test_one_lucky_trial_wins_by_ratio_alone():
    assert best(baker("procedural_ratio"))[0].startswith("sourdough: a hot pot")
    for strategy in ("procedural", "procedural_bound"):  # the mean is a tie, which goes to the one tried more often
        assert best(baker(strategy))[0].startswith("sourdough: resting overnight")


def test_with_equal_counts_every_rule_ranks_alike():
    orders = []
    for strategy in ("procedural", "procedural_bound", "procedural_ratio"):
        memory = told(strategy)
        for place, (name, wins) in enumerate((("a", 1), ("b", 3), ("c", 0), ("d", 2))):
            for nth in range(3):
                tried(memory, 10 * place + nth, f"{name} {nth}", f"way {name}", success=nth < wins)
        orders.append([text.split(" worked")[0][-1] for text in best(memory)])
    assert orders == [["b", "d", "a", "c"]] * 3


def test_the_task_that_was_asked_about_comes_first():
    memory = baker()
    tried(memory, 20, "Bullets made the weekly report easy.", "bullet points", True, task="weekly_report", session=1)
    assert best(memory, "What helps with the weekly report?")[0].startswith(
        "weekly report: bullet points worked 1 of 1"
    )
    assert best(memory, "And with sourdough?")[0].startswith("sourdough")


def test_what_was_said_just_before_tells_the_task_too():
    memory = baker()
    memory.observe(turn(20, "Quiz me on anatomy.", session=1))
    tried(memory, 21, "Splendid!", "flashcards", True, task="revision", session=1)
    assert best(memory, "anatomy")[0].startswith("revision: flashcards")


def test_what_to_avoid_is_what_failed():
    memory = told()
    for place, success in enumerate((True, True, False)):
        tried(memory, place, f"Oven {place}", "the oven", success)
    tried(memory, 10, "Stew, no.", "a stew", success=False)
    assert best(memory, "What is best?")[0].startswith("sourdough: the oven worked 2 of 3")
    assert best(memory, "What should I avoid?")[0].startswith("sourdough: a stew worked 0 of 1")


def test_an_erased_turn_takes_its_attempt_out_of_the_count():
    memory = baker()
    memory.observe(Erasure(at=START, session=0, turns=frozenset({"t0", "t1"})))
    assert best(memory)[0].startswith("sourdough: a hot pot worked 1 of 1")
    assert best(memory)[1].startswith("sourdough: resting overnight worked 1 of 2 times (worth 0.50)")
    memory.observe(Erasure(at=START, session=0, turns=frozenset({"t2", "t3"})))
    assert len(best(memory)) == 1


def test_a_forgotten_approach_begins_anew():
    memory = baker()
    rested = next(iter(memory.memories()))
    memory.observe(Forget(at=START, session=0, memories=frozenset({rested.id})))
    assert len(best(memory)) == 1
    tried(memory, 30, "Overnight once more.", "resting overnight", success=False)
    assert "sourdough: resting overnight worked 0 of 1 times (worth 0.33)" in best(memory)


def test_words_count_where_no_outcome_does():
    memory = told()
    for place, text in enumerate(
        (
            "user: For sourdough, resting it overnight worked well.",
            "user: Resting it overnight was a disaster this time.",
            "user: Did resting it overnight ever fail?",
            "user: Kneading it twice failed for the sourdough.",
        )
    ):
        memory.observe(turn(place, text))
    memory.observe(turn(9, "assistant: For sourdough, a hot pot worked wonders.", speaker="assistant"))
    assert sorted(best(memory)) == [
        "sourdough: Kneading it twice worked 0 of 1 times (worth 0.33)",
        "sourdough: resting it overnight worked 1 of 2 times (worth 0.50)",
    ]


def test_an_outcome_takes_the_place_of_its_turns_words():
    memory = told()
    tried(memory, 0, "user: For bread, steam worked.", "steam in the oven", success=True, task="sourdough")
    assert best(memory) == ["sourdough: steam in the oven worked 1 of 1 times (worth 0.67)"]


def test_an_outcome_of_a_turn_that_was_not_heard_counts_nothing():
    memory = told()
    memory.observe(Outcome(at=START, session=0, turn="t9", task="bread", approach="steam", success=True))
    assert list(memory.memories()) == []


def test_exploring_is_drawn_from_the_query_and_off_by_default():
    firsts = {best(baker(explore=1.0), place=place)[0] for place in range(60, 80)}
    assert len(firsts) == 2
    memory = baker(explore=1.0)
    assert best(memory, place=61) == best(memory, place=61)
    assert len({best(baker(), place=place)[0] for place in range(60, 80)}) == 1


@pytest.mark.parametrize("wrong", [{"context": -1}, {"quote_tokens": -1}, {"explore": 1.5}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match="procedural: context="):
        told(**wrong)
