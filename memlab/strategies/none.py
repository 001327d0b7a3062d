"""No memory at all: the floor of every table, and the holdout of an A/B test."""

from collections.abc import Iterator

from memlab.events import Memory, Observed, Query, Recall


class NoMemory:
    """Observes nothing and recalls nothing."""

    def observe(self, event: Observed) -> None:
        """Lets the event pass."""

    def recall(self, query: Query) -> Recall:
        """No memories."""
        return Recall()

    def memories(self) -> Iterator[Memory]:
        """Nothing."""
        return iter(())

    def close(self) -> None:
        """There is nothing to close."""
