"""Bounds that an experiment sets beforehand, each held against what its runs show, by the whole interval."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from memlab.build import metrics
from memlab.config import nearest
from memlab.report.cells import Cell, Row, Table, estimate, share
from memlab.report.pooled import experiment_of
from memlab.results import Key, Result, ResultError
from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.ratio import ratio_of_totals

EXPLAINED = (
    "*reached*: the whole interval lies within the bound; *reached by the mean* alone; *not reached*; *cannot tell* "
    "under 6 users. Against a baseline a figure is the paired difference, question by question, or, where the claim "
    "says so, the ratio of two totals. Intervals are 95 % over users. Several bounds stand side by side, unadjusted."
)
FORMS: dict[str, tuple[type, ...]] = {
    "claim": (str,),
    "strategy": (str,),
    "metric": (str,),
    "baseline": (str,),
    "kinds": (list,),
    "where": (dict,),
    "relative": (bool,),
    "among": (int,),
    "at_least": (int, float),
    "below": (int, float),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One of the list `bounds` in an experiment's yaml.

    Attributes:
        baseline: What the figure is a difference from; None for the figure itself.
        kinds: Of questions; all where none is named.
        where: Facets of a question and the values that they must have: `{updates: 0}`.
        relative: The ratio to the baseline, in place of the difference.
        among: How many bounds are to hold together: the interval is widened for it (Bonferroni).
        at_least: Below which the figure may not be; `below` likewise from above. Exactly one of the two is set.
    """

    claim: str
    strategy: str
    metric: str
    baseline: str | None = None
    kinds: Sequence[str] = ()
    where: Mapping[str, float | str] | None = None
    relative: bool = False
    among: int = 1
    at_least: float | None = None
    below: float | None = None

    def verdict(self, found: Mean) -> str:
        """What a figure with its interval says of the bound."""
        bound = self.at_least if self.at_least is not None else self.below
        assert bound is not None
        if found.users < MIN_USERS or found.low is None or found.high is None:
            return f"cannot tell: {found.users} users of at least {MIN_USERS}"
        over = self.at_least is not None
        if found.low >= bound - ROUNDING if over else found.high < bound:
            return "reached"
        return (
            "reached by the mean" if (found.mean >= bound - ROUNDING if over else found.mean < bound) else "not reached"
        )


def bounds(results: Sequence[Result]) -> Table | None:
    """The table of all bounds that the runs' experiment sets; None where it sets none, or nothing of them ran.

    Args:
        results: Runs that were asked the same questions.

    Raises:
        ResultError: The experiment's yaml sets a bound in a form that cannot be read.
    """
    found = {r.strategy: r for r in results}
    rows = []
    for wanted in _read(results[0]):
        if wanted.strategy in found and (wanted.baseline is None or wanted.baseline in found):
            rows.append(_row(wanted, found[wanted.strategy], found.get(wanted.baseline or "")))
    columns = ("claim", "figure", "bound", "verdict", "n", "users")
    return Table("Claims", columns, tuple(rows), folded=False, sortable=False) if rows else None


def beside(tables: Mapping[str, Table]) -> Table | None:
    """The same claims on two sets of questions side by side, with the gap; None unless there are two."""
    if len(tables) != 2:
        return None
    (one, first), (other, second) = tables.items()
    others = {row.cells[0].text: row.cells[1] for row in second.rows}
    rows = []
    for claim, cell in ((row.cells[0], row.cells[1]) for row in first.rows if row.cells[0].text in others):
        against = others[claim.text]
        known = cell.value is not None and against.value is not None
        gap = share(cell.value - against.value if known else None)  # type: ignore[operator]
        rows.append(Row((claim, cell, against, gap)))
    return Table("Claims side by side", ("claim", one, other, "gap"), tuple(rows), folded=False, sortable=False)


def figure(wanted: Bound, run: Result, base: Result | None) -> Mean | None:
    """The figure that a bound is about; None where no question has it."""
    values, confidence = _values(wanted, run), 1 - 0.05 / wanted.among
    if base is None:
        return _mean(values, confidence)
    others = _values(wanted, base)
    shared = sorted(values.keys() & others.keys())
    if wanted.relative:
        return ratio_of_totals([(key[0], values[key], others[key]) for key in shared], confidence)
    return _mean({key: values[key] - others[key] for key in shared}, confidence)


def _row(wanted: Bound, run: Result, base: Result | None) -> Row:
    found = figure(wanted, run, base)
    ends = f"≥ {share(wanted.at_least).text}" if wanted.at_least is not None else f"< {share(wanted.below).text}"
    verdict = "–" if found is None else wanted.verdict(found)
    n, users = ("–", "–") if found is None else (f"{found.n:,}", str(found.users))
    return Row((Cell(wanted.claim), estimate(found), Cell(ends), Cell(verdict), Cell(n), Cell(users)))


def _values(wanted: Bound, run: Result) -> dict[Key, float]:
    """What is judged, by user and question; of what is judged session by session, the last: a life's end."""
    metric = next(m for m in metrics(run.config["config_dir"]) if m.name == wanted.metric)
    if metric.per != "query":
        rows = sorted(run.rows(wanted.metric), key=lambda row: row["session"] or 0)
        return {(row["user"], "end"): row["value"] for row in rows}
    kept = run.scores.get(wanted.metric, {})
    if wanted.kinds:
        kept = {key: value for key, value in kept.items() if run.kinds[key] in wanted.kinds}
    for name, value in (wanted.where or {}).items():
        kept = {key: score for key, score in kept.items() if run.facets[key].get(name) == value}
    return kept


def _mean(values: Mapping[Key, float], confidence: float) -> Mean | None:
    keys = sorted(values)
    return clustered_mean([values[key] for key in keys], [user for user, _ in keys], confidence) if keys else None


def _read(result: Result) -> Iterator[Bound]:
    listed = experiment_of(result).get("bounds") or ()
    for place, node in enumerate(listed):
        where = f"experiment {result.config['experiment']}: bounds[{place}]"
        if not isinstance(node, dict):
            raise ResultError(f"{where} is {node!r}; it must have the keys {', '.join(FORMS)}")
        _check(where, node, result)
        yield Bound(**node)


def _check(where: str, node: dict[str, Any], result: Result) -> None:
    for name, value in node.items():
        if name not in FORMS:
            raise ResultError(f"{where}: there is no key {name!r}; {nearest(str(name), FORMS)}")
        if not isinstance(value, FORMS[name]):
            wanted = " or ".join(form.__name__ for form in FORMS[name])
            raise ResultError(f"{where}: {name} is {value!r}; it must be of type {wanted}")
    for part in fields(Bound):
        if part.default is MISSING and part.name not in node:
            raise ResultError(f"{where}: {part.name} is missing")
    if ("at_least" in node) == ("below" in node):
        raise ResultError(f"{where}: it must have one of at_least and below")
    if node.get("relative") and "baseline" not in node:
        raise ResultError(f"{where}: relative needs a baseline")
    known = [m.name for m in metrics(result.config["config_dir"])]
    if node["metric"] not in known:
        raise ResultError(f"{where}: there is no metric {node['metric']!r}; {nearest(node['metric'], known)}")
