"""TREC files: a run's rankings and judgements for other people's tools, and a ranking made elsewhere as a run.

A query is named `USER/QUERY`, a turn by its id, a session `session-N`; white space, `%` and, in a user or query, `/`
are written as URL escapes. See `export` for what the format cannot say.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow.parquet as pq

from memlab import build
from memlab.config import Config, ConfigError, nearest, plan
from memlab.events import Erasure, Query, QueryId, Turn, TurnId, UserId
from memlab.life import limited
from memlab.metrics.base import MIN_CANDIDATES_PER_RANK
from memlab.metrics.frames import Asked, Nuggets, read_frames
from memlab.results import Result
from memlab.runs import Progress, Run, execute
from memlab.sources import Source
from memlab.strategies.replayed import Ranking, RankingError, Rankings, query_name, read_rankings, word
from memlab.worker import source_of

K = 10
Level = Literal["turn", "session"]
Counts = dict[str, int]


def export(result: Result, to: Path) -> dict[str, Any]:
    """Writes `turn.run`, `turn.qrels`, `session.run` and `session.qrels`, which ir-measures scores as memlab does.

    `nDCG@10` and `R@10` of these files are `turn_ndcg@10`, `turn_recall@10` and their session forms in
    `scores.parquet`, query by query. A run file holds every query that was answered with anything; a qrels file holds
    those that memlab judges at 10 and that the format can express, and is the same for every run on the same
    questions. What is lost, each counted:

    * Of the alternatives that state one nugget, any one will do; a qrels file cannot say so. One of them, the least
      by length and name, stands for the nugget: it alone is relevant, and where another is ranked before it the two
      trade places in the run file (or it takes the other's place, if it is not ranked). The list of a run file is
      therefore not always the order in which turns were recalled.
    * Nuggets of one query that share a turn are met by it all at once; the query is left out of the qrels file.
    * At turn level a query with fewer than 40 turns to choose from is left out of the qrels file, as memlab leaves it
      out at 10. At other cut-offs the rule is another, and so may be the figure.
    * Scores are the ranks, counted from the end: those of memories are often tied, and tools break ties in their own
      ways. Texts, token budgets, support, staleness and confidence have no place in the format.

    Args:
        result: A finished run.
        to: The folder to write into; files of those names are replaced.

    Returns:
        For each level the counts, and `ndcg@10` and `recall@10` as `summary.json` has them.
    """
    users = pq.read_table(result.folder / "timings.parquet", columns=["user"]).column("user").unique().to_pylist()
    asked = read_frames(result.folder, users).asked
    to.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {}
    for level in get_args(Level):
        run, qrels, counts = _lines(asked, level, word(result.strategy))
        (to / f"{level}.run").write_text("".join(run))
        (to / f"{level}.qrels").write_text("".join(qrels))
        figures = {f"{name}@{K}": result.figure(f"{level}_{name}@{K}").get("mean") for name in ("ndcg", "recall")}
        told[level] = counts | figures
    return told


def _lines(asked: Iterable[Asked], level: Level, tag: str) -> tuple[list[str], list[str], Counts]:
    run, qrels = [], []
    names = ("judged", "without evidence", "too few turns to choose from", "nuggets that share a turn")
    counts = dict.fromkeys((*names, "nuggets stated by several", "places traded"), 0)
    for one in asked:
        query, nuggets = query_name(one.life.user, one.query), one.nuggets[level]
        ranked = one.ranked[level]
        verdict = _verdict(one, level)
        counts[verdict] += 1
        if verdict == "judged":
            counts["nuggets stated by several"] += any(len(nugget) > 1 for nugget in nuggets)
            counts["places traded"] += (traded := _with_one_for_all(ranked, nuggets)) != ranked
            ranked = traded
            qrels += [f"{query} 0 {_name(name, level)} 1\n" for name in map(_least, nuggets)]
        for rank, name in enumerate(ranked, start=1):
            run.append(f"{query} Q0 {_name(name, level)} {rank} {len(ranked) - rank + 1} {tag}\n")
    return run, qrels, counts


def _verdict(asked: Asked, level: Level) -> str:
    nuggets = asked.nuggets[level]
    if not nuggets:
        return "without evidence"
    if level == "turn" and asked.candidates[level] < MIN_CANDIDATES_PER_RANK * K:
        return "too few turns to choose from"
    return "judged" if sum(map(len, nuggets)) == len(frozenset().union(*nuggets)) else "nuggets that share a turn"


def _with_one_for_all(ranked: Sequence[str], nuggets: Nuggets) -> list[str]:
    """The ranking in which, of each nugget's members, the least stands first.

    >>> _with_one_for_all(["x", "b", "y", "a"], [frozenset("ab")])
    ['x', 'a', 'y', 'b']
    """
    order = list(ranked)
    for nugget in nuggets:
        least, first = _least(nugget), next((name for name in ranked if name in nugget), None)
        if first is not None and first != least:
            if least in order:
                order[order.index(least)] = first
            order[ranked.index(first)] = least
    return order


def _least(nugget: frozenset[str]) -> str:
    return min(nugget, key=lambda name: (len(name), name))


def _name(name: str, level: Level) -> str:
    return word(name if level == "turn" else name.replace(" ", "-", 1))


def import_run(
    path: Path,
    source: str,
    overrides: Sequence[str],
    to: Path,
    argv: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> tuple[Run, Counts]:
    """Lives a source with the rankings of a TREC run file for a strategy, named by the file's tag.

    Each ranked turn is a memory with the turn's own text, so what counts tokens, values and staleness counts here too.
    What a run file does not say is taken as: everything is kept, nothing is abstained from, no time is spent.

    Args:
        path: Six columns, `USER/QUERY Q0 TURN RANK SCORE TAG`; see `memlab.strategies.replayed.read_rankings`.
        source: Its name in the config folder.
        overrides: `source.KEY=value`, `limits=…`, `seed=…`; the same as those of the runs it is to stand beside.
        to: The folder of runs in which the run's folder is made.

    Returns:
        The run, and counts of queries: `asked`, `not ranked` (judged with nothing recalled), `not asked` (the limits
        leave them out, or whole users), `ranks against scores`, `tied`; and of turns `not held when asked for`, which
        are passed over.

    Raises:
        ConfigError: The file is malformed, the config is wrong, or the file names a user, query or turn that the
            source does not have.
        SourceError: The source cannot be read.
    """
    try:
        rankings = read_rankings(path)
    except RankingError as error:
        raise ConfigError(str(error)) from error
    config = _config(path, rankings, source, overrides, to)
    counts = _checked(path, rankings, config)
    (run,) = execute([config], argv, progress)
    if run.status == "complete":
        (run.folder / "import.json").write_text(json.dumps({"sha256": rankings.sha256} | counts, indent=1) + "\n")
    return run, counts


def _config(path: Path, rankings: Rankings, source: str, overrides: Sequence[str], to: Path) -> Config:
    taken = [one for one in overrides if one.partition("=")[0] in ("source", "strategy", "experiment", "layer", "out")]
    if taken:
        raise ConfigError(f"{taken[0]}: the source is --source, the folder --to, and the strategy is the run file")
    configs = plan([f"source={source}", "tracking=none", *overrides])
    strategy = {"name": rankings.tag, "path": str(path.absolute()), "sha256": rankings.sha256}
    place = {"out": str(to.absolute().parent), "experiment": to.absolute().name}
    return configs[0] | place | {"strategy": {"_target_": build.REPLAYED} | strategy}


def _checked(path: Path, rankings: Rankings, config: Config) -> Counts:
    """Counts what a run file leaves out and what it has too much.

    Raises:
        ConfigError: It names what the source does not have.
    """
    source, limits = source_of(config), config["limits"]
    users = source.users()
    for (user, query), line in rankings.lines.items():
        if user not in users:
            where = f"{path}, line {line}: {query_name(user, query)}"
            raise ConfigError(f"{where}: {config['source']['name']} has no user {user!r}; {nearest(user, users)}")
    lived = users[: limits["users"]]
    counts = {"asked": 0, "not ranked": 0, "not asked": 0, "not held when asked for": 0}
    for user in users:
        own = {query: found for (whose, query), found in rankings.by_query.items() if whose == user}
        if not own and user not in lived:
            continue
        held = _held(source, user, config, (None, None))
        for query, ranking in own.items():
            _check_names(path, rankings.lines[user, query], query_name(user, query), query, ranking, held)
        asked = _held(source, user, config, (limits["sessions"], limits["queries"]))[1] if user in lived else {}
        counts["asked"] += len(asked)
        counts["not ranked"] += len(asked.keys() - own.keys())
        counts["not asked"] += len(own.keys() - asked.keys())
        counts["not held when asked for"] += sum(
            turn not in asked[query] for query in own.keys() & asked.keys() for turn, _ in own[query]
        )
    return counts | {"ranks against scores": rankings.contradictory, "tied": rankings.tied}


Held = dict[QueryId, frozenset[TurnId]]


def _held(
    source: Source, user: UserId, config: Config, limits: tuple[int | None, int | None]
) -> tuple[frozenset[TurnId], Held]:
    """Every turn of a life, and for each query the turns that are said and not erased when it is asked."""
    said: set[TurnId] = set()
    now: set[TurnId] = set()
    held: Held = {}
    for event in limited(source.life(user, seed=config["seed"]), *limits).stream():
        match event:
            case Turn(id=id):
                said.add(id)
                now.add(id)
            case Erasure(turns=turns):
                now -= now if turns is None else turns
            case Query(id=query):
                held[query] = frozenset(now)
            case _:
                pass
    return frozenset(said), held


def _check_names(
    path: Path, line: int, name: str, query: QueryId, ranking: Ranking, life: tuple[frozenset[TurnId], Held]
) -> None:
    said, held = life
    if query not in held:
        raise ConfigError(f"{path}, line {line}: {name} is never asked; of its user's queries {nearest(query, held)}")
    for turn, _ in ranking:
        if turn not in said:
            raise ConfigError(f"{path}: {name} ranks turn {turn!r}, which is never said; {nearest(turn, said)}")
