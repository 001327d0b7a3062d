"""Laws of a whole life, lived through the loop and traced as a run traces it: time, chance and other users."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memlab import build
from memlab.checks.elsewhere import live_there
from memlab.checks.lives import BUDGET_TOKENS, LIMIT, disguised, events_of, lived, lives, of_events, queries_of
from memlab.checks.subject import CheckFailed, NotApplicable, Subject
from memlab.events import Event, Query, Turn
from memlab.life import Life, Stream
from memlab.loop import live
from memlab.metrics.frames import read_frames
from memlab.strategies.base import Strategy
from memlab.traces import Tracer, read_rows

Rows = list[dict[str, Any]]
LEFT_OUT_EVERY = 2
BOUNDED = ("evidence_recall@", "turn_recall@", "session_recall@")


def trace(subject: Subject, life: Life, folder: Path, strategy: Strategy | None = None) -> Rows:
    """Lives a life through the loop and writes its files as a run does; returns the rows of its traces."""
    tracer, contestant = Tracer(life), strategy or subject.fresh(life)
    live(life, contestant, tracer, limit=LIMIT, budget_tokens=BUDGET_TOKENS, reader=None, clock=lambda: 0.0)
    tracer.write(folder)
    return read_rows(folder, "traces", life.user)


def the_same_seed_gives_the_same_traces(subject: Subject) -> None:
    """The same seed gives the same traces, in another process with another hash seed too."""
    (life,) = lives("seed")
    with TemporaryDirectory() as folder:
        here, there = Path(folder) / "here", Path(folder) / "there"
        rows, again = trace(subject, life, here), trace(subject, life, here)
        change = "draw through memlab.seeds by name"
        _hold(rows, again, "lived twice in one process", change)
        live_there(subject.config, "seed", 0, 1, there)
        change = "never depend on the order of a set, on hash() or id(): sort, or use a dict; draw through memlab.seeds"
        _hold(rows, read_rows(there, "traces", life.user), "lived in another process", change)


def other_users_change_nothing(subject: Subject) -> None:
    """A user's traces are the same alone, after another user, and among others who live at the same time.

    Alone means in a process of its own. The others say other texts under the same turn ids and are asked the same
    questions, before this user is or at the same time.
    """
    first, user, third = lives("users", 3)
    same = events_of(user)
    with TemporaryDirectory() as folder:
        live_there(subject.config, "users", 1, 3, Path(folder))
        alone = read_rows(Path(folder), "traces", user.user)
        before = subject.fresh(user)
        for _ in lived(before, disguised(events_of(first), same)):
            pass
        change = (
            "keep all state in the instance and in the store that it is given, none in the class, a module or a default"
        )
        _hold(alone, _traced(subject, user, folder), "lived after another user", change)
        beside = _stepwise(subject.fresh(user), disguised(events_of(third), same))
        interleaved = Life(user=user.user, start=_interleaved(user, beside), gold=user.gold, superseded=user.superseded)
        _hold(alone, _traced(subject, interleaved, folder), "lived among other users", change)


def cutting_a_life_leaves_earlier_traces(subject: Subject) -> None:
    """What is recalled depends on what came before alone: a life that is cut leaves the traces up to the cut."""
    (life,) = lives("prefix")
    events = events_of(life)
    with TemporaryDirectory() as folder:
        whole = _traced(subject, life, folder)
        for share in (0.4, 0.55, 0.8):
            cut = of_events(life, events[: int(share * len(events))])
            rows = _traced(subject, cut, folder)
            change = "answer from what this instance has observed so far, and from nothing else"
            _hold(whole[: len(rows)], rows, f"of the life cut at {share:.0%}", change)


def removing_a_probe_changes_no_other_trace(subject: Subject) -> None:
    """A probe leaves no mark: without it every other trace is the same."""
    (life,) = lives("probes")
    events = events_of(life)
    probes = [query.id for query in queries_of(events) if query.probe]
    going = set(probes[::LEFT_OUT_EVERY])
    rest = of_events(life, [event for event in events if not (isinstance(event, Query) and event.id in going)])
    with TemporaryDirectory() as folder:
        kept = [row for row in _traced(subject, life, folder) if row["query"] not in going]
        change = (
            "learn nothing in `recall`: what was read comes back to `observe` as a `Recalled`, after natural questions"
        )
        _hold(kept, _traced(subject, rest, folder), f"without {len(going)} of {len(probes)} probes", change)


def the_oracle_reaches_what_is_attainable(subject: Subject) -> None:
    """The oracle reaches exactly what is attainable on every question."""
    if subject.config["strategy"]["_target_"] != build.ORACLE:
        raise NotApplicable("the oracle alone is shown the evidence")
    (life,) = lives("oracle")
    with TemporaryDirectory() as folder:
        trace(subject, life, Path(folder))
        frames = read_frames(Path(folder), [life.user])
        metrics = [metric for metric in build.metrics() if metric.name.startswith(BOUNDED)]
        scores = [score for metric in metrics for score in metric.score(frames)]
    if not scores:
        raise CheckFailed("no question of the life was judged", "make the life longer")
    for score in scores:
        if score.value != score.attainable:
            raise CheckFailed(
                f"query {score.query}: {score.name} is {score.value}, attainable is {score.attainable}",
                "recall one turn per nugget of the evidence, the shortest first",
            )


def _traced(subject: Subject, life: Life, folder: str) -> Rows:
    return trace(subject, life, Path(folder))


def _hold(rows: Rows, others: Rows, how: str, change: str) -> None:
    for one, other in zip(rows, others, strict=False):
        if one != other:
            name = next(name for name in one if one[name] != other[name])
            where = f"query {one['query']}" if one["query"] else f"the listing after session {one['session']}"
            raise CheckFailed(f"{where}, {how}: {name} {_part(one[name], other[name])}", change)
    if len(rows) != len(others):
        raise CheckFailed(f"{how} there are {len(others)} traces for {len(rows)}", change)


def _part(one: Any, other: Any) -> str:
    """The first difference of two values, short enough for a message."""
    if isinstance(one, list) and isinstance(other, list):
        for place, pair in enumerate(zip(one, other, strict=False), start=1):
            if pair[0] != pair[1]:
                return f"at place {place} {str(pair[0])[:40]!r} against {str(pair[1])[:40]!r}"
        return f"number {len(one)} against {len(other)}"
    return f"{str(one)[:40]!r} against {str(other)[:40]!r}"


def _stepwise(strategy: Strategy, events: list[Event]) -> Iterator[None]:
    """Another user, whose next turn or question is lived at each `next`."""
    for event in events:
        if isinstance(event, Query):
            strategy.recall(event)
        else:
            strategy.observe(event)
        if isinstance(event, Turn | Query):
            yield


def _interleaved(life: Life, beside: Iterator[None]) -> Callable[[], Stream]:
    def start() -> Stream:
        for event in events_of(life):
            next(beside, None)
            yield event

    return start
