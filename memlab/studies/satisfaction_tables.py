"""What the study of satisfaction shows: experiments beside the truth, rankings side by side, weights."""

from collections.abc import Sequence

from memlab.report.ab_verdict import signed
from memlab.report.cells import Cell, Row, Table, estimate, interval, share, whole
from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import COLOURS
from memlab.satisfaction.sensitivity import Shift
from memlab.studies.ab_planned import Planned
from memlab.studies.flips import Region
from memlab.studies.rankings import Ranking, Side

SHOWN = 12
NOTES = (
    """**True effects** are of users who lived under both arms, others than those of the experiment. *n planned*
resolves the effect it was *planned for* in four of five experiments, by the spread of some of these users under
both arms.""",
    """**tau** is Kendall's, between the order of strategies by satisfaction and that by retrieval on recorded lives of
other users; *ceiling* is that between two halves of the satisfied users, and more cannot be asked for. *agree* is the
share of the pairs that satisfaction tells apart which retrieval orders alike; *regret* what is lost, in satisfaction,
by whoever takes what retrieval puts first.""",
    """**Weights**: the composite is a declared sum, and a user's reactions hang on numbers that are mostly assumed.
*turns at* is the factor of one weight at which two strategies change places, all others as declared; *holds* and
*flips* need both intervals to leave out 0, else the case is *open*.""",
)


def experiments_table(outcome: str, done: Sequence[Planned]) -> Table:
    """Each planned experiment: how many users, what it found, what is true."""
    rows = tuple(
        Row(
            (
                *(
                    Cell(f"{one.b} over {one.a}"),
                    Cell(f"{one.effect:g}", one.effect),
                    whole(one.needed),
                    whole(one.users),
                ),
                *(Cell(signed(one.found.mean), one.found.mean.mean), Cell(_word(one))),
                *(Cell(signed(one.truth), one.truth.mean), Cell("yes" if one.holds else "no")),
            )
        )
        for one in done
    )
    columns = ("experiment", "planned for", "n planned", "n", "found", "verdict", "true effect", "intervals meet")
    return Table(f"A/B experiments of {outcome}", columns, rows, folded=False, sortable=False)


def rankings_table(rankings: Sequence[Ranking]) -> Table:
    """How far each order by retrieval is each order by satisfaction."""
    rows = tuple(
        Row(
            (
                *(Cell(f"{one.judge} by {one.other}"), estimate(one.tau), estimate(one.ceiling)),
                *(Cell(f"{one.resolved} of {one.pairs}"), estimate(one.agree)),
                *(Cell(one.best), Cell(one.chosen), estimate(one.regret)),
            )
        )
        for one in rankings
    )
    columns = ("order", "tau", "ceiling", "resolved", "agree", "best", "chosen", "regret")
    return Table("Satisfaction by retrieval", columns, rows, folded=False, sortable=False)


def figures_table(judges: Sequence[Side], others: Sequence[Side]) -> Table:
    """Every strategy's own figures, the best by the first judge first."""
    sides = (*judges, *others)
    rows = []
    for name in judges[0].order.ranked:
        rows.append(Row((Cell(name), *(estimate(side.figures.get(name)) for side in sides))))
    return Table("Strategies by both", ("strategy", *(side.metric for side in sides)), tuple(rows), folded=False)


def regions_table(found: Sequence[Region]) -> Table:
    """Pairs of strategies whose order the composite's weights turn soonest."""
    rows = []
    for one in found[:SHOWN]:
        lead = {"mean": one.lead.mean, "low": one.lead.low, "high": one.lead.high}
        turns = ", ".join(f"{name} × {factor:.2g}" for name, factor in sorted(one.turns.items(), key=lambda t: t[0]))
        counts = (whole(one.count(verdict)) for verdict in ("holds", "flips", "open"))
        rows.append(
            Row((Cell(f"{one.lead.first} over {one.lead.second}"), interval(lead), Cell(turns or "–"), *counts))
        )
    columns = ("order", "lead", "turns at", "holds", "flips", "open")
    shown = f", {SHOWN} of {len(found)} pairs" if len(found) > SHOWN else ""
    caption = f"Weights of the composite: where orders turn, the nearest first{shown}"
    return Table(caption, columns, tuple(rows), sortable=False)


def shifts_table(shifts: Sequence[Shift], users: int) -> Table | None:
    """What becomes of an order where one weight of the user is another; None where none was tried."""
    if not shifts:
        return None
    rows = []
    for one in sorted(shifts, key=lambda one: (one.verdict != "flips", one.verdict != "open", one.weight, one.factor)):
        after = {"mean": one.after.mean, "low": one.after.low, "high": one.after.high}
        order = f"{one.before.first} over {one.before.second}"
        rows.append(Row((Cell(f"{one.weight} × {one.factor:g}"), Cell(order), interval(after), Cell(one.verdict))))
    caption = f"Weights of the user: {users:,} users who live under each"
    return Table(caption, ("weight", "order", "lead", "verdict"), tuple(rows), sortable=False)


def draw_rankings(judge: Side, other: Side) -> Figure:
    """Each strategy by both figures; where the orders agree, points rise to the right."""
    with canvas(7.2, 4.2) as (drawing, axes):
        for place, name in enumerate(judge.strategies):
            x, y = other.figures.get(name), judge.figures.get(name)
            if x is None or y is None:
                continue
            colour = COLOURS[place % len(COLOURS)]
            for mean, line in ((x, lambda end, y=y: (end, y.mean)), (y, lambda end, x=x: (x.mean, end))):
                if mean.low is not None and mean.high is not None:
                    ends = [line(mean.low), line(mean.high)]
                    axes.plot([p[0] for p in ends], [p[1] for p in ends], color=colour, linewidth=1, alpha=0.4)
            axes.plot(x.mean, y.mean, "o", color=colour, markersize=6)
            axes.annotate(name, (x.mean, y.mean), (6, 4), textcoords="offset points", fontsize=8, color=colour)
        axes.xaxis.set_inverted(not other.higher)
        axes.grid(alpha=0.25)
        axes.set_xlabel(f"{other.metric}, recorded lives, 95 % interval over users")
        axes.set_ylabel(f"{judge.metric}, users who react")
        axes.set_title("each strategy by both; where the orders agree, points rise to the right")
        alt = f"{judge.metric} and {other.metric}: " + "; ".join(
            f"{name} {judge.figures[name].mean:.3f}, {other.figures[name].mean:.3f}"
            for name in judge.order.ranked
            if name in other.figures
        )
        return finish(drawing, "satisfaction", "rankings", "satisfaction and retrieval", alt)


def verdict(
    done: Sequence[Planned], rankings: Sequence[Ranking], found: Sequence[Region], shifts: Sequence[Shift]
) -> tuple[str, ...]:
    """A line for each experiment, for the first ranking, and for the weights."""
    lines = [
        f"{one.b} over {one.a}: {signed(one.found.mean)}, n {one.users:,}: {_word(one)}; true {_true(one)}"
        for one in done
    ]
    lines += [
        f"{one.judge} by {one.other}: tau {estimate(one.tau).text}, regret {estimate(one.regret).text}"
        for one in rankings
    ]
    turned = sum(one.count("flips") > 0 for one in found)
    lines.append(f"composite: {turned} of {len(found)} orders flip where one weight is halved or doubled")
    if shifts:
        counts = {name: sum(one.verdict == name for one in shifts) for name in ("holds", "flips", "open")}
        lines.append("users' weights: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    return tuple(lines)


def _true(one: Planned) -> str:
    return share(one.truth.mean).text


def _word(one: Planned) -> str:
    return one.found.verdict.split(":")[0]
