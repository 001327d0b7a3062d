"""Every check of the conformance suite over every strategy of the config folder."""

from functools import cache, partial

import pytest

from memlab import make
from memlab.checks import CHECKS, EXEMPT, check, subject
from memlab.checks.asking import scores_fall
from memlab.checks.lasting import nothing_acknowledged_is_lost
from memlab.checks.living import other_users_change_nothing, the_same_seed_gives_the_same_traces
from memlab.config import load_option, options
from memlab.testing import ask, turn

ELSEWHERE = ("process", "graph_cypher", "graph_bolt")  # test_process.py; test_graph_strategy.py, test_graph_bolt.py
OTHER_WEIGHTS = ("ranked_even", "ranked_real")  # the class of `ranked` with other numbers
STRATEGIES = [name for name in options("strategy") if name not in (*ELSEWHERE, *OTHER_WEIGHTS)]
MANY_WRITES, WRITES = 10_000, 2_000
WRITES_MANY = ("rag", "agentic")  # every record one turn; events and notes: what else there is, is made of these two
TAKES_A_PROCESS = (the_same_seed_gives_the_same_traces, other_users_change_nothing)
QUICK = [one for one in CHECKS if one not in (*TAKES_A_PROCESS, nothing_acknowledged_is_lost)]

subject_of = cache(lambda name: subject([f"strategy={name}"]))


def hold(law, name):
    """Holds one law as the suite does, so that what is exempt is skipped with its reason."""
    (result,) = check(subject_of(name), [law])
    if result.status == "not_applicable":
        pytest.skip(f"{name}: {result.message}")
    assert result.status == "passed", result.message


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("law", QUICK, ids=lambda law: law.__name__)
def test_every_strategy_keeps_every_law(law, name):
    hold(law, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("law", TAKES_A_PROCESS, ids=lambda law: law.__name__)
def test_every_strategy_gives_the_same_traces_in_another_process(law, name):
    hold(law, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_that_is_killed_keeps_what_it_acknowledged(name):
    """A write that is acknowledged too early is lost after thousand events as after five thousand.

    What only comes with many (a write-ahead log that is folded back, an index that grows) is the store's, and seen on
    two strategies; `memlab check` writes as many on any.
    """
    many = name in WRITES_MANY
    law = partial(nothing_acknowledged_is_lost, n_writes=MANY_WRITES if many else WRITES)
    law.__name__, law.__doc__ = nothing_acknowledged_is_lost.__name__, nothing_acknowledged_is_lost.__doc__
    hold(law, name)


@pytest.mark.parametrize("name", OTHER_WEIGHTS)
def test_other_weights_are_the_same_strategy(name):
    ranked, other = (load_option("strategy", one) for one in ("ranked", name))
    assert ranked["_target_"] == other["_target_"]
    hold(scores_fall, name)


def test_what_is_exempt_is_skipped(monkeypatch):
    monkeypatch.setitem(EXEMPT, ("none", scores_fall.__name__), "It has no scores.")
    with pytest.raises(pytest.skip.Exception, match="none: not applicable: exempt: It has no scores"):
        hold(scores_fall, "none")


def test_a_python_user_gets_the_same_object_as_the_config():
    texts = ("We finally unpacked the last box in Denver", "The parrot learned a new word today")
    recalls = []
    for strategy in (make("strategy/bm25", k1=1.2), subject_of("bm25").fresh()):
        for place, text in enumerate(texts):
            strategy.observe(turn(place, text))
        recalls.append(strategy.recall(ask(50, "Did we unpack in Denver?")))
    assert recalls[0] == recalls[1]
    assert recalls[0].memories[0].id == "t0"
