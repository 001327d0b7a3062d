"""What the linear ranking costs: bytes exactly, time as a ratio to another strategy's in the same run."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "recall.py"


@pytest.fixture(scope="module")
def recall():
    spec = spec_from_file_location("recall", FILE)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_turn_of_34_word_pieces_takes_less_than_six_kilobytes(recall):
    _, taken = recall.timed("ranked", 60, 2)
    assert 34 * 128 + 768 < taken <= 6_000


@pytest.mark.slow
def test_a_recall_costs_a_few_times_one_of_hybrid(recall):
    """By the tenth part that is quickest: other work on the machine moves that least."""
    spent = {name: float(np.quantile(recall.timed(name, 1_500, 31)[0], 0.1)) for name in ("hybrid", "ranked")}
    assert spent["ranked"] < 5 * spent["hybrid"]
