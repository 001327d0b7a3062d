"""What weights are fitted on: the questions of sources, with the signals of their candidates, and gold joined here.

A strategy never sees gold. It lives its users through the loop like any other, its signals are overheard, and the
evidence is laid beside them afterwards.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from memlab import build
from memlab.config import Config, ConfigError, plan
from memlab.encoders.cached import Cached, cache_folder
from memlab.events import Memory, MemoryId, Observed, Query, QueryId, Recall, Turn, TurnId, UserId
from memlab.indexes.fusion import Scores, z_scores
from memlab.life import Gold, Life, limited
from memlab.loop import live
from memlab.strategies.base import Strategy
from memlab.traces import Tracer

JUDGED_ON = {
    "memlab.sources.locomo.Locomo": (
        "the signals were chosen with LoCoMo in view and it is what they are judged on; weights must be of other "
        "conversations, such as source=simulated or source=beam,realmem"
    )
}
OPEN = "open"
Progress = Callable[[str, int, int], None]


@runtime_checkable
class Ranking(Strategy, Protocol):
    """A strategy that tells the signals by which it ranks; its memories are turns."""

    def signals(self, query: Query) -> tuple[list[MemoryId], dict[str, Scores]]:
        """The candidates in order of time, and each signal's scores of them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question: its candidates in order of time, what speaks for them, and what should have been found.

    Attributes:
        signals: Standardised within the question, shape (candidates, signals).
        turns: Of the candidates, the turn of each, and `sessions` the session.
        nuggets: The evidence as sets of turns; `in_sessions` as distinct sets of sessions.
        by_session: Whether it is judged by sessions, since gold names no turns.
    """

    user: UserId
    id: QueryId
    kind: str
    signals: Scores
    turns: tuple[TurnId, ...]
    sessions: tuple[str, ...]
    nuggets: tuple[frozenset[TurnId], ...]
    in_sessions: tuple[frozenset[str], ...]
    by_session: bool


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The questions of one source that have evidence."""

    source: str
    digest: str
    users: int
    questions: tuple[Question, ...]


class Tapped:
    """A strategy that is listened in on. It recalls nothing: what is fitted must not hang on the weights so far.

    Args:
        inner: Told everything.
        overheard: Called with each query, before it is answered with nothing.

    Attributes:
        session_of: Every turn that was said, with its session.
    """

    def __init__(self, inner: Strategy, overheard: Callable[[Query], None]) -> None:
        self._inner, self._overheard = inner, overheard
        self.session_of: dict[TurnId, int] = {}

    def observe(self, event: Observed) -> None:
        """Hands it on."""
        if isinstance(event, Turn):
            self.session_of[event.id] = event.session
        self._inner.observe(event)

    def recall(self, query: Query) -> Recall:
        """Nothing."""
        self._overheard(query)
        return Recall()

    def memories(self) -> Iterator[Memory]:
        """Those of the strategy."""
        return self._inner.memories()

    def close(self) -> None:
        """Closes the strategy."""
        self._inner.close()


def planned(overrides: Sequence[str], config_dir: Path | str | None = None) -> list[Config]:
    """One config for each source that weights are to be fitted on, all with the same strategy.

    Of simulated users, only sentences of the open half are taken: claims are scored on the sealed one.

    Raises:
        ConfigError: The strategy has no weights, stands in a layer or is more than one, a source is named twice, or it
            is what strategies are judged on.
    """
    configs = plan(overrides, config_dir, sweep=True)
    names = [config["source"]["name"] for config in configs]
    if len(set(names)) < len(names) or any(config["strategy"] != configs[0]["strategy"] for config in configs):
        raise ConfigError("weights are fitted for one strategy, each source named once: source=beam,realmem")
    strategy = configs[0]["strategy"]
    if not strategy.get("weights") or configs[0]["layer"]:
        raise ConfigError(
            f"{strategy.get('name')} has no weights to fit, or stands in a layer; say strategy=ranked_even"
        )
    for config in configs:
        source = config["source"]
        if reason := JUDGED_ON.get(source["_target_"]):
            raise ConfigError(f"nothing is fitted on {source['name']}: {reason}")
        if "bank" in source:
            if not any(override.startswith("source.bank=") for override in overrides):
                source["bank"] = OPEN
            if source["bank"] != OPEN:
                raise ConfigError(
                    f"source.bank={source['bank']} holds sentences that claims are scored on; say source.bank=open"
                )
    return configs


def asked(config: Config, progress: Progress = lambda *_: None) -> Asked:
    """Lives a source's users with the strategy; returns the questions with evidence. Costs what recalling does.

    Raises:
        ConfigError: No question has evidence, or the strategy tells no signals.
        SourceError: The data are not at hand or damaged.
    """
    source, limits = build.source(config), config["limits"]
    users = source.users()[: limits["users"]]

    def life(user: UserId) -> Life:
        return limited(source.life(user, seed=config["seed"]), limits["sessions"], limits["queries"])

    encoder = Cached(build.encoder(config), cache_folder())
    said = {event.text: None for user in users for event in life(user).stream() if isinstance(event, Turn | Query)}
    encoder.fill_tokens(list(said), lambda done, total: progress("encode", done, total))
    questions: list[Question] = []
    for place, user in enumerate(users):
        questions += _lived(config, life(user), encoder)
        progress("live", place + 1, len(users))
    encoder.close()
    if not questions:
        raise ConfigError(f"no question of {config['source']['name']} has evidence; take more users or sessions")
    whole = all(question.by_session for question in questions)
    judged = tuple(replace(question, by_session=whole) for question in questions)
    return Asked(config["source"]["name"], source.digest, len(users), judged)


def _lived(config: Config, life: Life, encoder: Cached) -> list[Question]:
    inner = build.strategy(config, life, encoder, build.new_store(config))
    if not isinstance(inner, Ranking):
        raise ConfigError(f"{config['strategy']['name']} tells no signals; ranked and its like do")
    found: list[Question] = []
    names = list(config["strategy"]["weights"])

    def overheard(query: Query) -> None:
        gold, (ids, signals) = life.gold[query.id], inner.signals(query)
        if gold.evidence and ids:
            columns = np.stack([z_scores(signals[name]) for name in names], axis=1)
            found.append(_question(life.user, query, gold, columns, ids, tapped.session_of))

    tapped = Tapped(inner, overheard)
    try:
        live(life, tapped, Tracer(life), reader=None, clock=time.perf_counter, **config["query"])
    finally:
        tapped.close()
    return found


def _question(
    user: UserId, query: Query, gold: Gold, signals: Scores, ids: Sequence[MemoryId], session_of: Mapping[TurnId, int]
) -> Question:
    nuggets = tuple(nugget.turns for nugget in gold.evidence)
    in_sessions = [frozenset(str(session_of[turn]) for turn in nugget) for nugget in nuggets]
    said: dict[str, set[TurnId]] = {}
    for turn, session in session_of.items():
        said.setdefault(str(session), set()).add(turn)
    return Question(
        user=user,
        id=query.id,
        kind=gold.kind,
        signals=signals,
        turns=tuple(ids),
        sessions=tuple(str(session_of[id]) for id in ids),
        nuggets=nuggets,
        in_sessions=tuple(dict.fromkeys(in_sessions)),
        by_session=all(nugget == said[min(within)] for nugget, within in zip(nuggets, in_sessions, strict=True)),
    )
