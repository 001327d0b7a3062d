"""`choice_accuracy`: right options over those judged; to abstain is wrong, and without options there is no figure."""

from dataclasses import replace

import pytest
from build_asked import ask, lived, nugget, quotes

from memlab.metrics.choice_accuracy import ChoiceAccuracy
from memlab.metrics.frames import RunFrames

HOME = lived(["I live in Boston"], ["I moved to Denver"])


def scored(choice, reply="", choices=("Boston", "Denver", "Lyon", "Oslo"), answers=("Denver",)):
    asked = ask(HOME, quotes(HOME, ["t1"]), evidence=[nugget("t1")], answers=answers, choice=choice, reply=reply)
    asked = replace(asked, gold=replace(asked.gold, choices=choices))
    return [(found.value, found.chance, found.attainable) for found in ChoiceAccuracy().score(RunFrames([asked], []))]


@pytest.mark.parametrize(("choice", "value"), [("Denver", 1.0), ("denver.", 1.0), ("Boston", 0.0), (None, 0.0)])
def test_a_right_choice_counts_and_abstaining_is_wrong(choice, value):
    assert scored(choice) == [(value, 0.25, None)]


def test_chance_is_the_share_of_options_that_are_right():
    assert scored("Lyon", answers=("Denver", "Lyon")) == [(1.0, 0.5, None)]


def test_without_options_or_a_right_one_or_a_reader_nothing_is_judged():
    assert scored("Denver", choices=()) == []
    assert scored("Denver", answers=("Rome",)) == []
    assert scored(None, reply=None) == []
