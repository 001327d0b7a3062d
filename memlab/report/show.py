"""One question of a finished run: what had to be known, what was recalled, and why that was or was not enough."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from memlab.config import nearest
from memlab.events import TurnId, UserId
from memlab.life import Nugget
from memlab.metrics.frames import Asked, LivedTurn, read_frames
from memlab.metrics.missed import why
from memlab.metrics.support import covers, supports, values_stated, verdict, within_budget
from memlab.results import HEADLINE, Result, ResultError, load
from memlab.runs import SCORES
from memlab.text import contains
from memlab.traces import read_rows

BUDGET_TOKENS = int(HEADLINE.partition("@")[2])
FOUND, NOTHING = "found", "nothing_to_find"


def one_run(folder: Path) -> Result:
    """The run in a run's folder, or the only finished one in an experiment's.

    Raises:
        ResultError: The folder holds no finished run, or several: they are listed.
    """
    results = load([folder])
    finished = [result for result in results if result.summary]
    if not finished:
        states = ", ".join(sorted({result.status for result in results}))
        raise ResultError(f"{folder} has no results to show: {states}; the command that began it finishes it")
    if len(finished) > 1:
        runs = sorted((result.source, result.strategy, str(result.folder)) for result in finished)
        listed = "\n".join(f"  {home}  {strategy} on {source}" for source, strategy, home in runs)
        raise ResultError(f"{folder} holds {len(runs)} runs; name one of them:\n{listed}")
    return finished[0]


def overview(result: Result) -> dict[str, Any]:
    """The missed questions of a run and how many there are of each outcome.

    Returns:
        `run` {key, strategy, source, seed, status} · `budget_tokens` · `questions`, `found`, `nothing_to_find`:
        counts · `causes` {cause: count} · `missed` [{id, user, query, kind, why, text}] in the order in which they
        were asked; `id` is what `question` takes.
    """
    users = _users(result)
    short = Counter(query for asked in _asked(result, users).values() for query in asked)
    missed: list[dict[str, Any]] = []
    outcomes: Counter[str] = Counter()
    for user in users:
        frames = read_frames(result.folder, [user])
        for asked in frames.asked:
            outcome = _outcome(asked, why(asked, frames.held, BUDGET_TOKENS))
            outcomes[outcome] += 1
            if outcome not in (FOUND, NOTHING):
                id = asked.query if short[asked.query] == 1 else f"{user}/{asked.query}"
                about = {"kind": asked.gold.kind, "why": outcome, "text": asked.text}
                missed.append({"id": id, "user": user, "query": asked.query} | about)
    counts = {"questions": outcomes.total(), FOUND: outcomes.pop(FOUND, 0), NOTHING: outcomes.pop(NOTHING, 0)}
    return _head(result) | counts | {"causes": dict(outcomes.most_common()), "missed": missed}


def question(result: Result, name: str) -> dict[str, Any]:
    """One question of a run, explained.

    Args:
        name: A query's id, or `USER/QUERY` where the id occurs for several users.

    Returns:
        `run`, `budget_tokens`: as in `overview` ·
        `user`, `session`, `at` ·
        `query` {id, text, kind, answers, choices, answerable, facets} ·
        `evidence` [{values, turns: [turn], first_rank, within_budget}]: the nuggets, and the rank of the first memory
        that supports each, or null · `stale`, `forbidden` [turn] · `stale_values` ·
        `recalled` [{rank, id, score, tokens, tokens_so_far, tokens_within_budget, verdict, forbidden, valid_to,
        sources: [{turn, role, said, supported}], text}]: verdict is `evidence`, `stale` or `neither`, role besides
        `forbidden` or `other` · `candidates`: turns there were to choose from · `confidence`, `complete` ·
        `reply` null or {text, choice, used} · `scores` [{name, value, chance, attainable}] ·
        `outcome`: `found`, `nothing_to_find` or a cause of `memlab.metrics.missed`.
        A turn is {id, at, session, speaker, text, values, erased, superseded_by: null or {id, at, text}}, as it stood
        when the question was asked. Times are ISO 8601, in UTC.

    Raises:
        ResultError: The run has no such question, or several users have; the message says what would be right.
    """
    user, query = _find(result, name)
    frames = read_frames(result.folder, [user])
    asked = next(asked for asked in frames.asked if asked.query == query)
    row = next(row for row in read_rows(result.folder, "traces", user) if row["query"] == query)
    gold = asked.gold
    about = {name: getattr(gold, name) for name in ("kind", "answers", "choices", "answerable", "facets")}
    return _head(result) | {
        "user": user,
        "session": asked.session,
        "at": asked.at.isoformat(),
        "query": {"id": query, "text": asked.text} | about,
        "evidence": _evidence(asked),
        "stale": _turns(asked, gold.stale),
        "stale_values": gold.stale_values,
        "forbidden": _turns(asked, gold.forbidden),
        "recalled": _recalled(asked),
        "candidates": asked.candidates["turn"],
        "confidence": asked.confidence,
        "complete": row["complete"],
        "reply": None if row["reply"] is None else {"text": row["reply"]} | {n: row[n] for n in ("choice", "used")},
        "scores": _scores(result, user, query),
        "outcome": _outcome(asked, why(asked, frames.held, BUDGET_TOKENS)),
    }


def _head(result: Result) -> dict[str, Any]:
    run = {"key": result.folder.resolve().name, "strategy": result.strategy, "source": result.source}
    return {"run": run | {"seed": result.config["seed"], "status": result.status}, "budget_tokens": BUDGET_TOKENS}


def _users(result: Result) -> list[UserId]:
    """Finished users in the order of the source: file names do not tell them, every one of them was timed."""
    column = pq.read_table(result.folder / "timings.parquet", columns=["user"]).column("user")
    return column.unique().to_pylist()


def _asked(result: Result, users: Sequence[UserId]) -> dict[UserId, list[str]]:
    return {user: [row["query"] for row in read_rows(result.folder, "gold", user)] for user in users}


def _find(result: Result, name: str) -> tuple[UserId, str]:
    asked = [(user, query) for user, ids in _asked(result, _users(result)).items() for query in ids]
    hits = [(user, query) for user, query in asked if name in (query, f"{user}/{query}")]
    if not hits:
        known = {f"{user}/{query}" if "/" in name else query for user, query in asked}
        raise ResultError(f"{result.folder} has no query {name!r}; {nearest(name, known)}")
    if len(hits) > 1:
        names = ", ".join(f"{user}/{query}" for user, query in hits)
        raise ResultError(f"query {name!r} was asked of {len(hits)} users; name one of: {names}")
    return hits[0]


def _outcome(asked: Asked, cause: str | None) -> str:
    return cause or (FOUND if asked.gold.evidence else NOTHING)


def _evidence(asked: Asked) -> list[dict[str, Any]]:
    fitting = within_budget(asked, BUDGET_TOKENS)
    memories = list(zip(asked.texts, asked.sources, strict=True))
    return [
        {
            "values": nugget.values,
            "turns": _turns(asked, nugget.turns),
            "first_rank": next((n for n, memory in enumerate(memories, 1) if covers(asked, *memory, nugget)), None),
            "within_budget": any(covers(asked, *memory, nugget) for memory in fitting),
        }
        for nugget in asked.gold.evidence
    ]


def _turns(asked: Asked, ids: Iterable[TurnId]) -> list[dict[str, Any]]:
    turns = sorted((asked.life.turns[id] for id in ids), key=lambda turn: turn.position)
    return [_turn(asked, turn) for turn in turns]


def _turn(asked: Asked, turn: LivedTurn) -> dict[str, Any]:
    by = asked.life.turns.get(turn.superseded_by or "")
    later = {"id": by.id, "at": by.at.isoformat(), "text": by.text} if by and by.position < asked.position else None
    values = dict.fromkeys(value for value in values_stated(asked, turn.id) if contains(turn.text, value))
    return {
        "id": turn.id,
        "at": turn.at.isoformat(),
        "session": turn.session,
        "speaker": turn.speaker,
        "text": turn.text,
        "values": list(values),
        "erased": asked.life.erased.get(turn.id, asked.position) < asked.position,
        "superseded_by": later,
    }


def _recalled(asked: Asked) -> list[dict[str, Any]]:
    spent = list(accumulate(asked.tokens))
    named = {"current": "evidence", "stale": "stale", "neither": "neither"}
    forbidden = Nugget(turns=asked.gold.forbidden)
    return [
        {
            "rank": n + 1,
            "id": asked.ids[n],
            "score": asked.scores[n],
            "tokens": tokens,
            "tokens_so_far": spent[n],
            "tokens_within_budget": max(0, min(tokens, BUDGET_TOKENS - spent[n] + tokens)),
            "verdict": named[verdict(asked, text, sources)],
            "forbidden": covers(asked, text, sources, forbidden),
            "valid_to": valid_to.isoformat() if valid_to else None,
            "sources": [_source(asked, text, source) for source in sources],
            "text": text,
        }
        for n, (text, sources, tokens, valid_to) in enumerate(
            zip(asked.texts, asked.sources, asked.tokens, asked.valid_tos, strict=True)
        )
    ]


def _source(asked: Asked, text: str, source: TurnId) -> dict[str, Any]:
    gold, turn = asked.gold, asked.life.turns.get(source)
    roles = {"evidence": gold.evidence_turns, "stale": gold.stale, "forbidden": gold.forbidden}
    return {
        "turn": source,
        "role": next((role for role, turns in roles.items() if source in turns), "other"),
        "said": turn is not None,
        "supported": turn is not None and supports(text, turn.text, values_stated(asked, source)),
    }


def _scores(result: Result, user: UserId, query: str) -> list[dict[str, Any]]:
    wanted = [("user", "==", user), ("query", "==", query)]
    rows = pq.read_table(result.folder / "scores.parquet", schema=SCORES, filters=wanted).to_pylist()
    return [{n: row[n] for n in ("name", "value", "chance", "attainable")} for row in rows if row["positive"] is None]
