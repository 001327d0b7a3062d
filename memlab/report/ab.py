"""The page of an A/B experiment, the same for simulated users and for a product's logs."""

from collections.abc import Sequence
from dataclasses import replace

from memlab.report.ab_figures import draw_effects, draw_looks
from memlab.report.ab_verdict import NO_VERDICT, alarm, p_value, signed, verdict
from memlab.report.cells import Cell, Row, Table, interval, least, share, whole
from memlab.report.drawing import Figure
from memlab.report.sections import Report, Section
from memlab.satisfaction.analysis import Analysis
from memlab.satisfaction.effects import CUPED, MEANS, PAIRED, PAIRED_RATIO, RATIO, Effect
from memlab.stats.comparison import CANNOT_TELL
from memlab.stats.mean import Mean

METHODS = {
    MEANS: "Welch's t test of users' own means",
    CUPED: "the same, less what users were like before the exposure (Deng et al., 2013)",
    PAIRED: "the t test of users' own differences",
    RATIO: "the delta method on users' totals (Deng et al., 2018)",
    PAIRED_RATIO: "the same, of users' own differences in it",
}
TOLD = ("detectable", "exploratory")
NOTES = (
    """**The unit is the user**: a user's figure is the mean over scheduled sessions since the exposure, and a session
that was not held is among them. Intervals are t intervals over users; rows of sessions would make them too short.""",
    """**One outcome decides**, by one estimator, both named before the run; the others are exploratory. Their *p,
adjusted* is Holm's over those that were declared, and that of kinds of users Holm's over all of these; where it stands,
*better* and *worse* ask for it as well as for the interval.""",
    """**always valid** is for whoever peeks: that p and that interval hold at all looks together, however often one
looks and whenever one stops (mixture sequential probability ratio test; Johari et al., 2022). They pay for it by
being wider than the interval at the end.""",
    """**The guard** asks whether users came into the arms as they were meant to (chi-square of the split), and whether
those who are *lost*, exposed and without any session since, are lost alike. An alarm outweighs every effect.""",
    """*detectable* is the smallest true difference that such an experiment resolves in four of five (80 % power, by an
interval alone, before any adjustment). Beside exploratory differences it stands where none is resolved.""",
)


def page(found: Analysis, title: str, provenance: str, facts: str, failed: Sequence[str] = ()) -> Report:
    """The whole report: verdict, tables and figures.

    Args:
        facts: About the data, in one line.
        failed: Runs without complete results.
    """
    return Report(title, provenance, (ab_section(found, facts),), tuple(failed), NOTES)


def ab_section(found: Analysis, facts: str, slug: str = "ab", folded: bool = False) -> Section:
    """The tables and figures of one experiment.

    Args:
        folded: Whether all tables but the verdict are shown on demand only.
    """
    design = found.design
    blocks: list[Table | Figure | None] = [
        _told(found),
        _estimates(found),
        draw_looks(slug, found),
        draw_effects(slug, found),
        _users(found),
        _others(found),
        _held_out(found),
        _segments(found),
        _looks(found),
    ]
    unread = f" Columns that were not read: {', '.join(found.unused)}." if found.unused else ""
    whole_page = [block for block in blocks if block is not None]
    shown = tuple(
        replace(block, folded=True) if folded and place and isinstance(block, Table) else block
        for place, block in enumerate(whole_page)
    )
    return Section(f"{design.b} over {design.a}", slug, shown, facts + unread)


def _told(found: Analysis) -> Table:
    rows = tuple(Row(tuple(Cell(part.strip()) for part in line.split(":", 1))) for line in verdict(found))
    return Table("The verdict", ("", "what came out"), rows, folded=False, sortable=False)


def _estimates(found: Analysis) -> Table:
    rows = tuple(
        Row(
            (
                *(Cell(f"{one.by}{'' if place else ' (decides)'}"), _mean(one.a), _mean(one.b), _difference(one.mean)),
                *(Cell(p_value(one.p), one.p), whole(one.mean.users), share(one.detectable), Cell(METHODS[one.by])),
            )
        )
        for place, one in enumerate(found.estimates)
    )
    columns = ("estimator", *_arms(found), "difference", "p", "users", "detectable", "method")
    caption = f"{found.design.primary}, the primary outcome, by estimator"
    return Table(caption, columns, rows, folded=False, sortable=False)


