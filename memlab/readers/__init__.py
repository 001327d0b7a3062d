"""Readers turn recalled memories into an answer. Without one (`none`, the default) retrieval is judged on its own."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

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


@runtime_checkable
class Weighing(Protocol):
    """A reader that says how probable each option is to it: what a memory does to it can then be measured.

    A reader need not offer this; of one that does not, it is never told which memories it used.
    """

    def weigh(
        self, query: Query, memories: Sequence[Memory], choices: Sequence[str]
    ) -> Mapping[str | None, float] | None:
        """The probability of each option, and under None that of abstaining; they sum to 1. None without options.

        What it chooses when asked for an answer is an option that nothing is more probable than.
        """
        ...


class Chooser(Reader, Weighing, Protocol):
    """A reader that offers both."""
