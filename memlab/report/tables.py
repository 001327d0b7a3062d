"""Tables of figures, the same for the terminal, Markdown and HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from memlab.report.cells import Cell, Part, Row, Table, hundredths, interval, p_value, reach, reference, share, whole
from memlab.report.compare import baselines, detectable, difference, kinds_of
from memlab.report.pairing import paired_by
from memlab.results import HEADLINE, Result
from memlab.stats import MIN_USERS
from memlab.stats.age import slope_per_doubling
from memlab.stats.mean import clustered_mean
from memlab.stats.paired import Difference
from memlab.stats.rates import share_mean

LEADERBOARD = (HEADLINE, "turn_recall@10", "answer_recall@512", "stale_excess")
RANKING = (
    *("turn_recall@10", "turn_ndcg@10", "turn_mrr@10", "turn_any@10", "turn_all@10"),
    *("session_recall@10", "session_ndcg@10"),
)
BUDGETS = ("evidence_recall@256", HEADLINE, "evidence_recall@1024", "evidence_recall@2048", "answer_recall@512")
STALENESS = ("current_first", "stale_first", "neither", "stale_excess", "stale_share@512", "store_stale_share")
REGRET = tuple(f"regret@{n}" for n in (1, 2, 3, 5, 10, 20, 30))
ABSTENTION = "abstention_auroc"
BRIER = "brier"
RESTRAINT = (ABSTENTION, "false_answers@90", BRIER, "forbidden_share@512")
CAUSES = {
    "missed_never_stored": "never stored",
    "missed_not_in_first": "stored, not recalled",
    "missed_over_budget": "below the budget",
    "missed_stale_above": "stale above",
    "missed_read_wrong": "read wrong",
}
COST = (
    "observe_p50_ms",
    "recall_p50_ms",
    "recall_p95_ms",
    "session_end_p50_ms",
    "encode_ms_per_text",
    "encode_seconds",
)
VERSUS = (
    *(HEADLINE, "turn_recall@10", "turn_any@10", "turn_all@10", "turn_ndcg@10", "turn_mrr@10"),
    *("session_recall@10", "answer_recall@512", "current_first"),
)
BY_KIND = ("turn_recall@10", "turn_ndcg@10", "answer_recall@512", "current_first")
MARKS = {"better": " ▲", "worse": " ▼"}


def leaderboard(name: str, results: Sequence[Result]) -> Table:
    """The short table: headline, recall@10, answers, staleness, latency; chance, attainable and detectable below."""
    rows = [_row(r, [*(reach(r.figure(m)) for m in LEADERBOARD), _timing(r, "recall_p95_ms")]) for r in results]
    rows += _bounds(results, LEADERBOARD, extra=1)
    counts = (Cell(_counts(results, metric).split(" of ")[0]) for metric in LEADERBOARD)
    rows.append(reference("n", [*counts, Cell("")]))
    columns = ("strategy", *LEADERBOARD, "recall_p95_ms")
    return Table(_caption(name, results), columns, tuple(rows), look="bars", folded=False)


def figures(results: Sequence[Result], metrics: Sequence[str], title: str) -> Table:
    """Metrics with intervals, and how many queries each is over."""
    rows = [_row(r, [interval(r.figure(m)) for m in metrics]) for r in results]
    rows += _bounds(results, metrics)
    rows.append(reference("n of N", [Cell(_counts(results, m)) for m in metrics]))
    return Table(title, ("strategy", *metrics), tuple(rows))


def macro(results: Sequence[Result]) -> Table | None:
    """Rankings with each kind of question weighing the same, as some papers average; None with fewer than two kinds."""
    wanted = [m for m in RANKING if any(r.figure(m).get("macro") is not None for r in results)]
    if not wanted or len(kinds_of(results[0])) < 2:
        return None
    rows = [_row(r, [_macro(r.figure(m)) for m in wanted]) for r in results]
    rows += [
        reference(name, [share(_over_kinds(results, m, name)) for m in wanted]) for name in ("chance", "attainable")
    ]
    return Table("Rankings of sources, the mean over kinds of question (macro)", ("strategy", *wanted), tuple(rows))


def _macro(figure: Mapping[str, Any]) -> Cell:
    return interval({"mean": figure.get("macro"), "low": figure.get("macro_low"), "high": figure.get("macro_high")})


def by_kind(results: Sequence[Result], metric: str, folded: bool = False) -> Table | None:
    """One metric by kind of question, with the number of questions; None where no kind is judged by it."""
    kinds = sorted({kind for r in results for kind in r.summary.get("by_kind", {}) if r.figure(metric, kind).get("n")})
    if not kinds:
        return None
    rows = [_row(r, [reach(r.figure(metric, kind)) for kind in kinds]) for r in results]
    best = [
        next((v for r in results if (v := r.figure(metric, kind).get("attainable")) is not None), None)
        for kind in kinds
    ]
    rows.append(reference("attainable", [share(value) for value in best]))
    counts = (max(r.figure(metric, kind).get("n", 0) for r in results) for kind in kinds)
    rows.append(reference("n", [*map(whole, counts)]))
    return Table(f"{metric} by kind of question", ("strategy", *kinds), tuple(rows), look="heat", folded=folded)


def by_source(results: Sequence[Result], metric: str) -> Table:
    """One metric of pooled runs on each of their sources, with the number of questions."""
    sources = list(results[0].parts)
    rows = [_row(r, [reach(r.parts[source].figure(metric)) for source in sources]) for r in results]
    for name in ("chance", "attainable"):
        rows.append(reference(name, [share(results[0].parts[source].figure(metric).get(name)) for source in sources]))
    counts = (max(r.parts[source].figure(metric).get("n", 0) for r in results) for source in sources)
    rows.append(reference("n", [*map(whole, counts)]))
    return Table(f"{metric} by source", ("strategy", *sources), tuple(rows), look="heat", folded=False)


def versus(results: Sequence[Result], base: Result, metrics: Sequence[str] = VERSUS) -> Table | None:
    """Every other contestant minus a baseline, metric by metric; None where there is no other."""
    wanted = [metric for metric in metrics if base.figure(metric).get("n")]
    columns = {metric: (metric, None) for metric in wanted}
    return _versus(results, base, columns, f"Minus {base.strategy}, paired by {paired_by(base, metrics[0])}")


def versus_by_kind(results: Sequence[Result], base: Result) -> Table | None:
    """Every other contestant's headline minus a baseline's, kind by kind; None where there is no other."""
    columns = {kind: (HEADLINE, kind) for kind in kinds_of(base)}
    by = paired_by(base, HEADLINE)
    return _versus(results, base, columns, f"{HEADLINE} minus {base.strategy} by kind of question, paired by {by}")


def _versus(
    results: Sequence[Result], base: Result, columns: Mapping[str, tuple[str, str | None]], caption: str
) -> Table | None:
    others = [r for r in results if not r.is_bound and r is not base]
    if not others or not columns:
        return None
    found = {r.folder: [difference(r, base, metric, kind) for metric, kind in columns.values()] for r in others}
    rows = [_row(r, [_against(cell) for cell in found[r.folder]]) for r in others]
    by_column = [[cell for cell in cells if cell is not None] for cells in zip(*found.values(), strict=True)]
    least = [max((c.detectable for c in cells if c.detectable is not None), default=None) for cells in by_column]
    rows.append(reference("detectable", [share(value) for value in least]))
    counts = [max((c.mean.n for c in cells), default=0) for cells in by_column]
    rows.append(reference("n", [*map(whole, counts)]))
    return Table(caption, ("strategy", *columns), tuple(rows), sortable=False)


def _against(found: Difference | None) -> Cell:
    if found is None:
        return Cell("–")
    cell = interval({"mean": found.mean.mean, "low": found.mean.low, "high": found.mean.high})
    return Cell(cell.text + MARKS.get(found.verdict, ""), cell.value, cell.low, cell.high)


def differences(rows: Sequence[dict[str, Any]]) -> Table | None:
    """Comparisons as `memlab.report.compare.named` gives them, in order; None where there are none."""
    if not rows:
        return None
    table = []
    for row in rows:
        metric = "" if row["metric"] == HEADLINE else row["metric"]
        what = ", ".join(filter(None, (f"{row['strategy']} − {row['baseline']}", row["kind"], metric)))
        users, n = Cell(f"{row['users_better']}:{row['users_worse']}"), whole(row["n"])
        tests = (p_value(row["p"]), p_value(row["p_holm"]))
        cells = (interval(row), *tests, n, users, share(row["detectable"]), Cell(row["verdict"]))
        table.append(Row((Cell(what), *cells)))
    columns = ("comparison", "difference", "p", "after Holm", "n", "users better:worse", "detectable", "verdict")
    family = f"p after Holm over all {rows[0]['family']}" if rows[0]["family"] else "p unadjusted"
    of_all = {row["metric"] for row in rows} == {HEADLINE}
    compared = f" in {HEADLINE}" if of_all else f", in {HEADLINE} unless said otherwise,"
    caption = f"Paired differences{compared} that the experiment names, the primary one first; {family}"
    return Table(caption, columns, tuple(table), folded=False, sortable=False)


def why(results: Sequence[Result]) -> Table | None:
    """Where the missed questions went, as shares of those with evidence; None where no run says."""
    said = [(r, shares) for r in results if (shares := why_shares(r)) is not None]
    if not said:
        return None
    rows = [_row(r, [_found(r, shares["found"]), *(reach(r.figure(name)) for name in CAUSES)]) for r, shares in said]
    n = {r.figure(name)["n"] for r, _ in said for name in CAUSES}
    counts = f"{min(n):,}" if len(n) == 1 else f"{min(n):,}–{max(n):,}"
    rows.append(reference("n", [Cell(counts)] * (1 + len(CAUSES))))
    return Table("Why questions are missed", ("strategy", "found", *CAUSES.values()), tuple(rows))


def _found(result: Result, mean: float) -> Cell:
    """The share of questions with none of the causes, whose interval is from the questions themselves."""
    causes = [result.scores.get(name, {}) for name in CAUSES]
    keys = sorted({key for cause in causes for key in cause})
    if not keys:
        return share(mean)
    strata = None if result.strata is None else [result.strata[user] for user, _ in keys]
    found = [1 - sum(cause.get(key, 0.0) for cause in causes) for key in keys]
    ends = share_mean(found, [user for user, _ in keys], strata=strata)
    return reach({"mean": mean, "low": ends.low, "high": ends.high})


def why_shares(result: Result) -> dict[str, float] | None:
    """`found` and the five causes in plain words, summing to 1; None where one of them is not judged."""
    means = {words: result.figure(name).get("mean") for name, words in CAUSES.items()}
    causes = {words: mean for words, mean in means.items() if mean is not None}
    if len(causes) < len(CAUSES):
        return None
    return {"found": max(0.0, 1 - sum(causes.values()))} | causes


def restraint(results: Sequence[Result]) -> Table | None:
    """What is kept back: no ranking, since saying nothing is perfect at it; None where nothing of it is judged."""
    if not any(r.figure(metric).get("n") for r in results for metric in RESTRAINT):
        return None
    wanted = [m for m in RESTRAINT if m != BRIER or any(r.figure(m).get("n") for r in results)]
    table = figures(results, wanted, "Restraint, which is no ranking")
    counts = {r.folder: r.figure(ABSTENTION).get("n") for r in results}
    # if nobody's abstention is judged, the questions may leave nothing to abstain from
    silent = {folder for folder, n in counts.items() if n == 0} if any(counts.values()) else set()
    rows = [
        Row((row.cells[0], Cell("does not abstain"), *row.cells[2:]), row.part) if r.folder in silent else row
        for r, row in zip(results, table.rows, strict=False)
    ]
    rows += table.rows[len(results) :]
    return Table(table.caption, table.columns, tuple(rows), sortable=False)


def cost(results: Sequence[Result]) -> Table:
    """Milliseconds without encoding; encoding apart, as texts times what one alone takes; tokens and memories."""
    counts = ("recalled_tokens", "memories_held")
    rows = [
        _row(r, [*(_timing(r, name) for name in COST), *(whole(r.figure(name).get("mean")) for name in counts)])
        for r in results
    ]
    return Table("Cost", ("strategy", *COST, *counts), tuple(rows))


def age_slopes(results: Sequence[Result]) -> Table:
    """What the headline gains per doubling of the evidence's age."""
    rows = []
    for r in results:
        slope = slope_per_doubling(r.scores.get(HEADLINE, {}), r.scores.get("evidence_age_days", {}))
        if slope is not None:
            found = {"mean": slope.mean, "low": slope.low, "high": slope.high}
            counts = (whole(count) for count in (slope.n, slope.users))
            rows.append(_row(r, [interval(found), *counts]))
    return Table(f"{HEADLINE} per doubling of the evidence's age", ("strategy", "slope", "n", "users"), tuple(rows))


