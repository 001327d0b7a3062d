"""The law of erasure: what is erased counts as never said, held against a twin that never heard it."""

from collections.abc import Iterable, Sequence
from itertools import cycle, islice

from memlab.checks.compare import about, difference, listing_difference
from memlab.checks.lives import (
    BUDGET_TOKENS,
    events_of,
    lived,
    lives,
    queries_of,
    tried,
    with_erasures,
    with_everything_erased,
    without,
)
from memlab.checks.subject import CheckFailed, Subject
from memlab.events import Consent, Erasure, Event, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.life import Life
from memlab.strategies.base import Strategy

ERASED_AFTER = ((0.2, 0.4, 0.6), (0.5,), (0.3, 1.0))
OFTEN = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
FORGET_ONCE, FORGET_OFTEN = ((5,), False), (range(1, 100, 2), True)
LIMITS = (None, 1, 5, 100)
REBUILD = (
    "rebuild derived state (counts, edges, windows, summaries) from the kept events without the erased turns; "
    "memlab.strategies.base.EventLog does it"
)


def erased_turns_count_as_never_said(subject: Subject) -> str:
    """After an erasure recalls and listing are those of a twin that never observed the erased turns.

    The twin is told the same of what was read and forgotten, less the memories that came from erased turns; what only
    replaced them stays forgotten.
    """
    (life,) = lives("erasure")
    events = events_of(life)
    unasked: list[Event] = [event for event in events if not isinstance(event, Consent)]
    scripts = [with_erasures(events, seed, shares) for seed, shares in enumerate(ERASED_AFTER)]
    n_later = sum(_held(subject, life, script) for script in (*scripts, with_everything_erased(unasked)))
    return f"erasure_gap 0 of {n_later} later recalls"


def erased_turns_count_as_never_said_whatever_is_asked(subject: Subject, n_probes: int = 10_000) -> str:
    """After each of many erasures recalls and listing are those of a twin that never observed the erased turns.

    As many small lives as it takes are lived, and in each something is erased again and again. After every erasure and
    at the life's end both are asked all the life's questions and, as a question, the text of every turn that was said
    so far, erased or kept, with limits that change. Costs two recalls a probe, and the twin's life for about a hundred.

    Args:
        n_probes: The least number of later recalls, at least 1.
    """
    place, n = 0, 0
    while n < n_probes:
        life, script = _often_erased(place)
        try:
            n += _held(subject, life, script, often=True)
        except CheckFailed as error:
            raise CheckFailed(f"{error.seen} (life {place}, after {n:,} recalls in others)", REBUILD) from error
        place += 1
    return f"erasure_gap 0 of {n:,} later recalls"


def _often_erased(place: int) -> tuple[Life, list[Event]]:
    """One of endlessly many lives with its script: of four, one of trials alone, and one with everything erased."""
    life = tried(place) if place % 4 == 1 else lives(f"erasing-{place}")[0]
    script = with_erasures(events_of(life), place, OFTEN)
    if place % 4 == 3:
        script = with_everything_erased([event for event in script if not isinstance(event, Consent)])
    return life, script


def _questions(questions: Sequence[Query], said: Iterable[Turn], now: Event, n: int) -> list[Query]:
    """All questions of a life, and the text of each turn said so far as a question, asked now, under limits in turn.

    Args:
        n: With which limit it begins.
    """
    asked = {query.id: query.text for query in questions} | {f"what of {turn.id}": turn.text for turn in said}
    limits = islice(cycle(LIMITS), n % len(LIMITS), None)
    return [
        Query(at=now.at, session=now.session, id=id, text=text, limit=limit, budget_tokens=BUDGET_TOKENS)
        for (id, text), limit in zip(asked.items(), limits, strict=False)
    ]


def _held(
    subject: Subject,
    life: Life,
    script: Sequence[Event],
    often: bool = False,
) -> int:
    """How many recalls after an erasure were the same as the twin's; one that is not ends the check.

    Args:
        often: Whether each erasure has its twin, which is asked at once and, the last one, at the end, and more is
            forgotten; else the last erasure alone has one, which is asked the script's questions at the end.
    """
    last = [event for event in script if isinstance(event, Erasure)][-1]
    strategy, heard, twin, n = subject.fresh(life), _Heard(), None, 0
    for event, recall in lived(strategy, script, *(FORGET_OFTEN if often else FORGET_ONCE)):
        heard.add(event, recall)
        if event is last or (often and isinstance(event, Erasure)):
            twin = heard.anew(subject.fresh(life))
            asked = _questions(queries_of(script), heard.said.values(), event, n) if often else ()
            n += _same(strategy, twin, asked, "at once")
        elif twin is not None and isinstance(event, Query) and recall is not None:
            _hold(recall, twin.recall(event), about(event))
            n += 1
        elif twin is not None and not isinstance(event, Query):
            heard.tell(twin, event)
    if twin is None:
        raise ValueError("the script erases nothing")
    asked = queries_of(script)
    if often:
        asked = _questions(asked, heard.said.values(), script[-1], n)
    return n + _same(strategy, twin, asked, "at the end")


class _Heard:
    """What a strategy observed, which a twin is told less what was erased.

    Attributes:
        said: The turns that were said, by id.
        gone: Those that have been erased.
    """

    def __init__(self) -> None:
        self.said, self.gone = dict[TurnId, Turn](), set[TurnId]()
        self._observed: list[Observed] = []
        self._known: dict[MemoryId, Memory] = {}

    def add(self, event: Event, recall: Recall | None) -> None:
        """Takes note of what happened; after an erasure of everything, of that alone."""
        if recall is not None:
            self._known |= {memory.id: memory for memory in recall.memories}
        match event:
            case Query():
                return
            case Turn(id=id):
                self.said[id] = event
            case Erasure(turns=turns):
                self.gone |= set(self.said) if turns is None else turns
                if turns is None:
                    self._observed.clear()
        self._observed.append(event)

    def anew(self, twin: Strategy) -> Strategy:
        """The twin after all that was observed and not erased."""
        for event in self._observed:
            self.tell(twin, event)
        return twin

    def tell(self, twin: Strategy, event: Observed) -> None:
        """Has the twin observe what is left of an event."""
        if (left := without(event, self.gone, self._known)) is not None:
            twin.observe(left)


def _same(strategy: Strategy, twin: Strategy, asked: Sequence[Query], when: str) -> int:
    """Holds recalls and listing against the twin's; returns how many recalls that were."""
    for query in asked:
        _hold(strategy.recall(query), twin.recall(query), f"{about(query)} {when}")
    if apart := listing_difference(strategy.memories(), twin.memories()):
        raise CheckFailed(f"{when} after an erasure memories() differs from the twin's: {apart}", REBUILD)
    return len(asked)


def _hold(recall: Recall, twins: Recall, where: str) -> None:
    if apart := difference(recall, twins):
        raise CheckFailed(f"{where} after an erasure differs from the twin's: {apart}", REBUILD)
