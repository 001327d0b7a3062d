import pytest

from memlab.config import ConfigError
from memlab.fitting.questions import asked, planned

SMALL = ["source.users=2", "source.sessions=5", "source.queries=8", "source.ask_from=0.3", "encoder=hashing"]


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["strategy=ranked_even", "source=locomo"], "nothing is fitted on locomo"),
        (["strategy=ranked_even", "source=beam,locomo"], "nothing is fitted on locomo"),
        (["strategy=ranked_even", "source=simulated", "source.bank=sealed"], "source.bank=open"),
        (["strategy=ranked_even", "source=simulated", "source.bank=both"], "source.bank=open"),
        (["strategy=bm25", "source=simulated"], "no weights"),
        (["strategy=ranked_even", "layer=[decay]"], "layer"),
        (["strategy=ranked,ranked_even", "source=simulated"], "one strategy"),
        (["strategy=ranked_even", "source=simulated", "seed=0,1"], "one strategy"),
    ],
)
def test_what_must_not_be_fitted_on_is_refused(overrides, says):
    with pytest.raises(ConfigError, match=says):
        planned(overrides)


def test_simulated_users_are_taken_from_the_open_half_unasked():
    (config,) = planned(["strategy=ranked_even", "source=simulated"])
    assert config["source"]["bank"] == "open"


@pytest.mark.slow
def test_questions_hold_their_candidates_signals_and_gold():
    (config,) = planned(["strategy=ranked_even", "source=simulated", *SMALL])
    found = asked(config)
    assert found.users == len({question.user for question in found.questions}) == 2
    for question in found.questions:
        assert question.signals.shape == (len(question.turns), len(config["strategy"]["weights"]))
        assert len(question.sessions) == len(question.turns) <= config["strategy"]["candidates"]
        assert abs(question.signals.mean(axis=0)).max() < 1e-6
        assert not question.by_session
    within = [nugget & set(question.turns) for question in found.questions for nugget in question.nuggets]
    assert sum(map(bool, within)) > 0.8 * len(within)