def _row(result: Result, cells: Sequence[Cell]) -> Row:
    short = "" if result.status == "complete" else f" ({result.status})"
    part: Part = "bound" if result.is_bound else "contestant"
    return Row((Cell(f"{result.strategy}{short}"), *cells), part)


def _caption(name: str, results: Sequence[Result]) -> str:
    run = results[0].summary["run"]
    users = max(r.summary["run"]["users"] for r in results)
    least = share(2.0 ** (1 - users)).text  # all users the same way, and all the other way
    few = "" if users >= MIN_USERS else f"; under {MIN_USERS} users, no verdict (no p-value can be under {least})"
    few += "; stratified by source" if results[0].parts else ""
    labels = results[0].config["source"].get("labels")
    n = max(r.figure("recalled_tokens").get("n", 0) for r in results)
    read = f", labels={labels}" if labels else ""
    people = f"{users:,} user{'s' if users > 1 else ''}"
    return f"{name}: {people}, {n:,} questions{read}, seed {run['seed']}; 95 % intervals over users{few}"


def _over_kinds(results: Sequence[Result], metric: str, name: str) -> float | None:
    """The mean of a bound over the kinds that a metric judges, as `macro` has it; None where one is not known."""
    for r in results:
        judged = {kind: f for kind in r.summary.get("by_kind", {}) if (f := r.figure(metric, kind)).get("n")}
        known = [f[name] for f in judged.values() if f.get(name) is not None]
        if known and len(known) == len(judged):
            return clustered_mean(known, list(judged)).mean
    return None


def _bounds(results: Sequence[Result], metrics: Sequence[str], extra: int = 0) -> list[Row]:
    rows = []
    for name in ("chance", "attainable"):
        known = [next((v for r in results if (v := r.figure(m).get(name)) is not None), None) for m in metrics]
        rows.append(reference(name, [*map(share, known), *[Cell("")] * extra]))
    for base in baselines(results)[:1]:
        seen = [share(detectable(results, m)) for m in metrics]
        rows.append(reference(f"detectable (from {base.strategy})", [*seen, *[Cell("")] * extra]))
    return rows


def _counts(results: Sequence[Result], metric: str) -> str:
    found = sorted({(r.figure(metric).get("n", 0), r.figure(metric).get("of", 0)) for r in results})
    low, high, of = found[0][0], found[-1][0], max(total for _, total in found)
    return f"{low:,} of {of:,}" if low == high else f"{low:,}–{high:,} of {of:,}"


def _timing(result: Result, name: str) -> Cell:
    spent = result.summary.get("timings", {})
    ends = {end: spent.get(f"{name}_{end}") for end in ("low", "high")}
    return reach({"mean": spent.get(name)} | ends, hundredths)
