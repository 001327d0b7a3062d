"""A ranking that was made elsewhere, played back: what a TREC run file lists becomes memories with the turns' own text.

The only strategy that is told whose life it observes, since a run file holds the rankings of all users. It reads no
query but its id, so it is no memory and has no file in the config folder: `memlab import` sets it up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256 as hash_of
from math import isfinite
from pathlib import Path
from urllib.parse import unquote

from memlab.events import Memory, Observed, Query, QueryId, Recall, TurnId, UserId
from memlab.stores import Store
from memlab.strategies.base import TurnLog

Ranking = tuple[tuple[TurnId, float], ...]


class RankingError(ValueError):
    """A file is no TREC run as memlab names things; the message names the line and what would be right."""


@dataclass(frozen=True)
class Rankings:
    """What a run file says.

    Attributes:
        tag: The run's name, as its last column has it.
        sha256: Of the file.
        by_query: For every user and query turns with scores, the highest first.
        lines: For every user and query the first line that names it.
        contradictory: Queries whose ranks contradict their scores; the scores count, as trec_eval has it.
        tied: Queries with equal scores; among these the ranks count, then the lines.
    """

    tag: str
    sha256: str
    by_query: Mapping[tuple[UserId, QueryId], Ranking]
    lines: Mapping[tuple[UserId, QueryId], int]
    contradictory: int
    tied: int


class Replayed:
    """Recalls, for every query, the turns that a run file ranks for it, as far as they are held when it is asked.

    Turns that are erased or not yet said are passed over. Every turn is listed, since a run file does not say what its
    maker kept; how sure it is, it does not say either.

    Args:
        store: Where the turns are kept.
        user: Whose rankings are played back; unknown users have none.
        path: The run file.
        sha256: What its checksum must be.

    Raises:
        RankingError: The file is another one, or none.
    """

    def __init__(self, store: Store, user: UserId, path: str, sha256: str) -> None:
        rankings = _read(path, Path(path).stat().st_mtime_ns)
        if rankings.sha256 != sha256:
            raise RankingError(f"{path} has sha256 {rankings.sha256}, the run was made of {sha256}; import it anew")
        self._rankings = {query: found for (whose, query), found in rankings.by_query.items() if whose == user}
        self._turns = TurnLog(store)

    def observe(self, event: Observed) -> None:
        """Keeps turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The ranked turns in the file's order; nothing for a query that it does not rank."""
        held = {memory.id for memory in self._turns.memories()}
        hits = [hit for hit in self._rankings.get(query.id, ()) if hit[0] in held]
        return Recall(memories=self._turns.scored(hits[: query.limit]))

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()


def read_rankings(path: str | Path) -> Rankings:
    """A TREC run file, whole and checked: `USER/QUERY Q0 TURN RANK SCORE TAG` on each line, in any order of lines.

    Scores that sink below 0 are lifted by as much as is needed, query by query: their differences stay.

    Raises:
        RankingError: A line is malformed, a turn is ranked twice for one query, tags differ, or there is no line.
        OSError: The file cannot be read.
    """
    content = Path(path).read_bytes()
    rows: dict[tuple[UserId, QueryId], dict[TurnId, tuple[float, int]]] = {}
    lines: dict[tuple[UserId, QueryId], int] = {}
    tags: dict[str, int] = {}
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        if line.strip():
            key, turn, row, tag = _line(f"{path}, line {number}", line)
            lines.setdefault(key, number)
            if turn in rows.setdefault(key, {}):
                raise RankingError(f"{path}, line {number}: turn {turn} is ranked twice for {query_name(*key)}")
            rows[key][turn] = row
            tags.setdefault(tag, number)
    if len(tags) != 1:
        seen = ", ".join(f"{tag!r} from line {number}" for tag, number in tags.items()) or "no line"
        raise RankingError(f"{path} holds {seen}; a run file holds the ranks of one run, under one tag")
    best_first = {key: sorted(found.items(), key=_place) for key, found in rows.items()}
    ranks = [[rank for _, (_, rank) in hits] for hits in best_first.values()]
    return Rankings(
        tag=unquote(next(iter(tags))),
        sha256=hash_of(content).hexdigest(),
        by_query={key: _lifted([(turn, score) for turn, (score, _) in hits]) for key, hits in best_first.items()},
        lines=lines,
        contradictory=sum(found != sorted(found) for found in ranks),
        tied=sum(len({score for score, _ in found.values()}) < len(found) for found in rows.values()),
    )


def query_name(user: UserId, query: QueryId) -> str:
    """A query in run and qrels files.

    >>> query_name("conv-26", "q 1")
    'conv-26/q%201'
    """
    return f"{word(user)}/{word(query)}"


def word(name: str) -> str:
    """A name as one word without a slash, in URL's escapes.

    >>> word("agentic (rules)")
    'agentic%20(rules)'
    """
    return re.sub(r"[\s%/]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)


def _line(where: str, line: str) -> tuple[tuple[UserId, QueryId], TurnId, tuple[float, int], str]:
    parts = line.split()
    if len(parts) != 6:
        raise RankingError(f"{where} has {len(parts)} columns; it must have six: USER/QUERY Q0 TURN RANK SCORE TAG")
    name, _, turn, rank, score, tag = parts
    user, slash, query = name.partition("/")
    if not slash:
        raise RankingError(f"{where}: query {name!r} must be named USER/QUERY, as `memlab export --trec` names it")
    try:
        row = (float(score), int(rank))
    except ValueError as error:
        raise RankingError(f"{where}: rank {rank!r} and score {score!r} must be a whole number and a number") from error
    if not isfinite(row[0]):
        raise RankingError(f"{where}: score {score} is not finite")
    return (unquote(user), unquote(query)), unquote(turn), row, tag


def _place(hit: tuple[TurnId, tuple[float, int]]) -> tuple[float, int]:
    """Where a hit stands: by its score from the highest, then by its rank."""
    _, (score, rank) = hit
    return -score, rank


def _lifted(hits: list[tuple[TurnId, float]]) -> Ranking:
    lift = max(0.0, -min(score for _, score in hits))
    return tuple((turn, score + lift) for turn, score in hits)


@lru_cache(maxsize=4)
def _read(path: str, changed_ns: int) -> Rankings:
    """A run file, read once per process unless it is changed."""
    return read_rankings(path)