def _users(found: Analysis) -> Table:
    rows = []
    for arm, count in found.counts.items():
        meant = found.split.expected[arm] if found.split is not None else None
        rows.append(
            Row((Cell(arm), whole(meant), *map(whole, (count.users, count.silent, count.sessions, count.burn_in))))
        )
    split = "" if found.split is None else f"; p of the split {p_value(found.split.p)}"
    caption = f"Users and sessions{split}; p of the loss {p_value(found.lost_p)}"
    columns = ("arm", "users meant", "exposed", "lost", "sessions", "in the burn-in")
    return Table(caption, columns, tuple(rows), folded=False, sortable=False)


def _others(found: Analysis) -> Table | None:
    rows = []
    for one in found.others:
        adjusted = found.adjusted.get(one.outcome.name)
        figures = (_mean(one.a), _mean(one.b), _difference(one.mean), _p(one.p), _p(adjusted))
        rows.append(Row((Cell(one.outcome.name), *figures, *_told_of(found, one, adjusted), Cell(one.by))))
    columns = ("outcome", *_arms(found), "difference", "p", "p, adjusted", *TOLD, "by")
    return Table("Other outcomes, exploratory", columns, tuple(rows), folded=False, sortable=False) if rows else None


def _held_out(found: Analysis) -> Table | None:
    rows = tuple(_effect_row(found, f"{arm} over none", one) for arm, one in found.held_out.items())
    columns = ("", "none", "arm", "difference", "p", "users", *TOLD)
    caption = f"{found.design.primary}, each arm over those held out"
    return Table(caption, columns, rows, sortable=False) if rows else None


def _effect_row(found: Analysis, name: str, one: Effect) -> Row:
    cells = (_mean(one.a), _mean(one.b), _difference(one.mean), Cell(p_value(one.p), one.p), whole(one.mean.users))
    return Row((Cell(name), *cells, *_told_of(found, one)))


def _segments(found: Analysis) -> Table | None:
    if not found.segments:
        return None
    rows = []
    for one in found.segments:
        name = Cell(f"{one.column.removeprefix('segment_')}: {one.name}")
        told = (Cell("–"),) * 4
        if one.effect is not None:
            told = (_difference(one.effect.mean), _p(one.p), *_told_of(found, one.effect, one.p))
        rows.append(Row((name, whole(one.users), *told)))
    spread = ", ".join(f"{c.removeprefix('segment_')} {_p(p).text}" for c, p in found.heterogeneity.items())
    caption = f"{found.design.primary} by kind of user; p of as unequal effects: {spread}"
    return Table(caption, ("users", "n", "difference", "p, adjusted", *TOLD), tuple(rows), sortable=False)


def _looks(found: Analysis) -> Table:
    rows = []
    for look in found.looks:
        ends = {"mean": look.difference, "low": look.low, "high": look.high}
        rows.append(Row((Cell(look.when), whole(look.users), interval(ends), Cell(p_value(look.p), look.p))))
    columns = ("look", "users of the smaller arm", "difference, always valid", "p, always valid")
    return Table("What whoever peeks would have seen", columns, tuple(rows), sortable=False)


def _arms(found: Analysis) -> tuple[str, str]:
    return found.design.a, found.design.b


def _mean(mean: Mean | None) -> Cell:
    return share(None) if mean is None else interval({"mean": mean.mean, "low": mean.low, "high": mean.high})


def _difference(mean: Mean | None) -> Cell:
    return share(None) if mean is None else Cell(signed(mean), mean.mean, mean.low, mean.high)


def _told_of(found: Analysis, one: Effect, adjusted: float | None = None) -> tuple[Cell, Cell]:
    """What could have been seen, and the verdict without its reason, by the adjusted p as well as the interval.

    The first is blank where the verdict is better or worse; there is none while there is an alarm.

    Args:
        adjusted: After Holm; None for what is in no family.
    """
    word = one.verdict.split(":")[0]
    if word in ("better", "worse") and adjusted is not None and adjusted > 1 - found.design.confidence:
        word = CANNOT_TELL
    word = NO_VERDICT if alarm(found) else word
    return least(one.detectable, word), Cell(word)


def _p(p: float | None) -> Cell:
    return Cell("–") if p is None else Cell(p_value(p), p)
