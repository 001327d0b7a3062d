"""Lives, queries and frames written down by hand, and the few ways in which the tests of metrics look at scores."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import permutations
from math import sqrt

import ir_measures
import numpy as np

from memlab.life import Gold, Nugget
from memlab.metrics.base import Metric, Score
from memlab.metrics.frames import Asked, Held, Lived, LivedTurn, RunFrames
from memlab.text import count_tokens

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def lived(*sessions: Sequence[str], superseded=None, erased=None, user="ann") -> Lived:
    """A life of turns t0, t1, … said one a position and minute, one session a day; a session's end is a position."""
    turns: dict[str, LivedTurn] = {}
    position = 0
    for session, texts in enumerate(sessions):
        for place, text in enumerate(texts):
            turn = f"t{len(turns)}"
            at = START + session * DAY + timedelta(minutes=place)
            by = (superseded or {}).get(turn)
            turns[turn] = LivedTurn(position, turn, session, at, "user", text, by)
            position += 1
        position += 1
    return Lived(user, turns, dict(erased or {}))


def plain_life(turns: int, per_session: int = 1, **notes) -> Lived:
    """A life of as many turns that have no word in common, in sessions of equal length."""
    texts = [f"word{n}" for n in range(turns)]
    return lived(*(texts[n : n + per_session] for n in range(0, turns, per_session)), **notes)


def nugget(*turns: str, values: Sequence[str] = ()) -> Nugget:
    """One thing to be known, stated by any of the turns."""
    return Nugget(turns=frozenset(turns), values=tuple(values))


def ask(
    life: Lived,
    memories: Iterable[tuple[str, Sequence[str]]] = (),
    *,
    evidence: Sequence[Nugget] = (),
    stale: Iterable[str] = (),
    stale_values: Sequence[str] = (),
    answers: Sequence[str] = (),
    forbidden: Iterable[str] = (),
    answerable: bool = True,
    position: int | None = None,
    at: datetime | None = None,
    query: str = "q0",
    limit: int | None = None,
    confidence: float | None = None,
    reply: str | None = None,
    choice: str | None = None,
) -> Asked:
    """A query after all turns, answered with memories given as (text, sources), best first."""
    memories = list(memories)
    last = max(life.turns.values(), key=lambda turn: turn.position)
    return Asked(
        life=life,
        query=query,
        position=last.position + 2 if position is None else position,
        session=last.session,
        at=last.at + DAY if at is None else at,
        text="what do you know?",
        ids=[f"m{n}" for n in range(len(memories))],
        texts=[text for text, _ in memories],
        scores=[1 / (1 + n) for n in range(len(memories))],
        sources=[list(sources) for _, sources in memories],
        valid_tos=[None] * len(memories),
        tokens=[count_tokens(text) for text, _ in memories],
        limit=limit,
        confidence=confidence,
        reply=reply,
        choice=choice,
        gold=Gold(
            kind="current_value",
            answers=tuple(answers),
            answerable=answerable,
            evidence=tuple(evidence),
            stale=frozenset(stale),
            stale_values=tuple(stale_values),
            forbidden=frozenset(forbidden),
        ),
    )


def quotes(life: Lived, turns: Iterable[str]) -> list[tuple[str, list[str]]]:
    """One memory a turn, in its own words; a turn that was never said has some other words."""
    return [(life.turns[id].text if id in life.turns else "something else", [id]) for id in turns]


def ranked(asked: Asked, turns: Iterable[str]) -> Asked:
    """The same query, answered with other turns."""
    found = quotes(asked.life, turns)
    return replace(
        asked,
        ids=[f"m{n}" for n in range(len(found))],
        texts=[text for text, _ in found],
        scores=[1.0] * len(found),
        sources=[sources for _, sources in found],
        valid_tos=[None] * len(found),
        tokens=[count_tokens(text) for text, _ in found],
    )


def hold(life: Lived, *memories: tuple[Sequence[str], datetime | None], position: int, session: int = 0) -> Held:
    """What is held at the end of a session, as (sources, valid_to)."""
    return Held(
        life=life,
        position=position,
        session=session,
        at=START + session * DAY + timedelta(hours=1),
        ids=[f"m{n}" for n in range(len(memories))],
        sources=[list(sources) for sources, _ in memories],
        valid_tos=[valid_to for _, valid_to in memories],
    )


def scores(metric: Metric, *asked: Asked) -> list[Score]:
    """What a metric says of queries."""
    return list(metric.score(RunFrames(asked, ())))


def held_scores(metric: Metric, *held: Held) -> list[Score]:
    """What a metric says of session ends."""
    return list(metric.score(RunFrames((), held)))


def score(metric: Metric, asked: Asked) -> Score:
    """The one score of a query that is judged."""
    (found,) = scores(metric, asked)
    return found


def value(metric: Metric, asked: Asked) -> float:
    """The value of a query that is judged."""
    return score(metric, asked).value


@cache
def random_orders(evidence: tuple[Nugget, ...], orders: int = 4000) -> list[Asked]:
    """A query over 24 turns in 12 sessions of two, answered with all turns in seeded random orders."""
    draws = np.random.default_rng(7)
    asked = ask(plain_life(24, per_session=2), evidence=evidence)
    return [ranked(asked, draws.permutation(list(asked.life.turns)).tolist()) for _ in range(orders)]


def chance_errors(metric: Metric, evidence: tuple[Nugget, ...]) -> float:
    """By how many standard errors the mean over random orders misses a metric's own chance."""
    found = scores(metric, *random_orders(evidence))
    values = np.array([score.value for score in found])
    assert len(values) == len(random_orders(evidence))
    assert found[0].chance is not None
    assert values.std() > 0, "a metric that never varies tells nothing about chance"
    return float(abs(values.mean() - found[0].chance) / (values.std() / sqrt(len(values))))


def mean_over_every_order(metric: Metric, evidence: Sequence[Nugget]) -> float:
    """The exact mean of a metric over all 720 orders of six turns, each in a session of its own."""
    asked = ask(plain_life(6), evidence=evidence)
    found = scores(metric, *(ranked(asked, order) for order in permutations(asked.life.turns)))
    return float(np.mean([score.value for score in found]))


def second_opinion(measure: str, order: Sequence[str], relevant: Iterable[str]) -> float:
    """What the ir-measures library says of one ranking, where every nugget has one turn."""
    parsed = ir_measures.parse_measure(measure)
    qrels = [ir_measures.Qrel("q", id, 1) for id in relevant]
    run = [ir_measures.ScoredDoc("q", id, float(-rank)) for rank, id in enumerate(order)]
    return ir_measures.calc_aggregate([parsed], qrels, run)[parsed]


ONE_TURN = (nugget("t3"), nugget("t8"), nugget("t9"))
SEVERAL_TURNS = (nugget("t3", "t4", "t20"), nugget("t8", "t11"), nugget("t15"))
