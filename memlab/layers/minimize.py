"""A minimiser lets in what is worth keeping and may be kept, and nothing else.

Guide: store nothing transient ("today", "right now", "this session", "currently"), no duplicates, only what is held
with a confidence above .7 (in another place .75), and health, finance and relationships only with explicit consent.

Differs: confidence is the worth of the best sentence by rules of English, the assistant's words are worth little
whatever they say, and "currently" alone condemns no statement. Beliefs and whereabouts need consent too; without a
`Consent` the answer is no, and at a withdrawal what was let in of that category is erased as if it had never been said,
since what may no longer be kept must be gone. What is sensitive is told by word lists, in `minimize_meaning` by meaning
too, from example sentences. A saying counts as a duplicate only for some weeks, because what is said again after a
change is news; it stands in when the first saying is erased.

Cost: half a millisecond a turn for the rules; `minimize_meaning` encodes each sentence of what is worth keeping, and
each two in a row, some three texts a turn, thrown away at once. One more write and its note: what is let in is kept a
second time in the layer's archive, counted apart, because an erasure may have to replay it; of what is dropped nothing
is kept. A withdrawal, and an opening after one, judges again what was let in while that category was allowed.

Use: where a store must not hold what its user would not want it to, and where most of what is said is chatter.
`minimize_meaning` keeps somewhat less of what was not allowed, at a hundred times the cost.

What people call data minimisation is article 5(1)(c) of the General Data Protection Regulation, consent to sensitive
categories article 9. Rules and examples are English alone. Each turn is judged by itself: that "no, the other one" is
about a loan would take the question before it, and were that erased, the answer, dropped because of it, would have to
come back, though nothing of it is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from re import compile
from typing import Literal

from memlab.encoders import Encoder
from memlab.events import Consent, Erasure, Memory, Observed, Query, Recall, Turn, TurnId
from memlab.extract.meaning import Judge
from memlab.extract.pii import redacted
from memlab.extract.rules import said
from memlab.extract.sensitive import sensitive
from memlab.extract.worth import worth
from memlab.layers.sieve import Sieve
from memlab.stores import Store
from memlab.strategies.base import Kept, Strategy

WORD = compile(r"[\w'’-]+")
Treatment = Literal["keep", "redact", "drop"]


class Minimize:
    """A strategy that is told what is worth keeping and may be kept.

    Args:
        inner: The strategy.
        store: Where the layer keeps what it let in, so that an erasure can be followed exactly.
        encoder: Makes the vectors by which meaning is judged.
        min_worth: Of a turn that is let in, 0 to 1.
        ephemeral: Whether a sentence that holds for the moment only is worth less.
        duplicate_days: For how long the same words by the same speaker count as a duplicate; 0 for never.
        consent: Whether sensitive categories need it.
        pii: What becomes of a turn with a card number, an IBAN, a phone number or an e-mail address in it: `keep` it,
            `redact` it (it keeps its id), or `drop` it.
        judge: Makes of the encoder what tells the sensitive categories of a text; None is the word lists alone.

    Raises:
        ValueError: A number is out of its range, or there is no such treatment.
    """

    def __init__(
        self,
        inner: Strategy,
        store: Store,
        encoder: Encoder,
        min_worth: float,
        ephemeral: bool,
        duplicate_days: float,
        consent: bool,
        pii: Treatment,
        judge: Callable[[Encoder], Judge] | None = None,
    ) -> None:
        if not 0 <= min_worth <= 1 or duplicate_days < 0 or pii not in ("keep", "redact", "drop"):
            raise ValueError(
                f"minimize: min_worth={min_worth}, duplicate_days={duplicate_days}, pii={pii!r}; min_worth must lie "
                "between 0 and 1, duplicate_days be 0 or more, pii keep, redact or drop"
            )
        self._inner, self._min_worth, self._ephemeral = inner, min_worth, ephemeral
        self._window, self._needs_consent, self._pii = timedelta(days=duplicate_days), consent, pii
        self._judge = sensitive if judge is None else judge(encoder)
        self._granted: frozenset[str] = frozenset()
        self._asked: Consent | None = None  # the newest
        self._under: dict[TurnId, tuple[Turn, frozenset[str]]] = {}  # let in while something sensitive was allowed
        self._last: dict[tuple[str, ...], datetime] = {}  # when the same words were last let in
        self._sieve = Sieve(store, inner, self._lets_in, self._start_over)
        self._withdraw()

    def observe(self, event: Observed) -> None:
        """Lets in what may be kept; erases what a withdrawn consent no longer covers."""
        if not isinstance(event, Turn):
            self._sieve.observe(event)
            if isinstance(event, Consent):
                self._withdraw()
        elif (turn := self._kept(event)) is not None:
            self._sieve.observe(turn)
        elif event.id in self._sieve:  # said again in other words, which may not be kept
            self._sieve.observe(Erasure(at=event.at, session=event.session, turns=frozenset({event.id})))

    def recall(self, query: Query) -> Recall:
        """What the inner strategy recalls of what was let in."""
        return self._inner.recall(query)

    def memories(self) -> Iterator[Memory]:
        """Those of the inner strategy."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the inner strategy and the store."""
        self._sieve.close()

    def about(self, turn: Turn) -> frozenset[str]:
        """The sensitive categories of a turn's words, and of what came with it."""
        texts = (said(turn), *(part.text for part in turn.attachments))
        return frozenset().union(*(self._judge(text) for text in texts))

    def _kept(self, turn: Turn) -> Turn | None:
        """The turn as it may be kept, None where it may not; what is sensitive leaves no trace, not even an id."""
        if worth(turn, self._ephemeral) < self._min_worth or not self._allowed(turn):
            return None
        text = turn.text if self._pii == "keep" else redacted(turn.text)
        if text != turn.text and self._pii == "drop":
            return None
        attachments = turn.attachments
        if self._pii != "keep":
            attachments = tuple(replace(part, text=redacted(part.text)) for part in attachments)
        return replace(turn, text=text, attachments=attachments)

    def _allowed(self, turn: Turn) -> bool:
        return not self._needs_consent or self.about(turn) <= self._granted

    def _lets_in(self, event: Kept) -> bool:
        """Takes note of consent and of what is said; holds back what was said in the same words not long ago."""
        if isinstance(event, Consent):
            self._granted = self._granted | {event.category} if event.granted else self._granted - {event.category}
            self._asked = event
        if not isinstance(event, Turn):
            return True
        if self._granted:
            self._under[event.id] = event, self._granted
        words = (event.speaker, *(word.casefold() for word in WORD.findall(said(event))))
        last = self._last.get(words)
        if last is not None and event.at - last < self._window:
            return False
        self._last[words] = event.at
        return True

    def _withdraw(self) -> None:
        """Erases what is kept without consent: what a withdrawal leaves, also one that a crash cut short."""
        gone = frozenset(
            id
            for id, (turn, granted) in self._under.items()
            if not granted <= self._granted and not self._allowed(turn)
        )
        if gone and self._asked is not None:
            self._sieve.observe(Erasure(at=self._asked.at, session=self._asked.session, turns=gone))

    def _start_over(self) -> None:
        self._granted, self._asked = frozenset(), None
        self._under.clear()
        self._last.clear()
