"""Procedures are what has worked: per task, approaches with their successes and attempts, the best one first.

Guide: per task type and approach it counts attempts and successes, and takes the approach with the best ratio.

Differs: approaches are ranked by their expected chance of success (`value`; a lower bound and the bare ratio are there
to compare), since by ratio one lucky trial beats nine successes in ten; chance enters only if `explore` is set, drawn
from the query's id. Each memory cites the turns that told of its attempts, so an erased turn takes its attempt out of
the count. Attempts come from `Outcome` events, and from plain words where there is none.

Cost: an attempt is encoded with the turns before it, a recall costs a product with these vectors and a count over the
approaches; kept are all turns, recalled are a few lines per task.

Use: beside a memory that holds facts, where the same tasks come again and again and somebody says how they went. It
recalls nothing but approaches, so that a question of another kind gets what is nearest and is answered badly.

The mean is Laplace's rule of succession with its two counts as parameters, the bound is Wilson's (1927); on why simple
regret after a fixed number of trials is the measure, see Bubeck, Munos and Stoltz (2009).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from statistics import NormalDist

from memlab.encoders import Encoder, Vectors
from memlab.events import Forget, Memory, MemoryId, Observed, Outcome, Query, Recall, Turn, TurnId
from memlab.extract.endings import Trial, feeling, says, statements, trials
from memlab.extract.rules import said
from memlab.indexes import VectorIndex
from memlab.seeds import Draw
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept, confidence
from memlab.text import contains, cut, normalise

ARTICLES = ("the ", "my ", "our ", "a ", "an ")


@dataclass(slots=True)
class Approach:
    """An approach to a task by the names it was first given, and the turns that told how it went, in order."""

    task: str
    name: str
    ended: dict[TurnId, bool] = field(default_factory=dict)

    @property
    def successes(self) -> int:
        """How often it worked."""
        return sum(self.ended.values())

    @property
    def telling(self) -> tuple[TurnId, ...]:
        """The turns of its attempts: first those that went as most did, the newest of them first."""
        mostly = 2 * self.successes >= len(self.ended)
        newest = list(reversed(self.ended.items()))
        return tuple(turn for wanted in (mostly, not mostly) for turn, success in newest if success == wanted)

    @property
    def id(self) -> MemoryId:
        """A name for what is known of it now."""
        return "procedure:" + sha256("\n".join((self.task, self.name, *self.telling)).encode()).hexdigest()[:16]


class Procedural:
    """Approaches per task with how often they worked, found by what was said when they were tried.

    Tasks are ranked by the cosine between the question and the nearest of what was said in an attempt, what was said
    just before it, and the task's name. Within a task the approach that is worth most comes first, or, where a question
    asks what to avoid, the one whose failures are. A forgotten memory takes its attempts out of the count; later ones
    begin anew.

    Args:
        store: Where turns and outcomes are kept.
        encoder: Makes the vectors.
        seed: Of what is drawn when it explores.
        index: Makes the empty vector index for a dimension.
        value: What an approach is worth, of successes and attempts; ties go to the one tried more often, then last.
        context: Turns before an attempt, in its session and after the last one told, that say what the task was.
        quote_tokens: Word pieces that a memory quotes of its most telling turn, 0 or more.
        explore: Chance that a query finds the approaches of a task in random order, 0 to 1; for closed loops.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        seed: int,
        index: Callable[[int], VectorIndex],
        value: Callable[[int, int], float],
        context: int,
        quote_tokens: int,
        explore: float,
    ) -> None:
        if context < 0 or quote_tokens < 0 or not 0 <= explore <= 1:
            raise ValueError(
                f"procedural: context={context}, quote_tokens={quote_tokens}, explore={explore}; "
                "the first two must be 0 or more, explore between 0 and 1"
            )
        self._encoder, self._seed, self._make_index = encoder, seed, index
        self._worth = cache(value)
        self._context, self._quote_tokens, self._explore = context, quote_tokens, explore
        self._vectors: dict[TurnId, Vectors] = {}
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Outcome, Forget))

    def observe(self, event: Observed) -> None:
        """Counts what is told of attempts, and counts anew without what is erased."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """The approaches of the nearest task, then of the next; scores fall by position from 1."""
        nearest: dict[str, float] = {}
        for cue, cosine in self._index.search(self._encoder.encode([query.text])[0], None):
            nearest.setdefault(self._task_of[cue], max(0.0, cosine))
        found = [memory for task in nearest for memory in self._ordered(task, query)]
        memories = tuple(replace(memory, score=1 / (1 + place)) for place, memory in enumerate(found[: query.limit]))
        return Recall(memories=memories, confidence=confidence(list(nearest.values()), len(nearest)))

    def memories(self) -> Iterator[Memory]:
        """Every approach of every task, in the order in which they were first tried."""
        return iter([self._memory(known) for tried in self._tasks.values() for known in tried.values() if known.ended])

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def _start_over(self) -> None:
        self._turns: dict[TurnId, Turn] = {}
        self._heard: dict[TurnId, int] = {}
        self._before: dict[TurnId, tuple[TurnId, ...]] = {}
        self._recent: list[Turn] = []
        self._tasks: dict[str, dict[str, Approach]] = {}
        self._named: dict[str, Vectors] = {}
        self._worded: dict[TurnId, list[Trial]] = {}
        self._index = self._make_index(self._encoder.dim)
        self._task_of: dict[str, str] = {}
        self._made: dict[tuple[str, str], Memory] = {}

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        for turn in turns:
            self._vectors.pop(turn, None)
        self._start_over()
        return False

    def _learn(self, event: Kept, note: str | None) -> None:
        match event:
            case Turn():
                self._hear(event)
            case Outcome(turn=turn) if turn in self._turns:
                for worded in self._worded.pop(turn, ()):
                    self._drop(worded, turn)
                self._count(Trial(event.task.replace("_", " "), event.approach, event.success), turn)
            case Forget(memories=ids):
                self._forget(ids)

    def _hear(self, turn: Turn) -> None:
        """Takes in a turn with those before it, and counts what the user says of attempts in plain words."""
        if self._recent and self._recent[-1].session != turn.session:
            self._recent.clear()
        self._turns[turn.id], self._heard[turn.id] = turn, len(self._heard)
        self._before[turn.id] = tuple(before.id for before in self._recent[len(self._recent) - self._context :])
        self._recent = [*self._recent, turn][-max(1, self._context) :]
        if turn.speaker != "assistant":
            text = said(turn)
            for trial in trials(text) or self._verdicts(text):
                self._worded.setdefault(turn.id, []).append(trial)
                self._count(trial, turn.id)

    def _verdicts(self, text: str) -> Iterator[Trial]:
        """What a text says of approaches that it names and that have been tried before."""
        stated = " ".join(statements(text))
        felt = feeling(stated)
        if felt in ("positive", "negative"):
            for known in [known for tried in self._tasks.values() for known in tried.values()]:
                if contains(stated, known.name):
                    yield Trial(known.task, known.name, felt == "positive")

    def _count(self, trial: Trial, turn: TurnId) -> None:
        task, name = _key(trial.task), _key(trial.approach)
        known = self._tasks.setdefault(task, {}).setdefault(name, Approach(trial.task, trial.approach))
        known.ended[turn] = trial.success
        self._made.pop((task, name), None)
        self._recent = [heard for heard in self._recent if heard.id not in (*self._before[turn], turn)]
        if task not in self._named:
            self._named[task] = self._encoder.encode([trial.task])[0]
        vectors = [self._vector(cue) for cue in (turn, *self._before[turn])]
        for id, vector in zip(self._cues(task, name, turn), (*vectors, self._named[task]), strict=True):
            self._task_of[id] = task
            self._index.add(id, vector)

    def _vector(self, turn: TurnId) -> Vectors:
        if turn not in self._vectors:
            self._vectors[turn] = self._encoder.encode([self._turns[turn].text])[0]
        return self._vectors[turn]

    def _drop(self, trial: Trial, turn: TurnId) -> None:
        task, name = _key(trial.task), _key(trial.approach)
        tried = self._tasks.get(task, {})
        if name in tried and tried[name].ended.pop(turn, None) is not None:
            self._made.pop((task, name), None)
            for id in self._cues(task, name, turn):
                self._index.delete(id)
                self._task_of.pop(id, None)
            if not tried[name].ended:
                del tried[name]
            if not tried:
                del self._tasks[task], self._named[task]

    def _cues(self, task: str, name: str, turn: TurnId) -> list[str]:
        """The ids of an attempt's vectors: of its turn, of those before it and of the task's name."""
        return ["\n".join((task, name, turn, cue)) for cue in ("", *self._before[turn], "name")]

    def _forget(self, ids: frozenset[MemoryId]) -> None:
        known = [known for tried in self._tasks.values() for known in tried.values() if known.id in ids]
        for one in known:
            for turn in list(one.ended):
                self._drop(Trial(one.task, one.name, True), turn)

    def _ordered(self, task: str, query: Query) -> list[Memory]:
        tried = list(self._tasks[task].values())
        draw = Draw(self._seed, "explore", query.id, task)
        if draw.chance(round(1000 * self._explore)):
            return [self._memory(known) for known in draw.shuffled(sorted(tried, key=lambda known: known.name))]
        avoid = says("asks_avoid", query.text)

        def place(known: Approach) -> tuple[float, int, int]:
            n = len(known.ended)
            counted = n - known.successes if avoid else known.successes
            return self._worth(counted, n), n, max(self._heard[turn] for turn in known.ended)

        return [self._memory(known) for known in sorted(tried, key=place, reverse=True)]

    def _memory(self, known: Approach) -> Memory:
        key = _key(known.task), _key(known.name)
        if key not in self._made:
            self._made[key] = self._make(known)
        return self._made[key]

    def _make(self, known: Approach) -> Memory:
        good, n = known.successes, len(known.ended)
        text = f"{known.task}: {known.name} worked {good} of {n} times (worth {self._worth(good, n):.2f})"
        telling = [self._turns[turn] for turn in known.telling]
        quote = cut(telling[0].text, self._quote_tokens)
        at = max(turn.at for turn in telling)
        text = f"{text}\n{quote}" if quote else text
        return Memory(id=known.id, text=text, at=at, category="procedure", sources=known.telling)


def lower_bound(successes: int, attempts: int, confidence: float) -> float:
    """Wilson's one-sided lower bound: what the chance of success is at least, with a confidence.

    >>> [round(lower_bound(s, n, confidence=0.9), 2) for s, n in ((1, 1), (9, 10), (0, 5))]
    [0.38, 0.72, 0.0]

    Args:
        attempts: At least 1.
        confidence: Over .5, under 1.
    """
    z, share = NormalDist().inv_cdf(confidence), successes / attempts
    spread = z * (share * (1 - share) / attempts + z**2 / (4 * attempts**2)) ** 0.5
    return max(0.0, (share + z**2 / (2 * attempts) - spread) / (1 + z**2 / attempts))


def posterior_mean(successes: int, attempts: int, prior_successes: float, prior_failures: float) -> float:
    """The expected chance of success, after as many successes and failures as the prior adds.

    >>> [round(posterior_mean(s, n, 1, 1), 2) for s, n in ((1, 1), (9, 10), (3, 4))]
    [0.67, 0.83, 0.67]
    """
    return (successes + prior_successes) / (attempts + prior_successes + prior_failures)


def ratio(successes: int, attempts: int) -> float:
    """Successes over attempts, by which one lucky trial wins.

    >>> ratio(1, 1) > ratio(9, 10)
    True
    """
    return successes / attempts


def _key(name: str) -> str:
    """A name as it is looked up: case, punctuation and a leading article aside."""
    words = normalise(name).strip()
    return next((words.removeprefix(article) for article in ARTICLES if words.startswith(article)), words)
