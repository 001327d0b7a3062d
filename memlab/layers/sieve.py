"""What a layer lets in and what it holds back for now, kept so that an erasure can change the choice exactly."""

from collections.abc import Callable, Sequence

from memlab.events import Consent, Erasure, Forget, Observed, Outcome, Recalled, SessionEnd, Turn, TurnId
from memlab.stores import ARCHIVE, Record, Store
from memlab.strategies.base import EventLog, Kept, Strategy

DOUBT = "(doubt)"
IN, BACK = "in", "back"
EVERYTHING = (Turn, Outcome, Consent, Forget, Recalled, SessionEnd)


class Sieve:
    """Passes events on to an inner strategy, all but those that a rule holds back because of earlier ones.

    Everything is kept as events in `store.space("archive")`. When an erasure changes what would have been held back,
    the inner strategy is told to forget everything and is told all that is left again, in order: it then stands as if
    the erased turns had never been said. A mark in the store says that this is under way; a sieve that is opened on it
    begins it anew, and so it does where an event was kept and its passing on was not noted.

    Args:
        store: The layer's own.
        inner: Who is told.
        lets_in: Asked of each event in order, and of all of them again after `start_over`.
        start_over: The rule is to forget what it was asked.
    """

    def __init__(
        self, store: Store, inner: Strategy, lets_in: Callable[[Kept], bool], start_over: Callable[[], None]
    ) -> None:
        self._store, self._inner, self._lets_in, self._start_over = store, inner, lets_in, start_over
        self._chosen: dict[TurnId, str] = {}
        self._before: dict[TurnId, str] | None = None  # what was chosen before an erasure; None: not known
        self._again: list[Kept] | None = []  # while all is gone through again: what is let in
        self._mark = store.get(DOUBT)
        self._apart = self._mark is not None
        self._log = EventLog(store.space(ARCHIVE), self._learn, self._unlearn, keeps=EVERYTHING)
        self._settle()

    def observe(self, event: Observed) -> None:
        """Keeps an event and passes it on, unless it is held back; what is erased goes in both places.

        An outcome goes the way of its turn.
        """
        if isinstance(event, Outcome) and event.turn not in self._chosen:
            return
        if isinstance(event, Turn) and event.id in self._chosen:
            self._apart = True
        if isinstance(event, Erasure) or self._apart:
            self._mark = Record(id=DOUBT, text="", sources=(), at=event.at, meta={"session": event.session})
            self._store.put(self._mark)
        try:
            self._take(event)
        except BaseException:
            self._apart |= self._again is not None  # the next event, or opening, tells everything again
            raise
        self._settle()

    def __contains__(self, turn: TurnId) -> bool:
        """Whether a turn is kept, let in or held back."""
        return turn in self._chosen

    def close(self) -> None:
        """Closes the inner strategy and the store."""
        self._inner.close()
        self._log.close()

    def _take(self, event: Observed) -> None:
        try:
            if isinstance(event, Erasure):
                self._inner.observe(event)
        finally:
            self._log.observe(event)

    def _learn(self, event: Kept, note: str | None) -> str:
        choice = IN if self._lets_in(event) else BACK
        if isinstance(event, Outcome):
            choice = self._chosen.get(event.turn, BACK)
        if isinstance(event, Turn):
            self._chosen[event.id] = choice
        if self._again is None:
            if choice == IN:
                self._inner.observe(event)
            return choice
        known = note if self._before is None else self._before.get(event.id, choice) if isinstance(event, Turn) else IN
        self._apart |= known is None or (isinstance(event, Turn) and known != choice)
        if choice == IN:
            self._again.append(event)
        return choice

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        self._before, self._chosen, self._again = self._chosen, {}, []
        self._start_over()
        return False

    def _settle(self) -> None:
        """Tells the inner strategy everything again where it may not stand as it should."""
        told = self._again or []
        if self._apart:
            when = self._mark or told[-1]
            session = int(when.meta["session"]) if isinstance(when, Record) else when.session
            self._inner.observe(Erasure(at=when.at, session=session, turns=None))
            for event in told:
                self._inner.observe(event)
        if self._mark is not None:
            self._store.delete([DOUBT])
        self._before, self._again, self._apart, self._mark = {}, None, False, None
