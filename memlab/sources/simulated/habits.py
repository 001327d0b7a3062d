"""What recurs in a user's life beside facts: words with two senses, routines, tasks and how they went, episodes."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

from memlab.seeds import Draw
from memlab.sources.simulated.bank import Bank
from memlab.sources.simulated.patterns import Ending, EpisodeKind, Homonym, Routine, TaskKind

Near = TypeVar("Near", Homonym, EpisodeKind)
ROUTINE_PERMILLE = 160
FOLLOWED_PERMILLE = 850
TASK_PERMILLE = 180
BEST_PERMILLE = 880
WORSE_PERMILLE = 220
SENSE_TIMES = 2


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A word that the user uses in both senses: what is said of each, and in which sessions."""

    homonym: Homonym
    values: tuple[str, ...]
    sessions: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """A routine: the sessions in which its first request comes, and whether the other follows."""

    routine: Routine
    times: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A task done once: in which session, by which approach, and whether that went well."""

    session: int
    approach: str
    success: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A task that comes again and again."""

    kind: TaskKind
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """Something announced in one session and told of in a later one, if ever."""

    kind: EpisodeKind
    value: str
    announced: int
    ended: int | None
    ending: Ending


@dataclass(frozen=True, slots=True)
class Habits:
    """All that recurs."""

    ambiguous: tuple[Ambiguous, ...]
    followed: tuple[Followed, ...]
    tasks: tuple[Task, ...]
    episodes: tuple[Episode, ...]


def draw_habits(bank: Bank, counts: tuple[int, int, int, int], own: Set[str], sessions: int, seed: int) -> Habits:
    """Draws them.

    Args:
        counts: Of homonyms, routines, tasks and episodes.
        own: Names of the user's attributes: nothing is drawn that tells something of one of them too.
    """
    homonyms, routines, tasks, episodes = counts
    chosen = {name: Draw(seed, "chosen", name) for name in ("homonyms", "routines", "tasks", "episodes")}
    words = _apart(chosen["homonyms"].shuffled(bank.homonyms), own)[:homonyms]
    known = own | {homonym.word for homonym in words}
    return Habits(
        tuple(_ambiguous(homonym, sessions, Draw(seed, "homonym", homonym.word)) for homonym in words),
        tuple(
            _followed(routine, sessions, Draw(seed, "routine", routine.name))
            for routine in chosen["routines"].some(bank.routines, routines)
        ),
        tuple(_task(kind, sessions, Draw(seed, "task", kind.name)) for kind in chosen["tasks"].some(bank.tasks, tasks)),
        tuple(
            _episode(kind, sessions, Draw(seed, "episode", kind.name))
            for kind in _apart(chosen["episodes"].shuffled(bank.episodes), known)[:episodes]
        ),
    )


def _apart(kinds: Sequence[Near], own: Set[str]) -> list[Near]:
    return [kind for kind in kinds if own.isdisjoint(kind.near)]


def _ambiguous(homonym: Homonym, sessions: int, draw: Draw) -> Ambiguous:
    values = tuple(draw.choice(sense.values) for sense in homonym.senses)
    order = draw.shuffled(range(sessions))
    times = [order[n::2][: draw.between(1, SENSE_TIMES)] for n in range(len(homonym.senses))]
    return Ambiguous(homonym, values, tuple(tuple(sorted(own)) for own in times))


def _followed(routine: Routine, sessions: int, draw: Draw) -> Followed:
    times = [(session, draw.chance(FOLLOWED_PERMILLE)) for session in range(sessions) if draw.chance(ROUTINE_PERMILLE)]
    return Followed(routine, tuple(times))


def _task(kind: TaskKind, sessions: int, draw: Draw) -> Task:
    """One approach works best for this user; 45 in 100 attempts are by it, the others by three that seldom work."""
    best, *others = draw.shuffled(kind.approaches)
    attempts = []
    for session in range(sessions):
        if draw.chance(TASK_PERMILLE):
            approach = best if draw.chance(450) else draw.choice(others[:3])
            attempts.append(
                Attempt(session, approach, draw.chance(BEST_PERMILLE if approach == best else WORSE_PERMILLE))
            )
    return Task(kind, tuple(attempts))


def _episode(kind: EpisodeKind, sessions: int, draw: Draw) -> Episode:
    announced = draw.below(max(1, sessions - 2))
    ended = announced + draw.between(1, 4)
    return Episode(
        kind,
        draw.choice(kind.values),
        announced,
        ended if ended < sessions and draw.chance(800) else None,
        draw.choice(kind.outcomes),
    )


def tally(attempts: Sequence[Attempt]) -> dict[str, tuple[int, int]]:
    """Successes and attempts by approach."""
    found: dict[str, tuple[int, int]] = {}
    for attempt in attempts:
        good, all_ = found.get(attempt.approach, (0, 0))
        found[attempt.approach] = good + attempt.success, all_ + 1
    return found
