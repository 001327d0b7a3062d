"""Readers turn recalled memories into an answer. Without one (`none`, the default) retrieval is judged on its own."""

from collections.abc import Sequence
from typing import Protocol

from memlab.events import Memory, Query, Reply


class Reader(Protocol):
    """Answers a query from the memories that fit the budget, best first."""

    def answer(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> Reply | None:
        """The reply; its `choice` is None where it abstains. None where the reader has nothing to go by.

        Args:
            choices: The options that the question offers, the right one among them, in an order that tells nothing; of
                what the judge knows a reader sees no more than these. Empty where it offers none.
        """
        ...
