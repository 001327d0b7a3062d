"""Which questions are asked of a life: every kind at its rate, every age of the evidence as likely."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from memlab.seeds import Draw
from memlab.sources.simulated import asking_facts as facts
from memlab.sources.simulated import asking_habits as habits
from memlab.sources.simulated.scene import Candidate, Question, Scene

FINDERS: dict[str, Callable[[Scene], Iterator[Candidate]]] = {
    "current_value": facts.current_value,
    "past_value": facts.past_value,
    "as_of": facts.as_of,
    "when": facts.when,
    "order": facts.order,
    "duration": facts.duration,
    "count": facts.count,
    "list": facts.members,
    "two_hop": habits.two_hop,
    "preference": facts.preference,
    "best_approach": habits.best_approach,
    "avoid_error": habits.avoid_error,
    "outcome": habits.outcome,
    "sentiment": habits.sentiment,
    "who_said": habits.who_said,
    "homonym": habits.homonym,
    "next_request": habits.next_request,
    "old_but_true": facts.old_but_true,
    "never_said": facts.never_said,
    "erased": facts.erased,
    "not_consented": facts.not_consented,
}
REFERENCE = "session_reference"
KINDS = (*FINDERS, REFERENCE)
NATURAL = frozenset(
    ("current_value", "when", "count", "list", "two_hop", "preference", "best_approach", "avoid_error", "outcome")
)
REFERENCE_PERMILLE = 220
AGAIN_AFTER = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of every life.

    Attributes:
        queries: After sessions, of each user.
        ask_from: After which share of the sessions questions begin, 0 to 1.
        rates: How often each kind is asked beside the others, 1 where it is not named.
        natural: Share of the questions that the user asks in the course of the talk; the others are probes.
        delay: Least and most days since the evidence was said; None for any age.
    """

    queries: int
    ask_from: float
    rates: Mapping[str, float]
    natural: float
    delay: tuple[int, int] | None


@dataclass(slots=True)
class Asker:
    """Asks of one life, in order of its sessions."""

    plan: Plan
    sessions: int
    root: int
    _asked: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    _waiting: list[str] = field(default_factory=list)
    _posed: int = 0
    _natural: int = 0
    _order: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._order = _kinds(self.plan.rates, self.root)

    def after(self, scene: Scene) -> Iterator[Question]:
        """What is asked after a session; a kind of which nothing can be asked yet waits for a later session."""
        exhausted = set[str]()
        for place, kind in enumerate(islice(self._order, self._due(scene.session))):
            self._waiting.append(kind)
            for waiting in dict.fromkeys(kind for kind in self._waiting if kind not in exhausted):
                question = self._find(waiting, scene, Draw(self.root, "query", scene.session, place, waiting))
                if question is None:
                    exhausted.add(waiting)
                else:
                    self._waiting.remove(waiting)
                    yield question
                    break

    def within(self, scene: Scene, name: str, version: int, draw: Draw) -> Question | None:
        """What is asked right after a turn that named a value, by a word that points back."""
        rate = self.plan.rates.get(REFERENCE, 1.0)
        if scene.session < self._first() or not draw.chance(min(1000, round(REFERENCE_PERMILLE * rate))):
            return None
        fact = next(fact for fact in scene.world.facts if fact.attribute.name == name)
        return _posed(facts.session_reference(scene, fact, version), draw) if scene.is_open(fact) else None

    def _first(self) -> int:
        return min(int(self.plan.ask_from * self.sessions), self.sessions - 1)

    def _due(self, session: int) -> int:
        """How many questions come after a session: they are spread evenly over the sessions that ask."""
        asking, turn = self.sessions - self._first(), session - self._first()
        return 0 if turn < 0 else self.plan.queries * (turn + 1) // asking - self.plan.queries * turn // asking

    def _find(self, kind: str, scene: Scene, draw: Draw) -> Question | None:
        """One question of a kind: about what has not been asked yet or, where there is no such thing, not lately."""
        fit = [candidate for candidate in FINDERS[kind](scene) if _is_due(candidate, scene, self.plan.delay)]
        last = [self._asked.get((kind, *candidate.subject)) for candidate in fit]
        new = [candidate for candidate, at in zip(fit, last, strict=True) if at is None]
        old = [c for c, at in zip(fit, last, strict=True) if at is not None and scene.now - at >= AGAIN_AFTER]
        question = _posed(of_any_age(new, scene, draw), draw) or _posed(of_any_age(old, scene, draw), draw)
        if question is None:
            return None
        self._asked[kind, *question.subject] = scene.now
        self._posed += 1
        if kind not in NATURAL or self._natural >= self.plan.natural * self._posed:
            return question
        self._natural += 1
        return replace(question, natural=self._natural)


def _kinds(rates: Mapping[str, float], root: int) -> Iterator[str]:
    """The kinds without end, each as often as its rate says: once in every round at rate 1, in an order of its own."""
    if not any(round(rates.get(kind, 1.0) * 1000) for kind in FINDERS):
        return
    place = 0
    while True:
        due = []
        for kind in sorted(FINDERS):
            rate = round(rates.get(kind, 1.0) * 1000)
            for n in range(place * rate // 1000, (place + 1) * rate // 1000):
                due.append((Draw(root, "kinds", kind, n).below(1 << 60), kind))
        yield from (kind for _, kind in sorted(due))
        place += 1


def of_any_age(candidates: Sequence[Candidate], scene: Scene, draw: Draw) -> Iterator[Candidate]:
    """Every age of the evidence is equally likely, in octaves of days, and so are updated and never updated values."""
    groups: dict[tuple[bool, int], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.is_updated, (1 + _age(candidate, scene)).bit_length()].append(candidate)
    return (c for group in draw.shuffled(sorted(groups)) for c in draw.shuffled(groups[group]))


def _posed(candidates: Iterable[Candidate], draw: Draw) -> Question | None:
    """The first candidate that can be put into words."""
    return next((question for c in candidates if (question := c.pose(draw)) is not None), None)


def _is_due(candidate: Candidate, scene: Scene, delay: tuple[int, int] | None) -> bool:
    return delay is None or not candidate.evidence or delay[0] <= _age(candidate, scene) <= delay[1]


def _age(candidate: Candidate, scene: Scene) -> int:
    """Days since the evidence was last said; 0 without any."""
    ats = [max(scene.ats(nugget)) for nugget in candidate.evidence]
    return (scene.now - min(max(ats), scene.now)).days if ats else 0
