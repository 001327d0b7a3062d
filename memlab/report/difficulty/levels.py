"""Kinds of question on which every strategy fails, or none does: they tell nothing apart."""

from collections.abc import Iterator, Sequence

import pyarrow.parquet as pq

from memlab.report.cells import Cell, Row, Table, share
from memlab.report.difficulty.wanted import Claim, Part, Runs, Wanted
from memlab.results import HEADLINE, Result
from memlab.runs import SCORES
from memlab.stats.separation import separation

ABSTENTION = "abstention_auroc"
FLOOR, CEILING = 0.05, 0.95
COIN = 0.5


def levels(wanted: Wanted, runs: Runs) -> Part:
    """The kinds of one source on which all contestants are at the floor of the kind's own metric, or at its ceiling.

    The own metric is the headline where the kind's questions have evidence; where none can be answered, the abstention
    AUROC of its questions against all that can be. A coin has .5 there, so its floor is .55.
    """
    contestants = [r for r in runs[wanted.of].values() if not r.is_bound]
    kinds = sorted({kind for r in contestants for kind in r.kinds.values()})
    rows, at = [], {"floor": list[str](), "ceiling": list[str]()}
    for kind in kinds:
        judged = any(r.figure(HEADLINE, kind).get("n") for r in contestants)
        floor = FLOOR if judged else COIN + FLOOR
        own = [r.figure(HEADLINE, kind).get("mean") if judged else abstention(r, kind) for r in contestants]
        known = [value for value in own if value is not None]
        level = "floor" if known and max(known) < floor else "ceiling" if known and min(known) > CEILING else ""
        if level:
            at[level].append(kind)
        metric = Cell(HEADLINE if judged else ABSTENTION)
        rows.append(Row((Cell(kind), metric, *map(share, own), share(floor), share(CEILING), Cell(level or "–"))))
    columns = ("kind", "own metric", *(r.strategy for r in contestants), "floor", "ceiling", "all are at")
    table = Table(f"Kinds of {wanted.of}, each on its own metric", columns, tuple(rows), sortable=False)
    names = ", ".join(r.strategy for r in contestants)
    return Part([table], [Claim(f"no kind has all of {names} at its {level}", *_none(at[level])) for level in at])


def _none(kinds: Sequence[str]) -> tuple[bool, str]:
    return not kinds, ", ".join(kinds) or "none"


def abstention(result: Result, kind: str) -> float | None:
    """AUROC of the confidence in all answerable questions against those of one kind that cannot be answered.

    None where the strategy does not abstain, or the kind has no such question.
    """
    rows = [row for row in _confidences(result) if row["positive"] or row["kind"] == kind]
    values, positive, users = ([row[name] for row in rows] for name in ("value", "positive", "user"))
    found = separation(values, positive, users, coverage=None, name=ABSTENTION) if rows else None
    return None if found is None else found.mean


def _confidences(result: Result) -> Iterator[dict]:
    columns = ["user", "value", "kind", "positive"]
    path, wanted = result.folder / "scores.parquet", [("name", "==", ABSTENTION)]
    return iter(pq.read_table(path, columns=columns, schema=SCORES, filters=wanted).to_pylist())
