"""Tables of figures: plain rows of text, for the terminal and for Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from memlab.results import Result
from memlab.stats import MIN_USERS
from memlab.stats.age import slope_per_doubling

HEADLINE = "evidence_recall@512"
LEADERBOARD = (HEADLINE, "turn_recall@10", "answer_recall@512", "stale_excess")
RANKING = (
    *("turn_recall@10", "turn_ndcg@10", "turn_mrr@10", "turn_any@10", "turn_all@10"),
    *("session_recall@10", "session_ndcg@10"),
)
BUDGETS = ("evidence_recall@256", HEADLINE, "evidence_recall@1024", "evidence_recall@2048", "answer_recall@512")
STALENESS = ("current_first", "stale_first", "neither", "stale_excess", "stale_share@512", "store_stale_share")
COST = (
    "observe_p50_ms",
    "recall_p50_ms",
    "recall_p95_ms",
    "session_end_p50_ms",
    "encode_ms_per_text",
    "encode_seconds",
)
BOUNDS = ("none", "random", "full_history", "oracle")


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, column names and rows of text."""

    caption: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def markdown(self) -> str:
        """The table in Markdown, first column left, the others right."""
        lines = [f"| {' | '.join(self.columns)} |", "|---" + "|---:" * (len(self.columns) - 1) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return f"**{self.caption}**\n\n" + "\n".join(lines) + "\n"


def leaderboard(name: str, results: Sequence[Result]) -> Table:
    """The short table: headline, recall@10, answers, staleness, latency; chance and attainable below."""
    rows = [(_mark(r), *(_reach(r.figure(m)) for m in LEADERBOARD), _timing(r, "recall_p95_ms")) for r in results]
    rows += _bounds(results, LEADERBOARD, extra=1)
    rows.append(("*n*", *(_counts(results, m).split(" of ")[0] for m in LEADERBOARD), ""))
    return Table(_caption(name, results), ("strategy", *LEADERBOARD, "recall_p95_ms"), rows)


def figures(results: Sequence[Result], metrics: Sequence[str], title: str) -> Table:
    """Metrics with intervals, and how many queries each is over."""
    rows = [(_mark(r), *(_interval(r.figure(m)) for m in metrics)) for r in results]
    rows += _bounds(results, metrics)
    rows.append(("*n of N*", *(_counts(results, m) for m in metrics)))
    return Table(title, ("strategy", *metrics), rows)


def by_kind(results: Sequence[Result], metric: str) -> Table:
    """One metric by kind of question, with the number of questions."""
    kinds = sorted({kind for r in results for kind in r.summary.get("by_kind", {}) if r.figure(metric, kind).get("n")})
    rows = [(_mark(r), *(_number(r.figure(metric, kind).get("mean")) for kind in kinds)) for r in results]
    counts = ((r.figure(metric, kind).get("n", 0) for r in results) for kind in kinds)
    rows.append(("*n*", *(str(max(count)) for count in counts)))
    return Table(f"{metric} by kind of question", ("strategy", *kinds), rows)


def cost(results: Sequence[Result]) -> Table:
    """Milliseconds without encoding; encoding apart, as texts times what one alone takes; tokens and memories."""
    rows = [
        (
            _mark(r),
            *(_timing(r, name) for name in COST),
            _whole(r.figure("recalled_tokens").get("mean")),
            _whole(r.figure("memories_held").get("mean")),
        )
        for r in results
    ]
    return Table("Cost", ("strategy", *COST, "recalled_tokens", "memories_held"), rows)


def age_slopes(results: Sequence[Result]) -> Table:
    """What the headline gains per doubling of the evidence's age."""
    rows: list[tuple[str, ...]] = []
    for r in results:
        slope = slope_per_doubling(r.scores.get(HEADLINE, {}), r.scores.get("evidence_age_days", {}))
        if slope is not None:
            found = {"mean": slope.mean, "low": slope.low, "high": slope.high}
            rows.append((_mark(r), _interval(found), str(slope.n), str(slope.users)))
    return Table(f"{HEADLINE} per doubling of the evidence's age", ("strategy", "slope", "n", "users"), rows)


def _caption(name: str, results: Sequence[Result]) -> str:
    run = results[0].summary["run"]
    users = max(r.summary["run"]["users"] for r in results)
    few = "" if users >= MIN_USERS else f"; under {MIN_USERS} users, no verdict"
    labels = results[0].config["source"].get("labels")
    n = max(r.figure("recalled_tokens").get("n", 0) for r in results)
    read = f", labels={labels}" if labels else ""
    return f"{name}: {users} users, {n} questions{read}, seed {run['seed']}; 95 % intervals over users{few}"


def _bounds(results: Sequence[Result], metrics: Sequence[str], extra: int = 0) -> list[tuple[str, ...]]:
    rows = []
    for name in ("chance", "attainable"):
        known = [next((v for r in results if (v := r.figure(m).get(name)) is not None), None) for m in metrics]
        rows.append((f"*{name}*", *map(_number, known), *[""] * extra))
    return rows


def _mark(result: Result) -> str:
    short = "" if result.status == "complete" else f" ({result.status})"
    return f"*{result.strategy}*{short}" if result.strategy in BOUNDS else f"{result.strategy}{short}"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    text = f"{value + 0.0:.3f}".replace("-0.000", "0.000")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _reach(figure: dict[str, Any]) -> str:
    mean, low, high = (figure.get(name) for name in ("mean", "low", "high"))
    if mean is None or low is None or high is None:
        return _number(mean)
    return f"{_number(mean)} ±{_number((high - low) / 2)}"


def _interval(figure: dict[str, Any]) -> str:
    mean, low, high = (figure.get(name) for name in ("mean", "low", "high"))
    if mean is None or low is None:
        return _number(mean)
    return f"{_number(mean)} [{_number(low)}, {_number(high)}]"


def _counts(results: Sequence[Result], metric: str) -> str:
    found = sorted({(r.figure(metric).get("n", 0), r.figure(metric).get("of", 0)) for r in results})
    low, high, of = found[0][0], found[-1][0], max(total for _, total in found)
    return f"{low} of {of}" if low == high else f"{low}–{high} of {of}"


def _timing(result: Result, name: str) -> str:
    value = result.summary.get("timings", {}).get(name)
    return "–" if value is None else f"{value:.2f}"


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
