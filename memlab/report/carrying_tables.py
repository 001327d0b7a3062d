"""The section `Carrying over`: verdict, kinds, sources, contradictions and scores of two orders of strategies."""

from collections.abc import Sequence
from typing import Any

from memlab.report.carrying import EXCESS, Claim, Side
from memlab.report.carrying_figure import draw_carrying
from memlab.report.cells import Cell, Row, Table, interval, share
from memlab.report.drawing import Figure
from memlab.stats import ROUNDING
from memlab.stats.agreement import MIN_PAIRS, Agreement
from memlab.stats.mean import Mean

EXPLAINED = (
    "A pair of contestants is resolved where the judge's unadjusted 95 % paired interval excludes 0, over at least 6 "
    "users; agreement is the share of these that the other side's means order alike. Its interval redraws the users "
    "of both sides and keeps the pairs. Regret is what is lost on the judge by taking what the other side puts "
    "first. The ceiling is tau_b between two random halves of the judge's users with the middle 95 % of halvings: a "
    "low one, since each half has half of the users. Kinds and single sources are description."
)


def blocks(claim: Claim, slug: str) -> list[Table | Figure]:
    """All there is to show of a claim: the verdict, the picture, the other tables."""
    first, *others = tables(claim)
    return [first, draw_carrying(slug, claim), *others]


def tables(claim: Claim) -> list[Table]:
    """The verdict, the order of each kind and source, contradictions if there are any, and the scores."""
    shown = (_verdict_table(claim), _by_kind(claim), _by_source(claim), _contradictions(claim), _scores(claim))
    return [table for table in shown if table is not None]


def verdict(claim: Claim) -> str:
    """In words, by the figures; whether a whole interval stands on the same side is said beside it."""
    return _of_hypothesis(claim) if claim.together else _of_target(claim)


def _of_target(claim: Claim) -> str:
    found, target, regret = claim.found, claim.wanted["target"], claim.wanted["regret"]
    words = f"agreement of {share(target).text}: "
    words += _too_few(found) or _reached(found.agree, target, least=True)
    return f"{words}; regret of {share(regret).text}: {_reached(found.regret, regret, least=False)}"


def _of_hypothesis(claim: Claim) -> str:
    """What `predicts` says: `hypothesis` and `refuted` are shares of pairs, `coin` and `current` a stale_excess."""
    found, wanted, excess = claim.found, claim.wanted, claim.excess().get("mean")
    few = _too_few(found)
    agree = None if few or found.agree is None else found.agree.mean
    if (agree is not None and agree >= wanted["refuted"]) or (excess is not None and excess <= wanted["current"]):
        return "the hypothesis is false"
    if few:
        return few
    if agree is None or excess is None or agree > wanted["hypothesis"] or abs(excess) > wanted["coin"]:
        return "cannot tell: neither as the hypothesis has it nor refuted"
    whole = found.agree is not None and found.agree.high is not None and found.agree.high <= wanted["hypothesis"]
    return f"as the hypothesis has it, {'and' if whole else 'not'} by the whole interval"


def _too_few(found: Agreement) -> str:
    """Why there is no verdict; empty where there is one."""
    if found.resolved >= MIN_PAIRS:
        return ""
    users = f"; about {found.needed:,} users would give these" if found.needed else ""
    return f"cannot tell, {found.resolved} resolved pairs of at least {MIN_PAIRS}{users}"


def _reached(found: Mean | None, target: float, least: bool) -> str:
    if found is None:
        return "cannot tell"
    gap = (found.mean - target) * (1 if least else -1)
    if gap < -ROUNDING:
        return "not reached"
    far = found.low if least else found.high
    whole = far is not None and (far >= target if least else far <= target)
    return f"reached, {'and' if whole else 'not'} by the whole interval"


