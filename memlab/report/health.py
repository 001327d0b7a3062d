"""The sections on the health of memories over a life: where they end, how they grow, which alarms rose."""

from collections.abc import Mapping, Sequence
from math import inf
from statistics import median
from typing import Any

from memlab.build import make
from memlab.events import UserId
from memlab.health import ALARMS, COLUMNS, Day, Thresholds, alarms, days
from memlab.report.cells import Cell, Row, Table, estimate, hundredths
from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import COLOURS, GREY
from memlab.report.pooled import experiment_of
from memlab.report.sections import Section
from memlab.results import BOUNDS, Result
from memlab.stats.mean import Mean, clustered_mean
from memlab.traces import file_safe

Lives = Mapping[UserId, Sequence[Day]]
PANELS = {"total": "memories in all", "accessed": "of these, read in 7 days", "stale_share": "stale share"}
SHARES = ("stale_share", "churn")
MIN_SHARE_OF_USERS = 0.5  # that must have lived a session for it to be drawn
MOST_POINTS = 60  # of a curve, which a picture of this width can show
EXPLAINED = (
    "Means over users at the end of their lives, intervals over users; the figure has them session by session, as "
    "long as half of the users live. *added* and *read* in the last 7 days of event time; what is read leaves a trace"
    " after natural questions only. *stale share*: of what is held as current, what was superseded. *churn*: of what "
    "is held at either of two session ends, what went or came, the mean over sessions. *archived*: no longer held, "
    "not erased, where a store archives. Recall times are measured, on one machine. Alarms: in how many users, and "
    "the median session at which each first rose; their thresholds are in configs/health/alarms.yaml."
)


def health_sections(groups: Mapping[str, Sequence[Result]]) -> tuple[Section, ...]:
    """One for each set of runs of whole lives; none for what is pooled or asked for orders of strategies alone."""
    thresholds: Thresholds = make("health/alarms")
    sections = []
    for name, results in groups.items():
        orders = experiment_of(results[0]).keys() & {"carries", "predicts"}
        shown = (
            {}
            if orders
            else {r.strategy: days(r) for r in results if not r.parts and r.figure(COLUMNS["churn"]).get("n")}
        )
        if shown:
            slug = f"health-{file_safe(name)}"
            blocks = (ends_table(shown), alarms_table(shown, thresholds), draw_health(slug, name, shown))
            sections.append(Section(f"Health on {name}", slug, blocks, EXPLAINED))
    return tuple(sections)


def ends_table(shown: Mapping[str, Lives]) -> Table:
    """Where each strategy's memories end."""
    columns = (
        "strategy",
        "total",
        "added 7d",
        "read 7d",
        "stale share",
        "archived",
        "churn",
        "active bytes",
        "recall ms",
    )
    rows = []
    for strategy, lives in shown.items():
        last = [own[-1] for own in lives.values()]
        counts = [
            _count(_mean(lives, [[getattr(day, name)] for day in last])) for name in ("total", "added", "accessed")
        ]
        stale = _share(_mean(lives, [[day.stale_share] for day in last]))
        archived = _count(_mean(lives, [[day.archived] for day in last]))
        churned = _share(_mean(lives, [[day.churn for day in own] for own in lives.values()]))
        size = _count(_mean(lives, [[day.active_bytes] for day in last]))
        spent = _mean(lives, [[day.recall_ms for day in own] for own in lives.values()])
        cells = (*counts, stale, archived, churned, size, hundredths(spent.mean if spent else None))
        rows.append(Row((Cell(strategy), *cells), "bound" if strategy in BOUNDS else "contestant"))
    return Table("At the end of the life", columns, tuple(rows))


def alarms_table(shown: Mapping[str, Lives], thresholds: Thresholds) -> Table:
    """How many users each alarm rose for, and the median of the sessions at which it first did."""
    rows = []
    for strategy, lives in shown.items():
        found = [alarms(own, thresholds) for own in lives.values()]
        cells = [_risen([rose[name] for rose in found if name in rose], len(found)) for name in ALARMS]
        rows.append(Row((Cell(strategy), *cells), "bound" if strategy in BOUNDS else "contestant"))
    return Table(
        "Alarms: users, and the session at which it first rose", ("strategy", *ALARMS), tuple(rows), sortable=False
    )


