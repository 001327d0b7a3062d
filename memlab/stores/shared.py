"""One place that many users share hands each user's records to that user alone, and counts who asked for another's.

Guide: access control, who may read whose memory.

Differs: a store is opened for one user and sees no other's records, so nothing can leak by an id that two users have;
what is left to refuse is opening it for another. That is refused always, and counted where the owner looks: in a space
of the owner's own records, which lists, exports and erases like any other.

Cost: one lookup beside opening a store; one `put` for each refusal.

Use: in a service that opens stores on behalf of users it has authenticated. Who is asking is the service's to know: a
name that is given here is believed.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from memlab.stores import Record, Store

SPACE = "refused"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AccessRefused(PermissionError):
    """Someone asked for the records of another user."""


class Shared:
    """Opens the stores of many users, each for its owner alone.

    Args:
        open: Opens the store of the user it is given: `lambda user: SqliteStore("memory.sqlite", user)`.
    """

    def __init__(self, open: Callable[[str], Store]) -> None:
        self._open = open

    def store(self, owner: str, *, asked_by: str) -> Store:
        """The owner's store, to be closed by the caller.

        Raises:
            AccessRefused: Another asks; the refusal is counted before this is raised.
        """
        if asked_by == owner:
            return self._open(owner)
        store = self._open(owner)
        try:
            held = store.space(SPACE).get(asked_by)
            n = 1 + (int(held.meta["n"]) if held else 0)
            store.space(SPACE).put(Record(id=asked_by, text="", sources=(), at=EPOCH, meta={"n": n}))
        finally:
            store.close()
        raise AccessRefused(f"{asked_by!r} may not read the memory of {owner!r}; each user may read their own")


def refusals(store: Store) -> dict[str, int]:
    """How often each other user was refused the records of this store's owner, for the owner to look at."""
    return {record.id: int(record.meta["n"]) for record in store.space(SPACE).scan()}
