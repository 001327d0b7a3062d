"""What tests of the data commands share."""

import pytest

from memlab.config import load_option
from memlab.data import survey


@pytest.fixture
def few_users(monkeypatch):
    """Simulated sources have two users, where a test asks what becomes of all sources and not what they are."""

    def small(group, name):
        node = load_option(group, name)
        return node | {"users": 2} if "users" in node else node

    monkeypatch.setattr(survey, "load_option", small)