def draw_health(slug: str, source: str, shown: Mapping[str, Lives]) -> Figure:
    """A row for each strategy: all memories, those that were read lately, and the stale share, session by session."""
    with canvas(7.6, 0.92 * len(shown) + 1.1, len(shown), len(PANELS)) as (drawing, grid):
        for axes_of_row, (strategy, lives) in zip(grid, shown.items(), strict=True):
            colour = GREY if strategy in BOUNDS else COLOURS[0]
            for axes, name in zip(axes_of_row, PANELS, strict=True):
                _draw_curve(axes, by_session(lives, name), colour)
            axes_of_row[0].set_ylabel(
                strategy.replace("+", "+\n").replace(" (", "\n("), rotation=0, ha="right", va="center"
            )
        for axes, title in zip(grid[0], PANELS.values(), strict=True):
            axes.set_title(title, fontsize=9)
        for axes in grid[-1]:
            axes.set_xlabel("session")
        _share_scales(grid)
        drawing.suptitle(
            f"{source}: memories over the life, bands are 95 % intervals over users", fontsize=10, x=0.01, ha="left"
        )
        alt = f"Memories at the end of the life on {source}: " + "; ".join(
            f"{strategy} {_last(lives, 'total')} in all, {_last(lives, 'accessed')} read in 7 days"
            for strategy, lives in shown.items()
        )
        return finish(drawing, slug, "growth", "memories over the life", alt)


def by_session(lives: Lives, column: str) -> dict[int, Mean]:
    """The mean over users of a figure of `Day`, session by session, as long as half of them have the session.

    No figure is below 0, and no share above 1: intervals are cut there.
    """
    found: dict[int, dict[UserId, float]] = {}
    for user, own in lives.items():
        for day in own:
            if (known := getattr(day, column)) is not None:
                found.setdefault(day.session, {})[user] = known
    least = MIN_SHARE_OF_USERS * max(map(len, found.values()), default=0)
    kept = {session: values for session, values in sorted(found.items()) if len(values) >= least}
    means = {session: clustered_mean(list(values.values()), list(values)) for session, values in kept.items()}
    return {session: mean.within(0.0, 1.0 if column in SHARES else inf) for session, mean in means.items()}


def _draw_curve(axes: Any, curve: Mapping[int, Mean], colour: str) -> None:
    if not curve:
        axes.text(0.5, 0.5, "not known", ha="center", va="center", transform=axes.transAxes, color=GREY, fontsize=8)
        return
    drawn = list(curve)[:: -(-len(curve) // MOST_POINTS)]
    curve = {session: curve[session] for session in dict.fromkeys([*drawn, list(curve)[-1]])}
    low = [mean.mean if mean.low is None else mean.low for mean in curve.values()]
    high = [mean.mean if mean.high is None else mean.high for mean in curve.values()]
    axes.fill_between(list(curve), low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(list(curve), [mean.mean for mean in curve.values()], color=colour, linewidth=1.4)


def _share_scales(grid: Any) -> None:
    """One scale for each column, so that rows compare; session numbers at the foot alone."""
    for column in range(len(PANELS)):
        own = [row[column] for row in grid]
        top = max(axes.get_ylim()[1] for axes in own if axes.lines) if any(axes.lines for axes in own) else 1.0
        for axes in own:
            axes.set_ylim(0, top)
            axes.locator_params(axis="y", nbins=3)
            axes.locator_params(axis="x", nbins=6, integer=True)
            axes.grid(axis="y", alpha=0.25)
            axes.tick_params(labelsize=7, labelbottom=axes is own[-1], bottom=axes is own[-1])
            if axes is not grid[0][0]:
                axes.sharex(grid[0][0])


def _mean(lives: Lives, values: Sequence[Sequence[float | None]]) -> Mean | None:
    known = [(user, v) for user, own in zip(lives, values, strict=True) for v in own if v is not None]
    return clustered_mean([v for _, v in known], [user for user, _ in known]) if known else None


def _share(found: Mean | None) -> Cell:
    return estimate(None if found is None else found.within(0.0, 1.0))


def _count(found: Mean | None) -> Cell:
    if found is None:
        return Cell("–")
    reach = "" if found.low is None or found.high is None else f" ±{(found.high - found.low) / 2:,.0f}"
    return Cell(f"{found.mean:,.0f}{reach}", found.mean, found.low, found.high)


def _risen(first: Sequence[int], users: int) -> Cell:
    return Cell(f"{len(first)} of {users}, session {median(first):g}" if first else "–", float(len(first)))


def _last(lives: Lives, name: str) -> str:
    return _count(_mean(lives, [[getattr(own[-1], name)] for own in lives.values()])).text
