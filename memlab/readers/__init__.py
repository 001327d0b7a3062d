"""Readers turn recalled memories into an answer. The shipped option is `none`: retrieval is judged on its own."""

from collections.abc import Sequence
from typing import Protocol

from memlab.events import Memory, Query, Reply


class Reader(Protocol):
    """Answers a query from the memories that fit the budget, best first."""

    def answer(self, query: Query, memories: Sequence[Memory]) -> Reply:
        """The reply; `choice` None where it abstains."""
        ...