def _verdict_table(claim: Claim) -> Table:
    found = claim.found
    cells = [*_figures(found), _mean(found.ceiling)]
    columns = ["from → to", "agreement", "resolved of all", "both resolve: agree", "regret", "tau_b", "ceiling"]
    if claim.together:
        excess = claim.excess()
        cells.append(interval(excess))
        columns.append(f"{EXCESS} of {found.chosen}, n {excess.get('n', 0)}")
    judge, other = _called(claim, claim.judge), _called(claim, claim.other)
    row = Row((Cell(f"{other} → {judge}"), *cells))
    first = f"{len(claim.strategies)} contestants, {judge} puts {found.best} first, {other} {found.chosen}"
    caption = f"Does the order carry over? {verdict(claim)} ({first})"
    return Table(caption, tuple(columns), (row,), folded=False, sortable=False)


def _by_kind(claim: Claim) -> Table | None:
    rows = []
    for name, part in claim.parts():
        if not claim.strategies <= part.strategies:
            continue
        found = claim.against(part)
        n = min(len(part.scores(r)) for r in part.runs if r.strategy in claim.strategies)
        rows.append(Row((Cell(name), *_figures(found), Cell(found.chosen), Cell(str(n), n))))
    if not rows:
        return None
    caption = f"The order that each kind of question gives, against that of {_called(claim, claim.judge)}: description"
    columns = ("kind", "agreement", "resolved of all", "both resolve: agree", "regret", "tau_b", "puts first", "n")
    return Table(caption, columns, tuple(rows), folded=False)


def _by_source(claim: Claim) -> Table | None:
    rows = []
    for name, found in claim.described():
        if found is None:
            rows.append(Row((Cell(name), *[Cell("–")] * 8)))
            continue
        users = Cell(str(found.regret.users), found.regret.users)
        alike = Cell(f"{found.alike} of {found.untied}", found.alike / max(1, found.untied))
        rows.append(Row((Cell(name), users, *_figures(found), _mean(found.ceiling), alike)))
    if not rows:
        return None
    columns = ("source", "users", "agreement", "resolved of all", "both resolve: agree", "regret", "tau_b", "ceiling")
    caption = "Each source by itself: description; no pair is resolved under 6 users"
    return Table(caption, (*columns, "alike of all untied pairs"), tuple(rows), folded=False)


def _contradictions(claim: Claim) -> Table | None:
    if not claim.found.contradictions:
        return None
    rows = [Row((Cell(f"{c.better} > {c.worse}"), _mean(c.judge), _mean(c.other))) for c in claim.found.contradictions]
    columns = ("resolved pair", _called(claim, claim.judge), _called(claim, claim.other))
    caption = f"Resolved pairs that are not ordered alike: {len(rows)} of {claim.found.resolved}, differences"
    return Table(caption, columns, tuple(rows))


def _scores(claim: Claim) -> Table:
    sides = [claim.other, claim.judge]
    runs = [{r.strategy: r for r in side.runs if r.strategy in claim.strategies} for side in sides]
    figures = [
        {name: r.figure(side.metric) for name, r in found.items()} for side, found in zip(sides, runs, strict=True)
    ]
    ranks = [sorted(found, key=lambda name: -found[name]["mean"]) for found in figures]
    rows = [
        Row(
            (
                Cell(name),
                *(cell for found, rank in zip(figures, ranks, strict=True) for cell in _placed(found, rank, name)),
            )
        )
        for name in ranks[1]
    ]
    names = [column for side in sides for column in (_called(claim, side), "place")]
    return Table("Scores and places", ("strategy", *names), tuple(rows))


def _placed(found: dict[str, dict[str, Any]], rank: Sequence[str], name: str) -> tuple[Cell, Cell]:
    place = rank.index(name) + 1
    return interval(found[name]), Cell(str(place), place)


def _figures(found: Agreement) -> list[Cell]:
    return [
        _mean(found.agree),
        Cell(f"{found.resolved} of {found.pairs}", found.resolved),
        Cell(f"{found.both}: {found.both_agree}", found.both),
        _mean(found.regret),
        _mean(found.tau),
    ]


def _mean(found: Mean | None) -> Cell:
    return Cell("–") if found is None else interval({"mean": found.mean, "low": found.low, "high": found.high})


def _called(claim: Claim, side: Side) -> str:
    return side.metric if claim.together else side.name
