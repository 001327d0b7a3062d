import pytest

from memlab.config import load_option
from memlab.readers.waiting import Waiting


@pytest.mark.parametrize("seconds", [{}, {"call": 1, "token_in": 0, "token_out": 0, "memory": -1}])
def test_what_does_not_fit_is_refused(seconds):
    with pytest.raises(ValueError, match="it must give call, token_in, token_out, memory, each at least 0"):
        Waiting(seconds)


def test_readers_that_reply_are_waited_for_alike():
    assert load_option("reader", "chat")["seconds"] == load_option("reader", "replier")["seconds"]
