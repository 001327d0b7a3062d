"""Every check of the conformance suite over every layer of the config folder, around a plain strategy."""

from functools import cache

import pytest

from memlab.checks import CHECKS, check, subject
from memlab.checks.lasting import nothing_acknowledged_is_lost
from memlab.checks.living import other_users_change_nothing, the_same_seed_gives_the_same_traces
from memlab.config import options

N_WRITES = 1_000  # ten thousand are written for the strategies: what a layer adds to a write is the same each time
TAKES_A_PROCESS = (the_same_seed_gives_the_same_traces, other_users_change_nothing)
QUICK = [one for one in CHECKS if one not in (*TAKES_A_PROCESS, nothing_acknowledged_is_lost)]

PATIENT = {"worker": ["layer.worker.deadline_seconds=60"]}  # what is ready in time is the machine's, not the layer's

subject_of = cache(lambda name: subject(["strategy=rag", f"layer={name}", *PATIENT.get(name, [])]))


@pytest.mark.parametrize("name", options("layer"))
@pytest.mark.parametrize("law", QUICK, ids=lambda law: law.__name__)
def test_every_layer_keeps_every_law(law, name):
    hold(law, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", options("layer"))
@pytest.mark.parametrize("law", TAKES_A_PROCESS, ids=lambda law: law.__name__)
def test_every_layer_gives_the_same_traces_in_another_process(law, name):
    hold(law, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", options("layer"))
def test_every_layer_that_is_killed_keeps_what_it_acknowledged(name):
    nothing_acknowledged_is_lost(subject_of(name), n_writes=N_WRITES)


def hold(law, name):
    (result,) = check(subject_of(name), [law])
    if result.status == "not_applicable":
        pytest.skip(f"{name}: {result.message}")
    assert result.status == "passed", result.message
